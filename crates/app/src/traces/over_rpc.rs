//! Spans brought to the pipeline, over any transport.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::traces::{MOST_RECORDED, RecordSpans, RecordedSpan, SpansClient};
use contracts::{Actor, TenantScope};
use ids::TenantId;
use mesh::{CallContext, Deadline, TraceContext, Transport};

use crate::ports::{Clock, Random, SpanSink, StoreError};

/// How long bringing a batch may take, in milliseconds.
const PATIENCE_MS: u64 = 10_000;
/// What errors call the way.
const NAME: &str = "PIPELINE_SPANS";

/// [`SpanSink`] by RPC.
pub struct PipelineSpans<T> {
    spans: SpansClient<T>,
    service: &'static str,
    clock: Rc<dyn Clock>,
    random: Rc<dyn Random>,
}

impl<T: Transport> PipelineSpans<T> {
    /// Over a transport to the pipeline's `Spans`, for the Worker `service`.
    pub fn over(transport: T, service: &'static str, clock: Rc<dyn Clock>, random: Rc<dyn Random>) -> Self {
        Self { spans: SpansClient::over(transport), service, clock, random }
    }
}

#[async_trait(?Send)]
impl<T: Transport> SpanSink for PipelineSpans<T> {
    async fn record(&self, tenant: TenantId, mut spans: Vec<RecordedSpan>) -> Result<(), StoreError> {
        while !spans.is_empty() {
            let rest = spans.split_off(spans.len().min(MOST_RECORDED));
            let mut random = [0; 24];
            self.random.fill(&mut random);
            let deadline = Deadline::after(self.clock.now().unix_ms(), PATIENCE_MS);
            let scope = TenantScope { tenant, actor: Actor::Service(self.service.to_owned()) };
            // Bringing them is part of none of their traces.
            let call = CallContext::new(scope, TraceContext::from_random(random), deadline, self.service);
            let brought = self.spans.record_spans(&call, RecordSpans { spans }).await;
            brought.map_err(|error| StoreError::new(NAME, error))?;
            spans = rest;
        }
        Ok(())
    }
}
