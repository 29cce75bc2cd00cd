//! What the benchmark's Workers ask of each other.

use mesh::CallContext;
use mesh::durable::TenantScoped;
use serde::{Deserialize, Serialize};

/// On whose behalf a call is made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Caller {
    pub(crate) tenant: String,
}

impl TenantScoped for Caller {
    fn tenant_key(&self) -> String {
        self.tenant.clone()
    }
}

/// What is sent and comes back changed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) amount: f64,
    pub(crate) tags: [String; 2],
}

/// Why entries are refused.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum LedgerError {
    /// There was none.
    Empty,
    /// The Worker behind did not answer.
    Behind { message: String },
}

impl std::fmt::Display for LedgerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no entry"),
            Self::Behind { message } => write!(f, "the Worker behind did not answer: {message}"),
        }
    }
}

impl std::error::Error for LedgerError {}

/// Adds to the amounts of entries.
#[mesh::service]
pub(crate) trait Ledger {
    /// Of one.
    async fn add(&self, context: &CallContext<Caller>, request: Entry) -> Result<Entry, LedgerError>;
    /// Of many.
    async fn add_all(
        &self,
        context: &CallContext<Caller>,
        request: Vec<Entry>,
    ) -> Result<Vec<Entry>, LedgerError>;
}

/// Adds to the amount of an entry, within one object.
#[mesh::service]
pub(crate) trait Counter {
    /// Counts and adds.
    async fn count(&self, context: &CallContext<Caller>, request: Entry) -> Result<Entry, LedgerError>;
}
