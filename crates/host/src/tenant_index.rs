//! The tenants' search indexes, reached as Durable Objects.

use std::rc::Rc;

use app::ports::{Clock, EmbeddedPassage, IndexHit, PassageIndex, StoreError};
use async_trait::async_trait;
use contracts::pipeline::HitKind;
use contracts::pipeline::tenant_index::{
    FindPassages, ForgetPassages, Forgotten, Passage, TenantIndexClient, UpsertPassages, encode_vector,
};
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
}

impl DurableIndex {
    /// Over the namespace bound in `env`.
    ///
    /// # Errors
    /// [`BindingError`] when it is missing or is none.
    pub fn new(env: &worker::Env) -> Result<Self, BindingError> {
        Ok(Self { objects: DurableNamespace::over(env, TENANT_INDEX)? })
    }

    fn client(&self, context: &TenantCall) -> TenantIndexClient<Rc<dyn Transport>> {
        TenantIndexClient::over(self.objects.object(&Address::of(context, "index")))
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
        event_id: EventId,
        passages: &[EmbeddedPassage],
    ) -> Result<(), StoreError> {
        let passages = passages
            .iter()
            .map(|passage| Passage {
                id: passage.id.clone(),
                kind: passage.kind,
                text: passage.text.clone(),
                account: passage.account.clone(),
                vector: encode_vector(&passage.vector),
            })
            .collect();
        let request = UpsertPassages { event_id, passages };
        let context = Self::context(tenant, trace);
        let outcome = self.client(&context).upsert(&context, request).await;
        outcome.map_err(|error| StoreError::new(TENANT_INDEX, error))
    }

    async fn search(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        query: &str,
        vector: &[f32],
        kind: Option<HitKind>,
        limit: u32,
    ) -> Result<Vec<IndexHit>, StoreError> {
        let request = FindPassages { query: query.to_owned(), vector: encode_vector(vector), kind, limit };
        let context = Self::context(tenant, trace);
        let found = self.client(&context).find(&context, request).await;
        let found = found.map_err(|error| StoreError::new(TENANT_INDEX, error))?;
        let hits = found.hits.into_iter().map(|hit| IndexHit {
            id: hit.id,
            kind: hit.kind,
            score: hit.score,
            text: hit.snippet,
            event_id: hit.event_id,
            account: hit.account,
        });
        Ok(hits.collect())
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
