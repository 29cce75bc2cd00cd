//! The Durable Object that holds a tenant's search index.

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::SearchHits;
use contracts::pipeline::tenant_index::{
    FindPassages, ForgetPassages, Forgotten, IndexError, TenantIndex, TenantIndexClient, TenantIndexContract,
    TenantIndexDispatch, UpsertPassages,
};
use mesh::durable::{DurableObject, ObjectContext, StartError};
use storage::{SqlTenantIndex, TENANT_INDEX};

/// Numbers in a vector of the embedded model.
const DIMENSIONS: usize = 192;

#[mesh::durable(service = TenantIndex, migrations = TENANT_INDEX, class = "TenantIndex")]
pub(crate) struct TenantIndexObject(SqlTenantIndex);

#[async_trait(?Send)]
impl DurableObject for TenantIndexObject {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        telemetry::console::init("pipeline");
        SqlTenantIndex::open(context.storage, DIMENSIONS).map(Self).map_err(StartError::other)
    }
}

#[async_trait(?Send)]
impl TenantIndex for TenantIndexObject {
    async fn upsert(&self, context: &TenantCall, request: UpsertPassages) -> Result<(), IndexError> {
        self.0.upsert(context, request).await
    }

    async fn find(&self, context: &TenantCall, request: FindPassages) -> Result<SearchHits, IndexError> {
        self.0.find(context, request).await
    }

    async fn forget(&self, context: &TenantCall, request: ForgetPassages) -> Result<Forgotten, IndexError> {
        self.0.forget(context, request).await
    }
}
