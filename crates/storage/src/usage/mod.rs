//! Usage over SQL: sums by the hour and by the day.

mod overview;
mod row;
mod summaries;

use app::ports::{Counted, StoreError, UsageStore, UsageSums};
use app::usage::BATCHES_KEPT_MS;
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::usage::{UsageAmounts, UsageGroup, UsageStorage};
use domain::usage::{Grain, Span};
use ids::TenantId;

use crate::sql::{SqlDatabase, Statement, Value, values};
use row::{AmountsRow, BatchRow, CountRow, GroupRow, StorageRow};

/// Usage over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlUsageStore<D> {
    database: D,
}

/// A statement from a file in `queries/analytics`.
macro_rules! analytics {
    ($name:literal, $values:expr) => {
        Statement::new(include_str!(concat!("../../queries/analytics/", $name, ".sql")), $values)
    };
}
pub(crate) use analytics;

/// A statement from a file in `queries/usage`.
macro_rules! query {
    ($name:literal, $values:expr) => {
        Statement::new(include_str!(concat!("../../queries/usage/", $name, ".sql")), $values)
    };
}

impl<D> SqlUsageStore<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> UsageStore for SqlUsageStore<D> {
    async fn add(
        &self,
        tenant: TenantId,
        batch_id: &str,
        counts: &[Counted],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let rows: Vec<_> = counts.iter().map(CountRow::of).collect();
        let rows = serde_json::to_string(&rows)
            .map_err(|error| StoreError::new(self.database.name(), error.to_string()))?;
        let all = || values![tenant, &rows, batch_id];
        let statements = vec![
            query!("add_to_hours", all()),
            query!("add_to_days", all()),
            query!("note_batch", values![tenant, batch_id, now]),
        ];
        let answers = self.database.batch(statements).await?;
        let noted = answers.last().map(|rows| rows.first::<BatchRow, BatchRow>()).transpose()?;
        Ok(noted.flatten().is_some())
    }

    async fn sums(
        &self,
        tenant: TenantId,
        span: Span,
        group: UsageGroup,
        limit: u32,
    ) -> Result<UsageSums, StoreError> {
        let within = || values![tenant, span.from, span.to];
        let mut grouped = within();
        grouped.push(name(group).into());
        // How many periods of the table make one of the group.
        let together = if group == UsageGroup::Hour { 1 } else { span.grain.in_a_day() };
        grouped.extend::<[Value; 2]>([together.into(), limit.into()]);
        let (totals, groups) = match span.grain {
            Grain::Hours => (query!("totals_of_hours", within()), query!("groups_of_hours", grouped)),
            Grain::Days => (query!("totals_of_days", within()), query!("groups_of_days", grouped)),
        };
        let storage = query!("storage", values![tenant]);
        let answers = self.database.batch(vec![totals, groups, storage]).await?;
        let [totals, groups, storage] = answers.as_slice() else {
            return Err(StoreError::new(self.database.name(), "no answer to a statement"));
        };
        Ok(UsageSums {
            totals: totals.first::<AmountsRow, UsageAmounts>()?.unwrap_or_default(),
            groups: groups.read::<GroupRow, (String, UsageAmounts)>()?,
            storage: storage.first::<StorageRow, UsageStorage>()?.unwrap_or_default(),
        })
    }

    async fn forget(&self, now: Timestamp) -> Result<(), StoreError> {
        let now_ms = now.unix_ms();
        let statements = vec![
            query!("forget_hours", values![Grain::Hours.kept_from(now_ms)]),
            query!("forget_days", values![Grain::Days.kept_from(now_ms)]),
            analytics!("forget_tenant_days", values![Grain::Days.kept_from(now_ms)]),
            analytics!("forget_all_hours", values![Grain::Hours.kept_from(now_ms)]),
            analytics!("forget_all_days", values![Grain::Days.kept_from(now_ms)]),
            analytics!("forget_backlog", values![Grain::Hours.kept_from(now_ms)]),
            query!("forget_batches", values![now_ms.saturating_sub(BATCHES_KEPT_MS)]),
        ];
        self.database.batch(statements).await.map(drop)
    }
}

const fn name(group: UsageGroup) -> &'static str {
    match group {
        UsageGroup::Hour => "hour",
        UsageGroup::Day => "day",
        UsageGroup::Month => "month",
        UsageGroup::Operation => "operation",
        UsageGroup::Key => "key",
        UsageGroup::Model => "model",
    }
}
