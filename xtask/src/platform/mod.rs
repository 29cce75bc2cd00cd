//! The platform's HTTP API, typed, as far as deploys need it: who asks, what is there, and making and taking away of it.
//! It decides nothing: what should be there is [`crate::environment`]'s concern.
//!
//! It is addressed as wrangler is, by the same variables, so that both always talk to the same account.

mod access;
mod account;
mod analytics;
mod credentials;
mod d1;
mod failure;
mod http;
mod kv;
mod logpush;
mod queues;
mod r2;
mod secrets_store;
mod vectorize;
mod versions;
mod workers;
mod workflows;

pub(crate) use access::{AccessApp, AccessPolicy};
pub(crate) use account::Plan;
pub(crate) use analytics::Invocations;
pub(crate) use d1::Database;
pub(crate) use failure::Failure;
pub(crate) use kv::Namespace;
pub(crate) use logpush::{LogpushJob, NewLogpushJob};
pub(crate) use queues::{Consumer, ConsumerSettings, NewConsumer, Queue};
pub(crate) use secrets_store::Store;
pub(crate) use vectorize::{Index, IndexConfig, MetadataIndex};
pub(crate) use versions::{Deployment, Share, Version};
pub(crate) use workers::Worker;
pub(crate) use workflows::Workflow;

use self::http::Http;

/// An account on the platform, and the right to change it. Every method is one call, or one a page.
pub(crate) struct Platform {
    http: Http,
    account: String,
}

impl Platform {
    /// The account that the environment names: `CLOUDFLARE_API_TOKEN`, and `CLOUDFLARE_ACCOUNT_ID` where the token reaches
    /// more than one. The token is proven, so that a wrong one is told before anything is done.
    ///
    /// # Errors
    /// [`Failure::NoToken`], [`Failure::BadToken`], [`Failure::WhichAccount`], and those of any call.
    pub(crate) fn from_environment() -> Result<Self, Failure> {
        let credentials = credentials::from_environment()?;
        let http = Http::new(&credentials);
        account::verify_token(&http, credentials.account.as_deref())?;
        let account = match credentials.account {
            Some(account) => account,
            None => account::only(&http)?,
        };
        Ok(Self { http, account })
    }

    /// The account's id.
    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    /// A path below the account's own.
    fn path(&self, rest: &str) -> String {
        format!("/accounts/{}/{rest}", self.account)
    }
}

/// A name as a part of a path. Names of the platform are plain, and what a person typed may not be.
fn segment(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    name.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_cannot_leave_its_part_of_a_path() {
        assert_eq!(super::segment("weft-a_1"), "weft-a_1");
        assert_eq!(super::segment("../x?y"), "..%2Fx%3Fy");
    }
}
