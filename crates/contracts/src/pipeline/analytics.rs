//! What all tenants used and what that cost, for operators: sums that are kept, never counted when they are asked for.

use ids::TenantId;

use super::usage::{UsageAmounts, UsageStorage};
use crate::{OperatorCall, Timestamp};

/// The admin's view of usage and spend.
#[mesh::service(contract = "../../contracts/Analytics.json")]
pub trait Analytics {
    /// What was used in some days, by day and by tenant, and what it cost.
    #[mesh(idempotent)]
    async fn summarize(
        &self,
        context: &OperatorCall,
        request: Summarize,
    ) -> Result<UsageSummary, AnalyticsError>;

    /// How the whole went in the last hours and days, and what waits.
    #[mesh(idempotent)]
    async fn overview(
        &self,
        context: &OperatorCall,
        request: ReadOverview,
    ) -> Result<Overview, AnalyticsError>;
}

/// Asks for a summary. Its days are whole ones (UTC).
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summarize {
    /// A time within the first day.
    pub from: Timestamp,
    /// The end: the day that it is in counts, unless it is the day's very start.
    pub to: Timestamp,
    /// Only of this tenant.
    #[serde(default)]
    pub tenant: Option<TenantId>,
    /// At most so many tenants, those with the greatest spend: 1 to 10,000.
    pub limit: u32,
}

/// What was used and what it cost.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageSummary {
    /// The start of the first day.
    pub from: Timestamp,
    /// The end of the last.
    pub to: Timestamp,
    /// Where the sums are from: `rollups` or `analytics_engine`.
    pub source: String,
    /// As of which day the platform's prices are.
    pub prices_as_of: String,
    /// Of all tenants that the question is about.
    pub totals: UsageOfTenants,
    /// By day, in order; days on which nothing was used are left out.
    pub days: Vec<UsageOfTime>,
    /// By tenant, the greatest spend first.
    pub tenants: Vec<UsageOfTenant>,
    /// How many tenants there are in all.
    pub tenants_count: u32,
    /// What the totals took of the platform's products.
    pub products: Vec<ProductUse>,
}

/// What several tenants used.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UsageOfTenants {
    /// What was counted.
    pub amounts: UsageAmounts,
    /// What they store now.
    pub storage: UsageStorage,
    /// What the platform below costs for it, estimated, in billionths of a US dollar.
    pub platform_nanos: u64,
}

/// What one tenant used.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageOfTenant {
    /// Which.
    pub tenant: TenantId,
    /// How much.
    pub used: UsageOfTenants,
}

/// What was used in an hour or a day.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageOfTime {
    /// Its start.
    pub at: Timestamp,
    /// How much.
    pub amounts: UsageAmounts,
}

/// How much of a product of the platform was used.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductUse {
    /// Its name in the list of prices, such as `d1.rows_written`.
    pub product: String,
    /// In what it is counted.
    pub unit: String,
    /// How much.
    pub units: u64,
    /// What it costs, in billionths of a US dollar.
    pub nanos: u64,
}

/// Asks how the whole goes.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadOverview {
    /// For so many hours back, 1 to 168.
    pub hours: u32,
    /// For so many days back, 1 to 92.
    pub days: u32,
}

/// How the whole goes.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Hours in order, also those in which nothing was used; the last is under way.
    pub hours: Vec<UsageOfTime>,
    /// Days in order, likewise.
    pub days: Vec<UsageOfTime>,
    /// The most that waited in each of the hours, in order; hours in which nobody looked are left out.
    pub backlog: Vec<BacklogOfHour>,
    /// What waits now.
    pub waiting: Backlog,
}

/// What waits.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Accepted events that nothing has finished.
    pub outbox: u32,
    /// Dead letters that nobody has replayed.
    pub dead_letters: u32,
}

/// The most that waited in an hour.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BacklogOfHour {
    /// Its start.
    pub at: Timestamp,
    /// What waited.
    pub backlog: Backlog,
}

/// There is no summary.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AnalyticsError {
    /// There cannot be: too long a time, or one that is forgotten.
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
