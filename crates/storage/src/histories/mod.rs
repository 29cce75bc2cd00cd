//! Histories of providers over SQL.

mod row;

use app::ports::{EarlierDelivery, HistoryRecord, HistoryStore, KnownItem, NewHistory, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EndpointId, EventId, TenantId};
use serde_json::json;

use crate::sql::{SqlDatabase, Statement, values};
use row::{CountRow, DeliveryRow, HistoryRow, HolderRow, ItemRow};

/// Histories over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlHistoryStore<D> {
    database: D,
}

impl<D> SqlHistoryStore<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> HistoryStore for SqlHistoryStore<D> {
    async fn put(&self, tenant: TenantId, history: &NewHistory) -> Result<(), StoreError> {
        let NewHistory { endpoint_id, source, provider, description, base_url, sealed, from, walk, at } =
            history;
        let description = description.as_ref();
        let put = Statement::new(
            include_str!("../../queries/histories/put.sql"),
            values![tenant, *endpoint_id, source, provider, description, base_url, sealed, *from, walk, *at],
        );
        self.database.query(put).await.map(drop)
    }

    async fn get(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
    ) -> Result<Option<HistoryRecord>, StoreError> {
        let select =
            Statement::new(include_str!("../../queries/histories/get.sql"), values![tenant, endpoint_id]);
        self.database.query(select).await?.first::<HistoryRow, _>()
    }

    async fn remove(&self, tenant: TenantId, endpoint_id: EndpointId) -> Result<bool, StoreError> {
        let remove =
            Statement::new(include_str!("../../queries/histories/remove.sql"), values![tenant, endpoint_id]);
        Ok(!self.database.query(remove).await?.is_empty())
    }

    async fn hold(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        run_id: &str,
        over: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let hold = Statement::new(
            include_str!("../../queries/histories/hold.sql"),
            values![tenant, endpoint_id, run_id, over, now],
        );
        let holder = self.database.query(hold).await?.first::<HolderRow, HolderRow>()?;
        Ok(holder.and_then(|row| row.run_id))
    }

    async fn walked(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        run_id: &str,
        walk: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let walked = Statement::new(
            include_str!("../../queries/histories/walked.sql"),
            values![tenant, endpoint_id, run_id, walk, now],
        );
        Ok(!self.database.query(walked).await?.is_empty())
    }

    async fn recalled(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        up_to: EventId,
    ) -> Result<(), StoreError> {
        let recalled = Statement::new(
            include_str!("../../queries/histories/recalled.sql"),
            values![tenant, endpoint_id, up_to],
        );
        self.database.query(recalled).await.map(drop)
    }

    async fn deliveries(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<EarlierDelivery>, StoreError> {
        let select = Statement::new(
            include_str!("../../queries/histories/deliveries.sql"),
            values![tenant, endpoint_id, after, limit],
        );
        self.database.query(select).await?.read::<DeliveryRow, _>()
    }

    async fn known(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        item_ids: &[String],
    ) -> Result<Vec<KnownItem>, StoreError> {
        let select = Statement::new(
            include_str!("../../queries/histories/known.sql"),
            values![tenant, endpoint_id, json!(item_ids).to_string()],
        );
        self.database.query(select).await?.read::<ItemRow, _>()
    }

    async fn note(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        items: &[KnownItem],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let items: Vec<_> = items
            .iter()
            .map(|KnownItem { item_id, event_id, sha256, run_id, page }| {
                let event_id = event_id.map(|event_id| event_id.to_string());
                json!({ "item_id": item_id, "event_id": event_id, "sha256": sha256, "run_id": run_id, "page": page })
            })
            .collect();
        let note = Statement::new(
            include_str!("../../queries/histories/note.sql"),
            values![tenant, endpoint_id, json!(items).to_string(), now],
        );
        self.database.query(note).await.map(drop)
    }

    async fn count(&self, tenant: TenantId, endpoint_id: EndpointId) -> Result<u64, StoreError> {
        let count =
            Statement::new(include_str!("../../queries/histories/count.sql"), values![tenant, endpoint_id]);
        let counted = self.database.query(count).await?.first::<CountRow, CountRow>()?;
        Ok(counted.map_or(0, |row| row.items))
    }
}
