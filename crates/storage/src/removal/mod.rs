//! Removing events, and how long tenants keep them, over SQL.

mod tables;

use app::ports::{EventRemoval, RemovableEvent, RetentionRecord, RetentionStore, RowCount, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use domain::RetentionDays;
use domain::retention::InvalidRetention;
use ids::{EventId, TenantId};
use serde::Deserialize;

pub use tables::{EVENT_TABLES, EventTable, KEPT_TABLES, TENANT_TABLES, TenantTable};

pub(crate) use tables::tenant_tables;

use crate::sql::{SqlDatabase, Statement, Value, values};

/// Removal over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlRemoval<D> {
    database: D,
}

impl<D> SqlRemoval<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

#[derive(Deserialize)]
pub(crate) struct CountRow {
    pub(crate) name: String,
    pub(crate) count: u32,
}

impl From<CountRow> for RowCount {
    fn from(row: CountRow) -> Self {
        Self { table: row.name, rows: row.count }
    }
}

#[derive(Deserialize)]
struct TenantRow {
    tenant_id: TenantId,
}

#[derive(Deserialize)]
struct KeyRow {
    object_key: String,
}

#[derive(Deserialize)]
struct EventRow {
    id: EventId,
    object_key: String,
    received_at: Timestamp,
    source: String,
    subject: Option<String>,
    account: Option<String>,
    archived: u32,
}

impl From<EventRow> for RemovableEvent {
    fn from(row: EventRow) -> Self {
        Self {
            event_id: row.id,
            object_key: row.object_key,
            received_at: row.received_at,
            source: row.source,
            subject: row.subject,
            account: row.account,
            archived: row.archived > 0,
        }
    }
}

#[derive(Deserialize)]
struct RetentionRow {
    events_days: u32,
    updated_by: String,
    updated_at: Timestamp,
}

impl TryFrom<RetentionRow> for RetentionRecord {
    type Error = InvalidRetention;

    fn try_from(row: RetentionRow) -> Result<Self, InvalidRetention> {
        let RetentionRow { events_days, updated_by, updated_at } = row;
        Ok(Self { days: RetentionDays::new(events_days)?, updated_by, updated_at })
    }
}

/// Ids as one parameter.
pub(crate) fn json(items: &impl serde::Serialize) -> Value {
    serde_json::json!(items).to_string().into()
}

/// Counts the rows of events (`?2`, a JSON array) in a table. Names of tables come from the lists, never from input.
pub(crate) fn count_of_events(table: EventTable) -> String {
    let EventTable { name, event, .. } = table;
    format!(
        "SELECT '{name}' AS name, COUNT(*) AS count FROM {name} \
         WHERE tenant_id = ?1 AND {event} IN (SELECT value FROM json_each(?2))"
    )
}

/// Removes them.
pub(crate) fn delete_of_events(table: EventTable) -> String {
    let EventTable { name, event, .. } = table;
    format!("DELETE FROM {name} WHERE tenant_id = ?1 AND {event} IN (SELECT value FROM json_each(?2))")
}

#[async_trait(?Send)]
impl<D: SqlDatabase> EventRemoval for SqlRemoval<D> {
    async fn next_tenant(&self, after: Option<TenantId>) -> Result<Option<TenantId>, StoreError> {
        let after = after.map(|tenant| tenant.to_string()).unwrap_or_default();
        let query = Statement::new(include_str!("../../queries/removal/next_tenant.sql"), values![after]);
        let row = self.database.query(query).await?.first::<TenantRow, TenantRow>()?;
        Ok(row.map(|row| row.tenant_id))
    }

    async fn older_than(
        &self,
        tenant: TenantId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<RemovableEvent>, StoreError> {
        let sql = include_str!("../../queries/removal/older_than.sql");
        self.database.query(Statement::new(sql, values![tenant, before, limit])).await?.read::<EventRow, _>()
    }

    async fn events_after(
        &self,
        tenant: TenantId,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<RemovableEvent>, StoreError> {
        let sql = include_str!("../../queries/removal/events_after.sql");
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        self.database.query(Statement::new(sql, values![tenant, after, limit])).await?.read::<EventRow, _>()
    }

    async fn remove(&self, tenant: TenantId, event_ids: &[EventId]) -> Result<Vec<RowCount>, StoreError> {
        let ids = json(&event_ids);
        let statements = EVENT_TABLES.iter().flat_map(|table| {
            [count_of_events(*table), delete_of_events(*table)]
                .map(|sql| Statement::new(&sql, values![tenant, ids.clone()]))
        });
        let answers = self.database.batch(statements.collect()).await?;
        let mut counts = Vec::new();
        for answer in answers.iter().step_by(2) {
            counts.extend(answer.read::<CountRow, RowCount>()?);
        }
        Ok(counts)
    }

    async fn objects_in_use(&self, tenant: TenantId, keys: &[String]) -> Result<Vec<String>, StoreError> {
        let sql = include_str!("../../queries/removal/objects_in_use.sql");
        let query = Statement::new(sql, vec![tenant.into(), json(&keys)]);
        let rows = self.database.query(query).await?.read::<KeyRow, KeyRow>()?;
        Ok(rows.into_iter().map(|row| row.object_key).collect())
    }

    async fn raw_place(&self, tenant: TenantId) -> Result<Option<String>, StoreError> {
        let sql = include_str!("../../queries/removal/raw_place.sql");
        let row =
            self.database.query(Statement::new(sql, values![tenant])).await?.first::<KeyRow, KeyRow>()?;
        Ok(row.map(|row| row.object_key))
    }

    async fn set_raw_place(&self, tenant: TenantId, key: &str) -> Result<(), StoreError> {
        let sql = include_str!("../../queries/removal/set_raw_place.sql");
        self.database.query(Statement::new(sql, values![tenant, key])).await.map(|_| ())
    }

    async fn rows_left(&self, tenant: TenantId, event_ids: Option<&[EventId]>) -> Result<u32, StoreError> {
        let statements = match event_ids {
            Some(event_ids) => {
                let ids = json(&event_ids);
                let of = |table: &EventTable| {
                    Statement::new(&count_of_events(*table), values![tenant, ids.clone()])
                };
                EVENT_TABLES.iter().map(of).collect()
            }
            None => tenant_tables()
                .map(|TenantTable { name, .. }| {
                    let sql = format!(
                        "SELECT '{name}' AS name, COUNT(*) AS count FROM (SELECT 1 FROM {name} WHERE tenant_id = ?1 LIMIT 1000)"
                    );
                    Statement::new(&sql, values![tenant])
                })
                .collect(),
        };
        let mut left = 0;
        for answer in self.database.batch(statements).await? {
            left += answer.read::<CountRow, RowCount>()?.iter().map(|count| count.rows).sum::<u32>();
        }
        Ok(left)
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> RetentionStore for SqlRemoval<D> {
    async fn retention(&self, tenant: TenantId) -> Result<Option<RetentionRecord>, StoreError> {
        let sql = include_str!("../../queries/removal/retention.sql");
        self.database.query(Statement::new(sql, values![tenant])).await?.first::<RetentionRow, _>()
    }

    async fn set_retention(&self, tenant: TenantId, record: &RetentionRecord) -> Result<(), StoreError> {
        let RetentionRecord { days, updated_by, updated_at } = record;
        let sql = include_str!("../../queries/removal/set_retention.sql");
        let values = values![tenant, days.get(), updated_by, *updated_at];
        self.database.query(Statement::new(sql, values)).await.map(|_| ())
    }
}
