//! A tenant's own endpoints over SQL.

use app::ports::{
    AddedEndpoint, EndpointSecret, EndpointStore, HookEndpoint, NewEndpoint, Rotated, Rotation, StoreError,
};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EndpointId, TenantId};
use serde::Deserialize;

use super::row::{settings, settings_text};
use crate::sql::{SqlDatabase, Statement, values};

/// A tenant's own endpoints over a SQL database with the schema of `migrations/control`.
#[derive(Debug, Clone)]
pub struct SqlEndpoints<D> {
    database: D,
}

impl<D> SqlEndpoints<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

macro_rules! query {
    ($name:literal) => {
        include_str!(concat!("../../queries/control/", $name, ".sql"))
    };
}

#[derive(Deserialize)]
struct IdRow {}

#[derive(Deserialize)]
struct RotationRow {
    rotation_hash: Option<String>,
}

#[derive(Deserialize)]
struct RecordRow {
    id: EndpointId,
    source: String,
    name: String,
    secret: String,
    settings: Option<String>,
    status: String,
    rotating: u8,
    previous_valid_until: Option<Timestamp>,
    rotated_at: Option<Timestamp>,
    created_at: Timestamp,
    request_hash: Option<String>,
}

impl TryFrom<RecordRow> for HookEndpoint {
    type Error = serde_json::Error;

    fn try_from(row: RecordRow) -> Result<Self, serde_json::Error> {
        Ok(Self {
            endpoint_id: row.id,
            source: row.source,
            name: row.name,
            secret: EndpointSecret::new(row.secret),
            settings: settings(row.settings.as_deref())?,
            active: row.status == "active",
            previous_until: (row.rotating == 1).then_some(row.previous_valid_until),
            rotated_at: row.rotated_at,
            created_at: row.created_at,
        })
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> EndpointStore for SqlEndpoints<D> {
    async fn add(
        &self,
        tenant: TenantId,
        endpoint: &NewEndpoint,
        most: u32,
    ) -> Result<AddedEndpoint, StoreError> {
        let NewEndpoint { endpoint_id, source, name, secret, settings, created_at, request } = endpoint;
        let (key, hash) = request.as_ref().map(|named| (named.key.clone(), named.hash.clone())).unzip();
        let insert = Statement::new(
            query!("endpoint_add"),
            values![
                tenant,
                *endpoint_id,
                source,
                name,
                secret.expose(),
                settings_text(settings),
                key.clone(),
                hash,
                *created_at,
                most
            ],
        );
        if self.database.query(insert).await?.first::<IdRow, IdRow>()?.is_some() {
            return Ok(AddedEndpoint::New);
        }
        // Not made: it was before, or there are too many.
        let Some(request) = request else { return Ok(AddedEndpoint::LimitReached) };
        let select = Statement::new(query!("endpoint_by_request"), values![tenant, key]);
        let Some(row) = self.database.query(select).await?.first::<RecordRow, RecordRow>()? else {
            return Ok(AddedEndpoint::LimitReached);
        };
        let same = row.request_hash.as_deref() == Some(&request.hash);
        let record = row.try_into().map_err(|error| StoreError::new("CONTROL_DB", error))?;
        Ok(AddedEndpoint::Existing { record: Box::new(record), same })
    }

    async fn list(
        &self,
        tenant: TenantId,
        before: Option<EndpointId>,
        limit: u32,
    ) -> Result<Vec<HookEndpoint>, StoreError> {
        let select = Statement::new(query!("endpoints"), values![tenant, before, limit]);
        self.database.query(select).await?.read::<RecordRow, _>()
    }

    async fn get(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
    ) -> Result<Option<HookEndpoint>, StoreError> {
        let select = Statement::new(query!("endpoint_of_tenant"), values![tenant, endpoint_id]);
        self.database.query(select).await?.first::<RecordRow, _>()
    }

    async fn rotate(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        rotation: &Rotation,
    ) -> Result<Rotated, StoreError> {
        let Rotation { secret, previous_until, at, request } = rotation;
        let (key, hash) = request.as_ref().map(|named| (named.key.clone(), named.hash.clone())).unzip();
        let update = Statement::new(
            query!("endpoint_rotate"),
            values![tenant, endpoint_id, secret.expose(), *previous_until, *at, key, hash],
        );
        let moved = self.database.query(update).await?.first::<IdRow, IdRow>()?.is_some();
        if let (false, Some(request)) = (moved, request) {
            let select = Statement::new(query!("endpoint_rotation"), values![tenant, endpoint_id]);
            let known = self.database.query(select).await?.first::<RotationRow, RotationRow>()?;
            if known.is_some_and(|row| row.rotation_hash.as_deref() != Some(&request.hash)) {
                return Ok(Rotated::KeyReused);
            }
        }
        let found = self.get(tenant, endpoint_id).await?;
        Ok(found.map_or(Rotated::NotFound, |record| Rotated::Done(Box::new(record))))
    }

    async fn remove(&self, tenant: TenantId, endpoint_id: EndpointId) -> Result<bool, StoreError> {
        let delete = Statement::new(query!("endpoint_remove"), values![tenant, endpoint_id]);
        Ok(self.database.query(delete).await?.first::<IdRow, IdRow>()?.is_some())
    }
}
