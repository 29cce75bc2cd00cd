//! What is known of all tenants together: a row an hour, a day or a tenant.

use app::ports::{StoreError, UsageOverview};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::analytics::Backlog;
use contracts::pipeline::usage::{UsageAmounts, UsageStorage};
use domain::usage::Grain;
use ids::TenantId;

use super::row::{BacklogHourRow, BacklogRow, PeriodRow, StoredRow};
use super::{SqlUsageStore, analytics};
use crate::sql::{SqlDatabase, Statement, values};

#[async_trait(?Send)]
impl<D: SqlDatabase> UsageOverview for SqlUsageStore<D> {
    async fn stored(&self, tenant: Option<TenantId>) -> Result<Vec<(TenantId, UsageStorage)>, StoreError> {
        let select = match tenant {
            Some(tenant) => analytics!("stored_of_tenant", values![tenant]),
            None => analytics!("stored", values![]),
        };
        self.database.query(select).await?.read::<StoredRow, (TenantId, UsageStorage)>()
    }

    async fn hours(&self, from: u64, to: u64) -> Result<Vec<(u64, UsageAmounts)>, StoreError> {
        let select = analytics!("all_hours", values![from, to]);
        self.database.query(select).await?.read::<PeriodRow, (u64, UsageAmounts)>()
    }

    async fn days(&self, from: u64, to: u64) -> Result<Vec<(u64, UsageAmounts)>, StoreError> {
        let select = analytics!("all_days", values![from, to]);
        self.database.query(select).await?.read::<PeriodRow, (u64, UsageAmounts)>()
    }

    async fn waiting(&self) -> Result<Backlog, StoreError> {
        let select = analytics!("backlog_now", values![]);
        let waiting = self.database.query(select).await?.first::<BacklogRow, Backlog>()?;
        waiting.ok_or_else(|| StoreError::new(self.database.name(), "no answer to a statement"))
    }

    async fn note_backlog(&self, now: Timestamp, backlog: Backlog) -> Result<(), StoreError> {
        let Backlog { outbox, dead_letters } = backlog;
        let hour = Grain::Hours.of(now.unix_ms());
        let note = analytics!("note_backlog", values![hour, outbox, dead_letters]);
        self.database.query(note).await.map(drop)
    }

    async fn backlog(&self, from: u64, to: u64) -> Result<Vec<(u64, Backlog)>, StoreError> {
        let select = analytics!("backlog", values![from, to]);
        self.database.query(select).await?.read::<BacklogHourRow, (u64, Backlog)>()
    }
}
