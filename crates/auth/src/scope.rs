//! What an API key may do: a closed list of scopes, and the set that a key was granted.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

macro_rules! scopes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)+) => {
        /// One thing a key may be allowed to do. `write` does not imply `read`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope {
            $($(#[$doc])* $variant,)+
        }

        impl Scope {
            /// Every scope, in the order in which messages list them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable name, as stored and as used in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

scopes! {
    /// Call the models.
    AiInvoke = "ai:invoke";
    /// Acknowledge alerts, complete tasks.
    AlertsWrite = "alerts:write";
    /// See alerts and tasks.
    AlertsRead = "alerts:read";
    /// Decide approvals.
    ApprovalsDecide = "approvals:decide";
    /// See approvals.
    ApprovalsRead = "approvals:read";
    /// Connect and disconnect provider accounts.
    ConnectionsWrite = "connections:write";
    /// See provider accounts.
    ConnectionsRead = "connections:read";
    /// Create, rotate and delete webhook endpoints.
    EndpointsWrite = "endpoints:write";
    /// See webhook endpoints.
    EndpointsRead = "endpoints:read";
    /// Send events.
    EventsWrite = "events:write";
    /// See events and their archived payloads.
    EventsRead = "events:read";
    /// Store and delete files.
    FilesWrite = "files:write";
    /// Read files.
    FilesRead = "files:read";
    /// Create, change, run and delete jobs.
    JobsWrite = "jobs:write";
    /// See jobs and their runs.
    JobsRead = "jobs:read";
    /// Listen to the live feed.
    LiveRead = "live:read";
    /// Call a provider's API through a connection.
    ProxyInvoke = "proxy:invoke";
    /// Read accounts and contacts as CRMs tell of them.
    AccountsRead = "accounts:read";
    /// Ask for reports.
    ReportsWrite = "reports:write";
    /// Read reports.
    ReportsRead = "reports:read";
    /// Create, change and delete rules.
    RulesWrite = "rules:write";
    /// See rules and try them.
    RulesRead = "rules:read";
    /// Search by words and meaning.
    SearchRead = "search:read";
    /// See signals.
    SignalsRead = "signals:read";
    /// Create and delete subscriptions, redeliver.
    SubscriptionsWrite = "subscriptions:write";
    /// See subscriptions and deliveries.
    SubscriptionsRead = "subscriptions:read";
    /// See usage and cost.
    UsageRead = "usage:read";
    /// Start and signal workflows.
    WorkflowsWrite = "workflows:write";
    /// See workflows.
    WorkflowsRead = "workflows:read";
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown scope `{given}`: use one of {}", join(Scope::ALL.iter().copied(), ", "))]
pub struct ParseScopeError {
    /// What was given, cut to 64 characters.
    pub given: String,
}

impl FromStr for Scope {
    type Err = ParseScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| ParseScopeError { given: text.chars().take(64).collect() })
    }
}

fn join(scopes: impl Iterator<Item = Scope>, separator: &str) -> String {
    scopes.map(Scope::as_str).collect::<Vec<_>>().join(separator)
}

/// The scopes that a key was granted. Its text is their names in the order of [`Scope::ALL`], separated by single
/// spaces, as in OAuth (RFC 6749, section 3.3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants(BTreeSet<Scope>);

impl Grants {
    /// Every scope there is now; scopes added later are not part of it.
    #[must_use]
    pub fn all() -> Self {
        Scope::ALL.iter().copied().collect()
    }

    /// Reads a stored set, passing over names it does not know.
    ///
    /// Workers deploy one by one, so a record may name a scope that an older Worker has yet to learn: the key must
    /// keep working there for everything else. What a *caller* asks for is parsed strictly, by [`FromStr`].
    #[must_use]
    pub fn known(text: &str) -> Self {
        text.split_ascii_whitespace().filter_map(|name| name.parse().ok()).collect()
    }

    /// Whether `scope` was granted.
    #[must_use]
    pub fn allows(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Whether nothing was granted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes, each once, in a stable order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }
}

impl FromIterator<Scope> for Grants {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl fmt::Display for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join(self.iter(), " "))
    }
}

impl FromStr for Grants {
    type Err = ParseScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split_ascii_whitespace().map(str::parse).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_survives_its_name_and_no_name_is_used_twice() {
        for scope in Scope::ALL {
            assert_eq!(scope.to_string().parse(), Ok(*scope));
        }
        let names: BTreeSet<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        assert_eq!(names.len(), Scope::ALL.len());
    }

    #[test]
    fn an_unknown_scope_is_refused_with_the_whole_list() {
        let message = "events:delete".parse::<Scope>().unwrap_err().to_string();
        assert!(message.starts_with("unknown scope `events:delete`: use one of ai:invoke, "), "{message}");
        assert!(message.contains("events:write, events:read"), "{message}");
    }

    #[test]
    fn grants_hold_what_was_granted_and_nothing_by_implication() {
        let grants: Grants = [Scope::JobsWrite, Scope::EventsRead, Scope::JobsWrite].into_iter().collect();
        assert!(grants.allows(Scope::JobsWrite) && grants.allows(Scope::EventsRead));
        assert!(!grants.allows(Scope::JobsRead) && !grants.allows(Scope::EventsWrite));
        assert_eq!(grants.to_string(), "events:read jobs:write");
        assert_eq!(grants.to_string().parse(), Ok(grants));
        assert!(Grants::default().is_empty() && Grants::default().to_string().is_empty());
        assert!(Scope::ALL.iter().all(|scope| Grants::all().allows(*scope)));
    }

    #[test]
    fn a_stored_set_outlives_scopes_it_does_not_know_and_a_requested_one_does_not() {
        let text = "events:read future:thing";
        assert_eq!(Grants::known(text), [Scope::EventsRead].into_iter().collect());
        assert_eq!(text.parse::<Grants>(), Err(ParseScopeError { given: "future:thing".to_owned() }));
    }
}
