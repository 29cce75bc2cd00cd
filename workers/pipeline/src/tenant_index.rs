//! The Durable Object that holds a tenant's search index.

use std::rc::Rc;

use app::ports::VectorIndex;
use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::SearchHits;
use contracts::pipeline::tenant_index::{
    FindPassages, ForgetPassages, Forgotten, IndexError, TenantIndex, TenantIndexClient, TenantIndexContract,
    TenantIndexDispatch, UpsertPassages,
};
use host::{QUESTIONS, VectorizeIndex};
use mesh::durable::{DurableObject, ObjectContext, StartError};
use mesh_worker::Instance;
use mesh_worker::bindings::vectorize::Index;
use storage::{SqlTenantIndex, SqlVectors, TENANT_INDEX};

/// Vectorize, where it is bound: `docs/search.md` says how. No configuration of this repository binds it, since a local
/// runtime has none.
const VECTORS: &str = "VECTORS";

/// Numbers in a vector of the embedded model.
const DIMENSIONS: usize = 192;

#[mesh::durable(service = TenantIndex, migrations = TENANT_INDEX, class = "TenantIndex")]
pub(crate) struct TenantIndexObject(SqlTenantIndex);

#[async_trait(?Send)]
impl DurableObject for TenantIndexObject {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        telemetry::console::init("pipeline");
        let instance: &Instance = context.resources()?;
        // What is bound is used; locally nothing is. Vectors of questions stay apart from what is searched.
        let questions = context.address.name() == QUESTIONS;
        let vectors: Rc<dyn VectorIndex> = match Index::over(&instance.env, VECTORS) {
            Ok(index) if !questions => Rc::new(VectorizeIndex::over(index.with_dimensions(DIMENSIONS))),
            _ => Rc::new(SqlVectors::new(context.storage.clone(), DIMENSIONS)),
        };
        Ok(Self(SqlTenantIndex::new(context.storage, vectors)))
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
