//! Erasures over SQL.

mod row;

use app::ports::{ErasureRecord, ErasureStore, FoundEvent, NewErasure, RowCount, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{ErasureId, EventId, TenantId};

use crate::removal::{
    CountRow, EVENT_TABLES, EventTable, TenantTable, count_of_events, delete_of_events, json, tenant_tables,
};
use crate::sql::{Rows, SqlDatabase, Statement, Value, values};
use row::{DayRow, ErasureRow, FoundRow, RunningRow};

/// A query of this store, by its file's name.
macro_rules! query {
    ($name:literal) => {
        include_str!(concat!("../../queries/erasures/", $name, ".sql"))
    };
}

/// Erasures over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlErasures<D> {
    database: D,
}

impl<D: SqlDatabase> SqlErasures<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }

    async fn query(&self, sql: &str, values: Vec<Value>) -> Result<Rows, StoreError> {
        self.database.query(Statement::new(sql, values)).await
    }
}

/// Adds what a query counts to the erasure's counts. `?3` is the erasure, `?1` the tenant.
fn add_counted(count: &str) -> String {
    format!(
        "INSERT INTO erasure_counts (erasure_id, tenant_id, name, count) \
         SELECT ?3, ?1, name, count FROM ({count}) WHERE count > 0 \
         ON CONFLICT (erasure_id, name) DO UPDATE SET count = count + excluded.count"
    )
}

#[async_trait(?Send)]
impl<D: SqlDatabase> ErasureStore for SqlErasures<D> {
    async fn insert(&self, tenant: TenantId, erasure: &NewErasure) -> Result<ErasureRecord, StoreError> {
        let insert = values![
            tenant,
            erasure.erasure_id,
            &erasure.request_key,
            erasure.selector.as_ref(),
            &erasure.selector_sha256,
            &erasure.requested_by,
            &erasure.reason,
            erasure.requested_at,
            &erasure.traceparent,
        ];
        let select = Statement::new(query!("select"), values![tenant]);
        let statements =
            vec![Statement::new(query!("insert"), insert), select.and("request_key =", &erasure.request_key)];
        let answers = self.database.batch(statements).await?;
        let stored = answers.last().map(|rows| rows.first::<ErasureRow, _>()).transpose()?.flatten();
        let taken = || format!("erasure id `{}` is taken", erasure.erasure_id);
        stored.ok_or_else(|| StoreError::new(self.database.name(), taken()))
    }

    async fn get(&self, tenant: TenantId, id: ErasureId) -> Result<Option<ErasureRecord>, StoreError> {
        let select = Statement::new(query!("select"), values![tenant]);
        self.database.query(select.and("id =", id)).await?.first::<ErasureRow, _>()
    }

    async fn list(
        &self,
        tenant: TenantId,
        before: Option<ErasureId>,
        limit: u32,
    ) -> Result<Vec<ErasureRecord>, StoreError> {
        let select = Statement::new(query!("select"), values![tenant]).and_if("id <", before).newest(limit);
        self.database.query(select).await?.read::<ErasureRow, _>()
    }

    async fn running(&self, limit: u32) -> Result<Vec<(TenantId, ErasureId, String)>, StoreError> {
        let rows = self.query(query!("running"), values![limit]).await?.read::<RunningRow, RunningRow>()?;
        Ok(rows.into_iter().map(|row| (row.tenant_id, row.id, row.traceparent)).collect())
    }

    async fn rows(&self, tenant: TenantId) -> Result<Vec<RowCount>, StoreError> {
        let count = |TenantTable { name, .. }| {
            let sql = format!("SELECT '{name}' AS name, COUNT(*) AS count FROM {name} WHERE tenant_id = ?1");
            Statement::new(&sql, values![tenant])
        };
        let mut rows = Vec::new();
        for answer in self.database.batch(tenant_tables().map(count).collect()).await? {
            rows.extend(answer.read::<CountRow, RowCount>()?.into_iter().filter(|count| count.rows > 0));
        }
        Ok(rows)
    }

    async fn found(&self, tenant: TenantId, id: ErasureId, events: &[FoundEvent]) -> Result<(), StoreError> {
        let rows: Vec<FoundRow> = events.iter().map(FoundRow::from).collect();
        self.query(query!("found"), vec![tenant.into(), id.into(), json(&rows)]).await.map(|_| ())
    }

    async fn left(&self, tenant: TenantId, id: ErasureId, limit: u32) -> Result<Vec<FoundEvent>, StoreError> {
        self.query(query!("left"), values![tenant, id, limit]).await?.read::<FoundRow, _>()
    }

    async fn at_work(&self, tenant: TenantId, id: ErasureId) -> Result<u32, StoreError> {
        let row = self.query(query!("at_work"), values![tenant, id]).await?.first::<CountRow, CountRow>()?;
        Ok(row.map_or(0, |row| row.count))
    }

    async fn remove_rows(
        &self,
        tenant: TenantId,
        id: ErasureId,
        event_ids: &[EventId],
    ) -> Result<(), StoreError> {
        let ids = json(&event_ids);
        let of_table = |table: &EventTable| {
            [
                Statement::new(&add_counted(&count_of_events(*table)), values![tenant, ids.clone(), id]),
                Statement::new(&delete_of_events(*table), values![tenant, ids.clone()]),
            ]
        };
        self.database.batch(EVENT_TABLES.iter().flat_map(of_table).collect()).await.map(|_| ())
    }

    async fn remove_other_rows(
        &self,
        tenant: TenantId,
        id: ErasureId,
        limit: u32,
    ) -> Result<bool, StoreError> {
        for TenantTable { name, key } in tenant_tables() {
            let some = format!("SELECT {key} FROM {name} WHERE tenant_id = ?1 LIMIT ?2");
            let count = format!("SELECT '{name}' AS name, COUNT(*) AS count FROM ({some})");
            let statements = vec![
                Statement::new(&count, values![tenant, limit]),
                Statement::new(&add_counted(&count), values![tenant, limit, id]),
                Statement::new(
                    &format!("DELETE FROM {name} WHERE ({key}) IN ({some})"),
                    values![tenant, limit],
                ),
            ];
            let answers = self.database.batch(statements).await?;
            let counts = answers.first().map(|rows| rows.read::<CountRow, RowCount>()).transpose()?;
            // One table at a time: rows that others refer to come after those.
            if counts.unwrap_or_default().iter().any(|count| count.rows > 0) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn count(&self, tenant: TenantId, id: ErasureId, name: &str, more: u32) -> Result<(), StoreError> {
        self.query(query!("add_count"), values![tenant, id, name, more]).await.map(|_| ())
    }

    async fn counts(&self, tenant: TenantId, id: ErasureId) -> Result<Vec<RowCount>, StoreError> {
        self.query(query!("counts"), values![tenant, id]).await?.read::<CountRow, _>()
    }

    async fn done(&self, tenant: TenantId, id: ErasureId, event_ids: &[EventId]) -> Result<(), StoreError> {
        self.query(query!("done"), vec![tenant.into(), id.into(), json(&event_ids)]).await.map(|_| ())
    }

    async fn again(&self, tenant: TenantId, id: ErasureId) -> Result<(), StoreError> {
        self.query(query!("again"), values![tenant, id]).await.map(|_| ())
    }

    async fn days(
        &self,
        tenant: TenantId,
        id: ErasureId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let values = values![tenant, id, after.unwrap_or_default(), limit];
        let rows = self.query(query!("days"), values).await?.read::<DayRow, DayRow>()?;
        Ok(rows.into_iter().map(|row| row.day).collect())
    }

    async fn events(
        &self,
        tenant: TenantId,
        id: ErasureId,
        day: Option<&str>,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<FoundEvent>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let mut values = values![tenant, id, after, limit];
        let sql = match day {
            Some(day) => {
                values.push(day.into());
                query!("events_of_day")
            }
            None => query!("events"),
        };
        self.query(sql, values).await?.read::<FoundRow, _>()
    }

    async fn certify(
        &self,
        tenant: TenantId,
        id: ErasureId,
        certificate: &str,
        sha256: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statements = vec![
            Statement::new(query!("certify"), values![tenant, id, certificate, sha256, now]),
            Statement::new(query!("forget_events"), values![tenant, id]),
            Statement::new(query!("forget_counts"), values![tenant, id]),
        ];
        self.database.batch(statements).await.map(|_| ())
    }

    async fn fail(&self, tenant: TenantId, id: ErasureId, error: &str) -> Result<(), StoreError> {
        self.query(query!("fail"), values![tenant, id, error]).await.map(|_| ())
    }
}
