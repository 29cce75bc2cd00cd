//! Histories: a provider's list of past calls, walked page by page.

use std::fmt;

use ids::EndpointId;

use super::Fault;
use crate::Timestamp;

/// What a tenant proves itself to a provider with. Its `Debug` shows nothing of it.
#[mesh::message]
#[derive(Clone, PartialEq, Eq)]
#[serde(transparent)]
pub struct ProviderKey(String);

impl ProviderKey {
    /// From its text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text, for the provider alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ProviderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProviderKey(redacted)")
    }
}

/// Says where the history of an endpoint's provider is, and what opens it. What was said before is replaced.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutHistory {
    /// The endpoint, which is the tenant's: whoever asks has looked.
    pub endpoint_id: EndpointId,
    /// Its source, which the events of the history have too.
    pub source: String,
    /// A provider of the catalog, or `custom`.
    pub provider: String,
    /// How the list is walked, as JSON text; of `custom`.
    #[serde(default)]
    pub description: Option<String>,
    /// Where the provider's API is, unless it is where the description says.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The API key.
    pub api_key: ProviderKey,
    /// Its secret, where the provider has two.
    #[serde(default)]
    pub api_secret: Option<ProviderKey>,
    /// From when calls are wanted; of the last 90 days, unless it says.
    #[serde(default)]
    pub from: Option<Timestamp>,
}

/// Names the history of an endpoint.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameHistory {
    /// The endpoint.
    pub endpoint_id: EndpointId,
}

/// The history of an endpoint's provider. It has no credentials: nobody is shown them again.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// A provider of the catalog, or `custom`.
    pub provider: String,
    /// Where the provider's API is.
    pub base_url: String,
    /// From when calls are wanted.
    pub from: Timestamp,
    /// From when the walk under way, or the next one, asks for calls.
    pub since: Timestamp,
    /// Whether a walk was left behind its first page: the next run goes on there.
    pub under_way: bool,
    /// The last run.
    #[serde(default)]
    pub run_id: Option<String>,
    /// How many calls are known.
    pub items: u64,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Asks for a walk through a history.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSync {
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// The most pages of the run: 1 to 1,000; 200, unless it says.
    #[serde(default)]
    pub max_pages: Option<u32>,
}

/// A history was not set up, found or removed.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum HistoryError {
    /// The endpoint has none.
    #[error("the endpoint has no history")]
    NotFound,
    /// What was said of it breaks rules. Nothing was stored.
    #[error("{} things are wrong with the history", faults.len())]
    Invalid {
        /// Each of them.
        faults: Vec<Fault>,
    },
    /// A store did not answer, or nothing is there to encrypt credentials with. Send it again.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
