//! The tenants' search indexes, reached as Durable Objects.

use app::ports::{Clock, EmbeddedPassage, IndexHit, PassageIndex, StoreError};
use async_trait::async_trait;
use contracts::pipeline::HitKind;
use contracts::pipeline::tenant_index::{
    FindPassages, Passage, TenantIndexClient, UpsertPassages, encode_vector,
};
use contracts::{Actor, TenantCall, TenantScope};
use ids::{EventId, TenantId};
use mesh::durable::Address;
use mesh::{CallContext, Deadline, TraceContext};

use crate::bindings::TENANT_INDEX;
use crate::clock::WorkerClock;
use mesh_worker::BindingTransport;

/// How long an index may take.
const PATIENCE_MS: u64 = 30_000;

/// [`PassageIndex`] over the namespace of index objects: one object a tenant.
#[derive(Clone)]
pub struct DurableIndex {
    env: worker::Env,
}

impl DurableIndex {
    /// Over the namespace bound in `env`.
    pub fn new(env: &worker::Env) -> Self {
        Self { env: env.clone() }
    }

    fn client(&self, context: &TenantCall) -> Result<TenantIndexClient<BindingTransport>, StoreError> {
        let address = Address::of(context, "index");
        let transport = BindingTransport::durable_object(&self.env, TENANT_INDEX, &address)
            .map_err(|error| StoreError::new(TENANT_INDEX, error))?;
        Ok(TenantIndexClient::over(transport))
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
        let outcome = self.client(&context)?.upsert(&context, request).await;
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
        let found = self.client(&context)?.find(&context, request).await;
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
}
