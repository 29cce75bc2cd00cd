//! Who asks, and what the account has paid for.

use serde::Deserialize;

use super::http::Http;
use super::{Failure, Platform};

#[derive(Deserialize)]
struct Token {
    status: String,
}

#[derive(Deserialize)]
struct Account {
    id: String,
    name: String,
}

/// What of Workers an account has paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    /// No subscription to Workers.
    Free,
    /// Workers Paid, or a contract that has it.
    Paid,
}

/// Proves that the token is known and active. A token of an account is verified there, a user's elsewhere.
///
/// # Errors
/// [`Failure::BadToken`], and those of any call.
pub(super) fn verify_token(http: &Http, account: Option<&str>) -> Result<(), Failure> {
    let of_user = http.get::<Token>("/user/tokens/verify");
    let token = match (of_user, account) {
        (Err(Failure::BadToken), Some(account)) => {
            http.get::<Token>(&format!("/accounts/{account}/tokens/verify"))?
        }
        (token, _) => token?,
    };
    if token.status == "active" { Ok(()) } else { Err(Failure::BadToken) }
}

/// The one account that the token reaches.
///
/// # Errors
/// [`Failure::WhichAccount`], and those of any call.
pub(super) fn only(http: &Http) -> Result<String, Failure> {
    let mut accounts: Vec<Account> = http.list("/accounts")?;
    match (accounts.pop(), accounts.is_empty()) {
        (Some(account), true) => Ok(account.id),
        (last, _) => {
            accounts.extend(last);
            let named = |account: &Account| format!("{} ({})", account.id, account.name);
            Err(Failure::WhichAccount(accounts.iter().map(named).collect()))
        }
    }
}

impl Platform {
    /// What the account has paid for.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Forbidden`] where the token may not see bills, which deploys don't need.
    pub(crate) fn plan(&self) -> Result<Plan, Failure> {
        #[derive(Deserialize)]
        struct Subscription {
            rate_plan: RatePlan,
        }
        #[derive(Deserialize)]
        struct RatePlan {
            id: String,
        }
        let subscriptions: Vec<Subscription> = self.http.get(&self.path("subscriptions"))?;
        // `workers_paid`, `workers_standard` and what contracts call it all begin alike.
        let paid = subscriptions.iter().any(|subscription| {
            let id = subscription.rate_plan.id.to_ascii_lowercase();
            (id.starts_with("workers") && !id.ends_with("free")) || id.starts_with("enterprise")
        });
        Ok(if paid { Plan::Paid } else { Plan::Free })
    }

    /// The account's subdomain of `workers.dev`, where it has one.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn subdomain(&self) -> Result<Option<String>, Failure> {
        #[derive(Deserialize)]
        struct Subdomain {
            subdomain: Option<String>,
        }
        match self.http.get::<Subdomain>(&self.path("workers/subdomain")) {
            Ok(found) => Ok(found.subdomain),
            Err(failure) if failure.is_missing() => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}
