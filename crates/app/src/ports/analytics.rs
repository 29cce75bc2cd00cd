//! Sums of usage over all tenants, for operators.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::analytics::Backlog;
use contracts::pipeline::usage::{UsageAmounts, UsageStorage};
use ids::TenantId;

use super::StoreError;

/// What was used in some days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SummedUsage {
    /// By day, whole days since 1970, in order; those without any are left out.
    pub days: Vec<(u64, UsageAmounts)>,
    /// By tenant, in the order of their ids.
    pub tenants: Vec<(TenantId, UsageAmounts)>,
}

/// Usage of days, summed up. Two adapters give the same answer for the same counts: the sums that are kept beside the
/// counts, and a dataset that every batch is written to as well.
#[async_trait(?Send)]
pub trait UsageSummaries {
    /// Of the days from `from_day` to before `to_day`, of one tenant or of all.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn between(
        &self,
        tenant: Option<TenantId>,
        from_day: u64,
        to_day: u64,
    ) -> Result<SummedUsage, StoreError>;
}

/// What is known of the whole, in a row an hour, a day or a tenant.
#[async_trait(?Send)]
pub trait UsageOverview {
    /// What tenants store now, in the order of their ids; of one of them, or of all.
    ///
    /// # Errors
    /// When the store does not answer, here and below.
    async fn stored(&self, tenant: Option<TenantId>) -> Result<Vec<(TenantId, UsageStorage)>, StoreError>;
    /// What all tenants used by the hour, in order, from one hour since 1970 to before another.
    async fn hours(&self, from: u64, to: u64) -> Result<Vec<(u64, UsageAmounts)>, StoreError>;
    /// The same by the day.
    async fn days(&self, from: u64, to: u64) -> Result<Vec<(u64, UsageAmounts)>, StoreError>;
    /// What waits now, over all tenants.
    async fn waiting(&self) -> Result<Backlog, StoreError>;
    /// Keeps what waits in the hour of `now`, where it is more than what was seen in it before.
    async fn note_backlog(&self, now: Timestamp, backlog: Backlog) -> Result<(), StoreError>;
    /// The most that waited in each hour, in order.
    async fn backlog(&self, from: u64, to: u64) -> Result<Vec<(u64, Backlog)>, StoreError>;
}

/// One data point: what a tenant used of one day, as one batch brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsagePoint {
    /// Whose.
    pub tenant: TenantId,
    /// The day, whole days since 1970.
    pub day: u64,
    /// What was used, in the order of [`UsagePoint::MEASURES`]. Less than nothing where too much was counted before.
    pub amounts: [i64; 8],
}

impl UsagePoint {
    /// What each amount is of.
    pub const MEASURES: [&str; 8] =
        ["requests", "refused", "failed", "events", "model_calls", "tokens_in", "tokens_out", "cost_nanos"];
}

/// A dataset that takes data points and never says that it could not.
pub trait UsageDataset {
    /// Writes a point.
    fn write(&self, point: &UsagePoint);
}

/// One data point: what a call of a model added to the ledger, or what was taken back of that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpendPoint {
    /// Whose.
    pub tenant: String,
    /// The model that answered, or whose price set the bound where nobody told.
    pub model: String,
    /// Whom it was asked of; empty where nobody told.
    pub upstream: String,
    /// The route that decided; empty where the name of the model did.
    pub route: String,
    /// What a cache had to do with it.
    pub cache: String,
    /// How it ended; `expired` where nobody told, `corrected` where that was taken back.
    pub outcome: String,
    /// Which key asked; empty where the platform did.
    pub key: String,
    /// Numbers, in the order of [`SpendPoint::MEASURES`]. The first five are the ledger's: they add up to it, and are
    /// less than nothing where something is taken back.
    pub amounts: [i64; 8],
}

impl SpendPoint {
    /// What each number is of. Times are in milliseconds, and 0 where they are not known.
    pub const MEASURES: [&str; 8] = [
        "calls",
        "tokens_in",
        "tokens_out",
        "cost_nanos",
        "saved_nanos",
        "tokens_in_cached",
        "first_byte_ms",
        "duration_ms",
    ];
}

/// A dataset that takes points of spending and never says that it could not.
pub trait SpendDataset {
    /// Writes a point.
    fn write(&self, point: &SpendPoint);
}
