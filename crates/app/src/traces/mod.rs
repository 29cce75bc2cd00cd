//! Traces: what each thing of one is called, what is kept of what leaves no row, and what is found again.
//!
//! An id in the trace context follows from the name of the thing. So an event, a step or a try of a job can be another
//! one's parent although neither was told of the other, and nothing has to be kept to know it.

mod buffer;
mod over_rpc;
mod service;

pub use buffer::SpanBuffer;
pub use over_rpc::PipelineSpans;
pub use service::{SpansService, TracesService};

use contracts::Timestamp;
use contracts::pipeline::traces::{RecordedSpan, TraceSpan};
use mesh::TraceContext;

use crate::pipeline::sha256_hex;

/// How long recorded spans are kept: 14 days, in milliseconds.
pub const SPANS_KEPT_MS: u64 = 14 * 24 * 60 * 60 * 1_000;

/// The id that a thing has in the trace context, by its name.
#[must_use]
pub fn span_of(name: &str) -> u64 {
    let digest = sha256_hex(name.as_bytes());
    digest.get(..16).and_then(|half| u64::from_str_radix(half, 16).ok()).unwrap_or(1).max(1)
}

/// What a step is called: `of` is the event or the run that it belongs to.
#[must_use]
pub fn step_name(of: &str, step: &str) -> String {
    format!("{of}/{step}")
}

/// A span that goes on, of a trace, within what the context names. `name` is of the thing itself, as [`span_of`] takes
/// it.
pub(crate) fn span(
    kind: &str,
    service: &str,
    name: String,
    within: TraceContext,
    at: Timestamp,
) -> TraceSpan {
    TraceSpan {
        kind: kind.to_owned(),
        span_id: format!("{:016x}", span_of(&name)),
        id: name,
        service: service.to_owned(),
        tenant: None,
        parent: None,
        parent_span: Some(within.span_id()),
        name: String::new(),
        status: String::new(),
        failed: false,
        started_at: at,
        ended_at: None,
        attempts: 1,
        error: None,
        event_id: None,
        facts: Vec::new(),
    }
}

/// It, to be kept.
pub(crate) fn recorded(trace: TraceContext, span: TraceSpan) -> RecordedSpan {
    RecordedSpan { trace_id: trace.trace_id(), span }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_id_and_another_name_another() {
        assert_eq!(span_of("evt_1"), span_of("evt_1"));
        assert_ne!(span_of("evt_1"), span_of("evt_2"));
        assert_ne!(span_of(""), 0);
    }
}
