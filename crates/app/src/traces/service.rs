//! The `Traces` and `Spans` services.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::traces::{
    FindTrace, FoundTrace, MOST_RECORDED, RecordSpans, RecordedSpan, Spans, TraceError, Traces,
};
use contracts::{OperatorCall, TenantCall};

use crate::ports::{SpanSink, StoreError, TraceStore};

/// The longest text of a span, in bytes.
const MOST_TEXT_BYTES: usize = 2_000;
/// The most facts of one.
const MOST_FACTS: usize = 20;

/// [`Traces`] over a store.
#[derive(Clone)]
pub struct TracesService(pub Rc<dyn TraceStore>);

#[async_trait(?Send)]
impl Traces for TracesService {
    async fn find_trace(&self, _: &OperatorCall, request: FindTrace) -> Result<FoundTrace, TraceError> {
        let limit = request.limit.clamp(1, 1_000);
        // One more than asked for tells whether there are more.
        let found = self.0.spans(&request.trace_id.to_ascii_lowercase(), limit + 1).await;
        let mut spans = found.map_err(unavailable)?;
        let more = spans.len() > limit as usize;
        spans.truncate(limit as usize);
        Ok(FoundTrace { spans, more })
    }
}

/// [`Spans`] over where they are kept.
#[derive(Clone)]
pub struct SpansService(pub Rc<dyn SpanSink>);

#[async_trait(?Send)]
impl Spans for SpansService {
    async fn record_spans(&self, context: &TenantCall, request: RecordSpans) -> Result<(), TraceError> {
        check(&request.spans)?;
        self.0.record(context.scope.tenant, request.spans).await.map_err(unavailable)
    }
}

fn check(spans: &[RecordedSpan]) -> Result<(), TraceError> {
    let invalid = |detail: String| Err(TraceError::Invalid { detail });
    if spans.len() > MOST_RECORDED {
        return invalid(format!("`spans` has {}; bring at most {MOST_RECORDED} at once", spans.len()));
    }
    for RecordedSpan { trace_id, span } in spans {
        if !is_hex(trace_id, 32) || !is_hex(&span.span_id, 16) {
            return invalid("a span's `trace_id` and `span_id` must be 32 and 16 hexadecimal digits".into());
        }
        if span.parent_span.as_ref().is_some_and(|parent| !is_hex(parent, 16)) {
            return invalid("a span's `parent_span` must be 16 hexadecimal digits".into());
        }
        let error = span.error.as_ref().map_or(0, String::len);
        let texts = [span.kind.len(), span.id.len(), span.name.len(), span.status.len(), error];
        let facts = span.facts.iter().map(|fact| fact.name.len().max(fact.value.len()));
        if span.facts.len() > MOST_FACTS || texts.into_iter().chain(facts).any(|len| len > MOST_TEXT_BYTES) {
            return invalid(format!(
                "a span may have {MOST_FACTS} facts, and texts of {MOST_TEXT_BYTES} bytes"
            ));
        }
    }
    Ok(())
}

/// As the standard writes ids: lower case.
fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn unavailable(error: StoreError) -> TraceError {
    TraceError::Unavailable { detail: error.to_string() }
}
