//! Which upstream is asked: upstreams and routes as data, a decision over them, and how upstreams fare.

mod config;
mod decision;
mod explanation;
mod health;
mod upstream;

pub use config::{Config, ConfigError, Place, Route, TenantRules, When};
pub use decision::{AliasOf, Asked, Candidate, Decision, NoRoute};
pub use explanation::{Considered, Explanation, Verdict};
pub use health::{Breakers, Standing};
pub use upstream::{Gateway, Kind, Upstream};

use serde::Deserialize;

/// A failure of an upstream after which another may be asked, as long as the client has been sent nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// It allows no more at present, or its account is out of money or not let in.
    RateLimited,
    /// It broke down, is overloaded, or sent what is no answer.
    ServerError,
    /// The first of its answer did not come in time.
    Timeout,
    /// It was not reached.
    Connect,
}

impl FailureClass {
    /// Every class.
    pub const ALL: [Self; 4] = [Self::RateLimited, Self::ServerError, Self::Timeout, Self::Connect];
}
