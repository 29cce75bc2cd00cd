//! Keys, endpoints and heartbeats: over SQL, and through caches.

mod audit;
mod cached;
mod endpoints;
mod isolate;
mod kv;
mod proposals;
mod row;
mod tenants;

pub use cached::{CACHED_MS, CachedControl, TextCache};
pub use endpoints::SqlEndpoints;
pub use isolate::IsolateCache;
pub use kv::KvCache;

use app::ports::{ControlStore, Heartbeat, StoreError, StoredEndpoint, StoredKey};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EndpointId, KeyId, TenantId};

use crate::sql::{SqlDatabase, Statement, values};
use row::{EndpointRow, HeartbeatRow, KeyRow};

/// Keys, endpoints and heartbeats over a SQL database with the schema of `migrations/control`.
#[derive(Debug, Clone)]
pub struct SqlControl<D> {
    database: D,
}

impl<D> SqlControl<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> ControlStore for SqlControl<D> {
    async fn key_by_prefix(&self, prefix: &str) -> Result<Option<StoredKey>, StoreError> {
        let select = Statement::new(include_str!("../../queries/control/key_by_prefix.sql"), values![prefix]);
        self.database.query(select).await?.first::<KeyRow, _>()
    }

    async fn endpoint(&self, endpoint_id: EndpointId) -> Result<Option<StoredEndpoint>, StoreError> {
        let select = Statement::new(include_str!("../../queries/control/endpoint.sql"), values![endpoint_id]);
        self.database.query(select).await?.first::<EndpointRow, _>()
    }

    async fn touch_key(&self, tenant: TenantId, key_id: KeyId, at: Timestamp) -> Result<(), StoreError> {
        let touch =
            Statement::new(include_str!("../../queries/control/touch_key.sql"), values![key_id, tenant, at]);
        self.database.query(touch).await.map(|_| ())
    }

    async fn put_heartbeat(&self, heartbeat: &Heartbeat) -> Result<(), StoreError> {
        let Heartbeat { service, version, contract, seen_at } = heartbeat;
        let put = Statement::new(
            include_str!("../../queries/control/put_heartbeat.sql"),
            values![service, version, contract, *seen_at],
        );
        self.database.query(put).await.map(|_| ())
    }

    async fn heartbeat(&self, service: &str) -> Result<Option<Heartbeat>, StoreError> {
        let select = Statement::new(include_str!("../../queries/control/heartbeat.sql"), values![service]);
        self.database.query(select).await?.first::<HeartbeatRow, _>()
    }
}
