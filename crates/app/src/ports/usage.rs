//! Where usage is kept.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::usage::{UsageAmounts, UsageGroup, UsageStorage, UsageSubject};
use domain::usage::Span;
use ids::TenantId;

use super::StoreError;

/// What was counted of one thing at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// When.
    pub at: Timestamp,
    /// Of what.
    pub of: UsageSubject,
    /// How much.
    pub amounts: UsageAmounts,
    /// How much of what was counted before was too much: a call that was counted at its bound took less.
    pub taken_back: UsageAmounts,
}

impl Counted {
    /// So much, and nothing is taken back.
    #[must_use]
    pub fn new(at: Timestamp, of: UsageSubject, amounts: UsageAmounts) -> Self {
        Self { at, of, amounts, taken_back: UsageAmounts::default() }
    }
}

/// What a store answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsageSums {
    /// All together.
    pub totals: UsageAmounts,
    /// By group: the number of the period, of days where months are asked for, or a name. Periods in order, names with
    /// the most requests first.
    pub groups: Vec<(String, UsageAmounts)>,
    /// What is stored now.
    pub storage: UsageStorage,
}

/// Usage, added up by tenant.
#[async_trait(?Send)]
pub trait UsageStore {
    /// Adds counts up, all of them or none; a batch that was added before changes nothing. Whether it was new.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn add(
        &self,
        tenant: TenantId,
        batch_id: &str,
        counts: &[Counted],
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// The sums of a span; at most `limit` groups.
    ///
    /// # Errors
    /// As [`UsageStore::add`].
    async fn sums(
        &self,
        tenant: TenantId,
        span: Span,
        group: UsageGroup,
        limit: u32,
    ) -> Result<UsageSums, StoreError>;

    /// Forgets periods that can no longer be asked for, and batches that nobody brings again, of all tenants.
    ///
    /// # Errors
    /// As [`UsageStore::add`].
    async fn forget(&self, now: Timestamp) -> Result<(), StoreError>;
}
