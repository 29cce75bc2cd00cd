//! What goes wrong between here and the platform, by what can be done about it: each variant's text says that.

use std::fmt;
use std::time::Duration;

/// A call that did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The environment names no token.
    NoToken,
    /// The platform does not know the token, or it has expired.
    BadToken,
    /// The token reaches none or several accounts, and none was named.
    WhichAccount(Vec<String>),
    /// The token may not do this.
    Forbidden {
        /// The permission that such calls need, by its name on the platform.
        permission: &'static str,
    },
    /// What was asked for is not there.
    Missing(Refusal),
    /// The name belongs to something else already.
    Taken(Refusal),
    /// The account may have no more of these.
    Quota(Refusal),
    /// Still told to wait after waiting as long as this tool does.
    RateLimited {
        /// How long the platform says to wait.
        wait: Duration,
    },
    /// No answer: the network, a name that does not resolve, a connection cut, time over.
    Unreachable {
        /// Method and path of the call.
        call: String,
        cause: String,
        /// Whether the call may have taken effect all the same.
        uncertain: bool,
    },
    /// The platform refused for another reason, or broke down.
    Refused(Refusal),
    /// The answer is not of the form that was expected.
    Unreadable { call: String, cause: String },
}

/// The platform's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Method and path of the call.
    pub(crate) call: String,
    /// The HTTP status.
    pub(crate) status: u16,
    /// The product's code; 0 where it gave none.
    pub(crate) code: u32,
    pub(crate) message: String,
}

impl Failure {
    /// Whether what was asked for is not there.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Missing(_))
    }

    /// The failure of a call that was answered by a refusal.
    pub(super) fn of(refusal: Refusal) -> Self {
        // Codes of names that are taken and of quotas: D1, KV, R2, Queues, Vectorize, Secrets Store, Access, Logpush.
        const TAKEN: [u32; 8] = [7502, 10_014, 10_004, 11_009, 3002, 1002, 11_010, 10_201];
        const QUOTA: [u32; 8] = [7406, 10_047, 10_009, 11_004, 3005, 1003, 1004, 10_037];
        /// Headers or a token of a form that nothing accepts.
        const MALFORMED: [u32; 4] = [6003, 6111, 9106, 9109];
        match (refusal.status, refusal.code) {
            (401, _) => Self::BadToken,
            (400 | 403, code) if MALFORMED.contains(&code) => Self::BadToken,
            (403, 10_000) => Self::Forbidden { permission: permission(&refusal.call) },
            (404, _) => Self::Missing(refusal),
            (400 | 403, code) if QUOTA.contains(&code) => Self::Quota(refusal),
            (409, _) => Self::Taken(refusal),
            (400, code) if TAKEN.contains(&code) => Self::Taken(refusal),
            _ => Self::Refused(refusal),
        }
    }
}

/// The permission that a call needs, by the product in its path.
pub(super) fn permission(call: &str) -> &'static str {
    const PERMISSIONS: [(&str, &str); 12] = [
        ("/graphql", "Account Analytics: Read"),
        ("/d1/", "D1: Edit"),
        ("/storage/kv/", "Workers KV Storage: Edit"),
        ("/r2/", "Workers R2 Storage: Edit"),
        ("/queues", "Queues: Edit"),
        ("/vectorize/", "Vectorize: Edit"),
        ("/secrets_store/", "Secrets Store: Edit"),
        ("/logpush/", "Logs: Edit"),
        ("/access/organizations", "Access: Organizations, Identity Providers, and Groups: Read"),
        ("/access/", "Access: Apps and Policies: Edit"),
        ("/subscriptions", "Billing: Read"),
        ("/zones", "Zone: Read"),
    ];
    PERMISSIONS.iter().find(|(part, _)| call.contains(part)).map_or("Workers Scripts: Edit", |(_, name)| name)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoToken => f.write_str(
                "no credentials: set `CLOUDFLARE_API_TOKEN` to an API token of the account (docs/deploying.md lists its permissions)",
            ),
            Self::BadToken => f.write_str(
                "the platform refuses the token: make a new one and set `CLOUDFLARE_API_TOKEN` to it (docs/deploying.md lists its permissions)",
            ),
            Self::WhichAccount(accounts) if accounts.is_empty() => {
                f.write_str("the token reaches no account: give it one, or set `CLOUDFLARE_ACCOUNT_ID`")
            }
            Self::WhichAccount(accounts) => {
                write!(f, "the token reaches several accounts: set `CLOUDFLARE_ACCOUNT_ID` to one of {}", accounts.join(", "))
            }
            Self::Forbidden { permission } => {
                write!(f, "the token may not do this: give it the permission `{permission}`, and run this again")
            }
            Self::Missing(refusal) => write!(f, "it is not there: {refusal}"),
            Self::Taken(refusal) => {
                write!(f, "the name is taken: {refusal}; run this again to adopt what is there, or remove it")
            }
            Self::Quota(refusal) => write!(
                f,
                "the account may have no more of these: {refusal}; remove what is not used or raise the limit, and run this again"
            ),
            Self::RateLimited { wait } => {
                write!(f, "the platform asks to wait: run this again in {} s", wait.as_secs().max(1))
            }
            Self::Unreachable { call, cause, uncertain } => {
                let effect = if *uncertain { "it may have taken effect; " } else { "" };
                write!(f, "no answer to `{call}` ({cause}): {effect}run this again once the network is back")
            }
            Self::Refused(refusal) if refusal.status >= 500 => {
                write!(f, "the platform broke down: {refusal}; run this again later")
            }
            Self::Refused(refusal) => write!(f, "the platform refused: {refusal}"),
            Self::Unreadable { call, cause } => {
                write!(f, "the answer to `{call}` is none that this version knows ({cause}): update Weft")
            }
        }
    }
}

impl std::error::Error for Failure {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, status, code, message } = self;
        write!(f, "{} (`{call}`: {status}, code {code})", message.trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: u32, call: &str) -> Failure {
        Failure::of(Refusal { call: call.to_owned(), status, code, message: "no.".to_owned() })
    }

    #[test]
    fn a_refusal_becomes_what_can_be_done_about_it() {
        let text = |status, code, call| refused(status, code, call).to_string();
        assert!(text(401, 1000, "GET /user/tokens/verify").contains("make a new one"));
        assert!(text(403, 10_000, "POST /accounts/a/d1/database").contains("`D1: Edit`"));
        assert!(text(403, 10_000, "PUT /accounts/a/workers/scripts/x").contains("`Workers Scripts: Edit`"));
        assert!(text(400, 7502, "POST /accounts/a/d1/database").contains("taken"));
        assert!(text(400, 7406, "POST /accounts/a/d1/database").contains("raise the limit"));
        assert!(text(503, 0, "GET /x").contains("later"));
        assert_eq!(text(400, 1, "GET /x"), "the platform refused: no (`GET /x`: 400, code 1)");
    }
}
