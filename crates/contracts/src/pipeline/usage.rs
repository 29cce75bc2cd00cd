//! What tenants used: counts that Workers bring, added up by hour and by day.

use super::budget::{BudgetLimit, BudgetUse};
use crate::{TenantCall, Timestamp};

/// Brings and reads a tenant's usage.
#[mesh::service(contract = "../../contracts/Usage.json")]
pub trait Usage {
    /// Adds counts to what there is. A batch that is brought again counts once.
    #[mesh(idempotent)]
    async fn record_usage(&self, context: &TenantCall, request: RecordUsage) -> Result<(), UsageError>;

    /// What the tenant used in a time, and what it stores now.
    #[mesh(idempotent)]
    async fn read_usage(&self, context: &TenantCall, request: ReadUsage) -> Result<UsageReport, UsageError>;
}

/// Counts of one Worker since it last brought some.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordUsage {
    /// Tells batches apart: 16 random bytes in hexadecimal.
    pub batch_id: String,
    /// At most 1,000.
    pub counts: Vec<UsageCount>,
}

/// What was counted of one thing in one hour.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageCount {
    /// Any time within the hour.
    pub at: Timestamp,
    /// What is counted.
    pub of: UsageSubject,
    /// How much.
    pub amounts: UsageAmounts,
}

/// What is counted.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum UsageSubject {
    /// Requests to the public surface.
    Requests {
        /// The operation, such as `list_events`.
        operation: String,
        /// The public half of the API key; none where a provider signed.
        #[serde(default)]
        key: Option<String>,
    },
    /// Calls of a language model.
    Model {
        /// Its name, as its server gives it.
        model: String,
        /// The public half of the API key that asked for it; none where the platform worked for the tenant by itself.
        #[serde(default)]
        key: Option<String>,
    },
}

/// How much was used.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UsageAmounts {
    /// Requests to the public surface.
    #[serde(default)]
    pub requests: u64,
    /// Those of them that were answered with a status from 400 to 499.
    #[serde(default)]
    pub refused: u64,
    /// Those that were answered with 500 or more.
    #[serde(default)]
    pub failed: u64,
    /// Events that were accepted and are no duplicates.
    #[serde(default)]
    pub events: u64,
    /// Calls of a model.
    #[serde(default)]
    pub model_calls: u64,
    /// Tokens that a model read.
    #[serde(default)]
    pub tokens_in: u64,
    /// Tokens that it wrote.
    #[serde(default)]
    pub tokens_out: u64,
    /// What it cost, in billionths of a US dollar.
    #[serde(default)]
    pub cost_nanos: u64,
    /// Calls of them that a cache answered.
    #[serde(default)]
    pub cache_hits: u64,
    /// Tokens that were not read and written, since a cache answered.
    #[serde(default)]
    pub saved_tokens: u64,
    /// What those would have cost, in billionths of a US dollar.
    #[serde(default)]
    pub saved_nanos: u64,
}

/// By what usage is told apart.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum UsageGroup {
    /// Hours.
    Hour,
    /// Days (UTC).
    Day,
    /// Months (UTC).
    Month,
    /// Operations.
    Operation,
    /// API keys.
    Key,
    /// Models.
    Model,
}

/// Asks what was used.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadUsage {
    /// The first hour.
    pub from: Timestamp,
    /// The end, which is no longer part of it.
    pub to: Timestamp,
    /// By what it is told apart.
    pub group_by: UsageGroup,
}

/// What was used.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageReport {
    /// When it begins: the start of an hour, or of a day where the time asked for is older than hours are kept.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
    /// All together.
    pub totals: UsageAmounts,
    /// Group by group: times in order, others with the most requests first. At most 1,000.
    pub groups: Vec<UsageOfGroup>,
    /// What is stored now.
    pub storage: UsageStorage,
    /// How the tenant stands with each limit of what it may spend on models.
    #[serde(default)]
    pub budgets: Vec<UsageBudget>,
}

/// How a tenant stands with a limit of its budget.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageBudget {
    /// The limit.
    pub limit: BudgetLimit,
    /// What was used of it: at the key and the model it tells apart, where it does.
    pub used: BudgetUse,
}

/// What was used of one group.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageOfGroup {
    /// Its name: a time's start (RFC 3339), an operation, a key's public half, a model.
    pub group: String,
    /// How much.
    pub amounts: UsageAmounts,
}

/// What is stored.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UsageStorage {
    /// Files.
    pub files: u64,
    /// Their bytes, with what is reserved for uploads.
    pub file_bytes: u64,
    /// Archived events.
    pub events: u64,
    /// The bytes that came with them.
    pub event_bytes: u64,
}

/// Usage was not recorded or read.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum UsageError {
    /// It cannot be: too many counts, or an end before the start.
    #[error("{detail}")]
    Invalid {
        /// What is wrong.
        detail: String,
    },
    /// A store did not answer.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}

impl UsageAmounts {
    /// Adds others to these.
    pub fn add(&mut self, others: Self) {
        self.each(others, u64::saturating_add);
    }

    /// Takes others from these, where they were counted before.
    pub fn take_back(&mut self, others: Self) {
        self.each(others, u64::saturating_sub);
    }

    fn each(&mut self, others: Self, of: fn(u64, u64) -> u64) {
        let Self { requests, refused, failed, events, model_calls, .. } = others;
        let Self { tokens_in, tokens_out, cost_nanos, cache_hits, saved_tokens, saved_nanos, .. } = others;
        for (sum, other) in [
            (&mut self.requests, requests),
            (&mut self.refused, refused),
            (&mut self.failed, failed),
            (&mut self.events, events),
            (&mut self.model_calls, model_calls),
            (&mut self.tokens_in, tokens_in),
            (&mut self.tokens_out, tokens_out),
            (&mut self.cost_nanos, cost_nanos),
            (&mut self.cache_hits, cache_hits),
            (&mut self.saved_tokens, saved_tokens),
            (&mut self.saved_nanos, saved_nanos),
        ] {
            *sum = of(*sum, other);
        }
    }
}
