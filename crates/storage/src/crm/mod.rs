//! What CRMs told, over SQL.

mod row;

use app::ports::{CrmEntry, CrmRecord, CrmStore, NewCrmChange, StoreError};
use async_trait::async_trait;
use domain::crm::Entity;
use ids::{CrmRecordId, EventId, TenantId};
use serde_json::{Value as Json, json};

use crate::sql::{SqlDatabase, Statement, values};
use row::{CurrentRow, EntryRow, RecordRow, assemble};

/// The bytes of JSON after which the rest goes into another statement: D1 takes 2 MB a parameter.
const CHUNK_BYTES: usize = 1_000_000;

/// Records of CRMs over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlCrmStore<D> {
    database: D,
}

impl<D> SqlCrmStore<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

impl<D: SqlDatabase> SqlCrmStore<D> {
    /// The records of these rows, with what their fields are now.
    async fn with_fields(
        &self,
        tenant: TenantId,
        rows: Vec<RecordRow>,
    ) -> Result<Vec<CrmRecord>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let current = Statement::new(
            include_str!("../../queries/crm/current.sql"),
            values![tenant, json!(ids).to_string()],
        );
        let current = self.database.query(current).await?.read::<CurrentRow, CurrentRow>()?;
        assemble(rows, current).map_err(|error| StoreError::new(self.database.name(), error))
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> CrmStore for SqlCrmStore<D> {
    async fn add(
        &self,
        tenant: TenantId,
        event_id: EventId,
        changes: &[NewCrmChange],
    ) -> Result<(), StoreError> {
        let mut statements = Vec::new();
        for chunk in arrays(changes.iter().map(record)) {
            let sql = include_str!("../../queries/crm/add_records.sql");
            statements.push(Statement::new(sql, values![tenant, chunk]));
        }
        for chunk in arrays(changes.iter().flat_map(settings)) {
            let sql = include_str!("../../queries/crm/add_settings.sql");
            statements.push(Statement::new(sql, values![tenant, event_id, chunk]));
        }
        if statements.is_empty() {
            return Ok(());
        }
        self.database.batch(statements).await.map(|_| ())
    }

    async fn get(
        &self,
        tenant: TenantId,
        entity: Entity,
        id: CrmRecordId,
    ) -> Result<Option<CrmRecord>, StoreError> {
        let select = Statement::new(
            include_str!("../../queries/crm/record.sql"),
            values![tenant, entity.as_str(), id],
        );
        let rows = self.database.query(select).await?.read::<RecordRow, RecordRow>()?;
        Ok(self.with_fields(tenant, rows).await?.pop())
    }

    async fn list(
        &self,
        tenant: TenantId,
        entity: Entity,
        before: Option<CrmRecordId>,
        limit: u32,
    ) -> Result<Vec<CrmRecord>, StoreError> {
        let select = Statement::new(
            include_str!("../../queries/crm/records.sql"),
            values![tenant, entity.as_str(), before, limit],
        );
        let rows = self.database.query(select).await?.read::<RecordRow, RecordRow>()?;
        self.with_fields(tenant, rows).await
    }

    async fn timeline(
        &self,
        tenant: TenantId,
        id: CrmRecordId,
        field: Option<&str>,
        limit: u32,
    ) -> Result<Vec<CrmEntry>, StoreError> {
        let select = match field {
            None => {
                Statement::new(include_str!("../../queries/crm/timeline.sql"), values![tenant, id, limit])
            }
            Some(field) => Statement::new(
                include_str!("../../queries/crm/history.sql"),
                values![tenant, id, field, limit],
            ),
        };
        self.database.query(select).await?.read::<EntryRow, CrmEntry>()
    }
}

/// These items as JSON arrays, each no longer than a parameter may be, unless a single item is.
fn arrays(items: impl Iterator<Item = Json>) -> Vec<String> {
    let mut arrays: Vec<String> = Vec::new();
    for item in items {
        let item = item.to_string();
        match arrays.last_mut().filter(|array| array.len() + item.len() < CHUNK_BYTES) {
            Some(array) => array.push(','),
            None => arrays.push("[".into()),
        }
        if let Some(array) = arrays.last_mut() {
            array.push_str(&item);
        }
    }
    arrays.iter_mut().for_each(|array| array.push(']'));
    arrays
}

fn record(NewCrmChange { record, change }: &NewCrmChange) -> Json {
    json!({
        "id": record,
        "entity": change.entity.as_str(),
        "source": change.source,
        "organization": change.organization,
        "record_id": change.record_id,
        "at": change.at,
    })
}

/// What a change sets, its life under the empty name.
fn settings(NewCrmChange { record, change }: &NewCrmChange) -> Vec<Json> {
    let stamp = change.stamp.to_string();
    let setting = |field: &str, value: &str| json!({ "record": record, "field": field, "stamp": stamp, "value": value, "at": change.at });
    let life = change.life.map(|life| setting("", &json!(life.as_str()).to_string()));
    let fields = change.fields.iter();
    let fields = fields.map(|(field, value)| setting(field, value.as_deref().unwrap_or_default()));
    life.into_iter().chain(fields).collect()
}
