//! The tenants' search indexes, reached as Durable Objects.

use std::rc::Rc;

use app::pipeline::{find_request, index_hits, upsert_request};
use app::ports::{Clock, EmbeddedPassage, IndexHit, Origin, PassageIndex, StoreError, Wanted};
use async_trait::async_trait;
use contracts::pipeline::tenant_index::{ForgetPassages, Forgotten, TenantIndexClient};
use contracts::{Actor, TenantCall, TenantScope};
use ids::{EventId, TenantId};
use mesh::durable::{Address, Namespace};
use mesh::{CallContext, Deadline, TraceContext, Transport};
use mesh_worker::BindingError;
use mesh_worker::durable::DurableNamespace;

use crate::bindings::TENANT_INDEX;
use crate::clock::WorkerClock;

/// How long an index may take.
const PATIENCE_MS: u64 = 30_000;

/// [`PassageIndex`] over the namespace of index objects: one object a tenant.
#[derive(Clone)]
pub struct DurableIndex {
    objects: DurableNamespace,
    name: &'static str,
}

/// The name of the index that the tenant searches.
const SEARCHED: &str = "index";
/// The name of the one of questions to which models' answers are kept.
pub const QUESTIONS: &str = "questions";

impl DurableIndex {
    /// Over the namespace bound in `env`.
    ///
    /// # Errors
    /// [`BindingError`] when it is missing or is none.
    pub fn new(env: &worker::Env) -> Result<Self, BindingError> {
        Ok(Self { objects: DurableNamespace::over(env, TENANT_INDEX)?, name: SEARCHED })
    }

    /// The tenants' indexes of questions: objects of their own, which no search reaches.
    ///
    /// # Errors
    /// As [`DurableIndex::new`].
    pub fn questions(env: &worker::Env) -> Result<Self, BindingError> {
        Ok(Self { name: QUESTIONS, ..Self::new(env)? })
    }

    fn client(&self, context: &TenantCall) -> TenantIndexClient<Rc<dyn Transport>> {
        TenantIndexClient::over(self.objects.object(&Address::of(context, self.name)))
    }

    fn context(tenant: TenantId, trace: TraceContext) -> TenantCall {
        let deadline = Deadline::after(WorkerClock.now().unix_ms(), PATIENCE_MS);
        let scope = TenantScope { tenant, actor: Actor::Service("pipeline".into()) };
        CallContext::new(scope, trace, deadline, "pipeline")
    }
}

#[async_trait(?Send)]
impl PassageIndex for DurableIndex {
    async fn upsert(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        origin: &Origin,
        passages: &[EmbeddedPassage],
    ) -> Result<(), StoreError> {
        let context = Self::context(tenant, trace);
        let outcome = self.client(&context).upsert(&context, upsert_request(origin, passages)).await;
        outcome.map_err(|error| StoreError::new(TENANT_INDEX, error))
    }

    async fn search(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        wanted: &Wanted,
    ) -> Result<Vec<IndexHit>, StoreError> {
        let context = Self::context(tenant, trace);
        let found = self.client(&context).find(&context, find_request(wanted)).await;
        found.map(index_hits).map_err(|error| StoreError::new(TENANT_INDEX, error))
    }

    async fn forget(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_id: Option<EventId>,
        at_most: u32,
    ) -> Result<Forgotten, StoreError> {
        let context = Self::context(tenant, trace);
        let outcome = self.client(&context).forget(&context, ForgetPassages { event_id, at_most }).await;
        outcome.map_err(|error| StoreError::new(TENANT_INDEX, error))
    }
}
