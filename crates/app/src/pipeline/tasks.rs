//! The `Tasks` service: what a job can have done.

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::{EmitEvent, IngestEvent, IngestEventError, IngestReceipt, Tasks};

use super::{PipelinePorts, ingest_event};

/// [`Tasks`] over ports.
#[derive(Clone)]
pub struct TasksService(pub PipelinePorts);

#[async_trait(?Send)]
impl Tasks for TasksService {
    async fn emit_event(
        &self,
        context: &TenantCall,
        request: EmitEvent,
    ) -> Result<IngestReceipt, IngestEventError> {
        let event = IngestEvent {
            source: request.source,
            kind: request.kind,
            subject: None,
            occurred_at: None,
            endpoint_id: None,
            delivery_id: context.idempotency_key.clone(),
            media_type: "application/json".into(),
            body: request.payload.into_bytes().into(),
        };
        ingest_event::ingest_event(&self.0, context, event).await
    }
}
