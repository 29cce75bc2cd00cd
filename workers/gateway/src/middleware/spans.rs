//! Requests as spans of their traces, noted behind each answer and brought to the pipeline with the counts of usage.
//!
//! Requests that change something and those that failed are all kept; of the others one trace in [`ONE_IN`]. Only a
//! request whose tenant is known leaves a span: who shows no key writes nothing.

use app::traces::SpanBuffer;
use contracts::Timestamp;
use contracts::pipeline::traces::{RecordedSpan, SpanFact, TraceSpan};

use crate::exchange::{Ports, SERVICE};
use crate::middleware::trace::Entry;

/// Of traces that only read, or were told to slow down, one in so many is kept: all of one, or nothing.
pub const ONE_IN: u64 = 16;
/// The most batches of one bringing: beside those of usage, a request may call other Workers 32 times.
const MOST_BATCHES: usize = 8;

/// Notes an answered request, where it is one of those that are kept.
pub fn note(seen: &SpanBuffer, entry: &Entry) {
    let Some(tenant) = entry.facts.tenant.get().filter(|_| is_kept(entry)) else { return };
    let trace = entry.trace.trace;
    let mut facts = vec![SpanFact::new("request_id", &entry.request_id)];
    facts.extend(entry.facts.key.borrow().as_ref().map(|key| SpanFact::new("key", key)));
    facts.extend(entry.facts.endpoint.get().map(|endpoint| SpanFact::new("endpoint", endpoint)));
    if entry.facts.duplicate.get() {
        facts.push(SpanFact::new("duplicate", true));
    }
    let span = TraceSpan {
        kind: "request".to_owned(),
        id: entry.request_id.clone(),
        span_id: trace.span_id(),
        service: SERVICE.to_owned(),
        tenant: None,
        parent: None,
        parent_span: entry.trace.caller.map(|caller| caller.span_id()),
        // Whoever has a key chose a method of the route's.
        name: format!("{} {}", entry.method, entry.route),
        status: entry.status.to_string(),
        failed: entry.status >= 400,
        started_at: Timestamp::from_unix_ms(entry.started_ms),
        ended_at: Some(Timestamp::from_unix_ms(entry.started_ms.saturating_add(entry.duration_ms))),
        attempts: 1,
        error: entry.code.map(|code| code.as_str().to_owned()),
        event_id: None,
        facts,
    };
    seen.note(tenant, RecordedSpan { trace_id: trace.trace_id(), span });
}

/// Whether a request is kept: one that failed or changed something, or one of a trace that is a sample.
fn is_kept(entry: &Entry) -> bool {
    let reads = matches!(&*entry.method, "GET" | "HEAD" | "OPTIONS");
    let told = match entry.status {
        429 => false,
        400.. => true,
        _ => !reads,
    };
    told || is_sampled(&entry.trace.trace.trace_id())
}

/// By the trace's id alone, so that its requests are kept all or none.
fn is_sampled(trace_id: &str) -> bool {
    let digits = trace_id.get(16..).and_then(|half| u64::from_str_radix(half, 16).ok());
    digits.is_some_and(|digits| digits % ONE_IN == 0)
}

/// Brings what was noted. What cannot be brought is let go: it is a line of a picture.
pub async fn bring(ports: &Ports) {
    let (batches, lost) = ports.seen.take(MOST_BATCHES);
    if lost > 0 {
        tracing::warn!(event = "spans.lost", spans = lost);
    }
    for (tenant, batch) in batches {
        if let Err(error) = ports.spans.record(tenant, batch.spans).await {
            tracing::warn!(event = "spans.not_brought", %tenant, %error);
        }
    }
}

#[cfg(test)]
mod tests {
    use http_api::Code;
    use ids::TenantId;
    use mesh::TraceContext;

    use super::*;
    use crate::exchange::Facts;
    use crate::middleware::trace::Entered;

    fn entry(method: &str, status: u16, trace: &str) -> Entry {
        let caller: TraceContext = trace.parse().unwrap();
        let facts = Facts::default();
        facts.tenant.set(Some(TenantId::from_parts(1, [1; 10])));
        Entry {
            method: method.to_owned(),
            route: "/v1/events",
            status,
            code: (status == 404).then_some(Code::EventNotFound),
            trace: Entered { trace: caller.within(7), caller: Some(caller) },
            request_id: "req_1".to_owned(),
            started_ms: 1_000,
            duration_ms: 25,
            facts,
        }
    }

    const PLAIN: &str = "00-0af7651916cd43dd8448eb211c803191-b7ad6b7169203331-01";
    const SAMPLED: &str = "00-0af7651916cd43dd8448eb211c803190-b7ad6b7169203331-01";

    fn noted(entry: &Entry) -> Vec<TraceSpan> {
        let seen = SpanBuffer::default();
        note(&seen, entry);
        let (batches, _) = seen.take(1);
        batches.into_iter().flat_map(|(_, batch)| batch.spans).map(|recorded| recorded.span).collect()
    }

    #[test]
    fn what_changes_something_or_fails_is_kept_and_of_the_rest_a_sample() {
        for (method, status, trace, kept) in [
            ("POST", 202, PLAIN, true),
            ("DELETE", 204, PLAIN, true),
            ("GET", 404, PLAIN, true),
            ("GET", 503, PLAIN, true),
            ("GET", 200, PLAIN, false),
            ("POST", 429, PLAIN, false),
            ("GET", 200, SAMPLED, true),
            ("POST", 429, SAMPLED, true),
        ] {
            assert_eq!(noted(&entry(method, status, trace)).len(), usize::from(kept), "{method} {status}");
        }
        let nobody = entry("POST", 401, PLAIN);
        nobody.facts.tenant.set(None);
        assert_eq!(noted(&nobody), [], "who shows no key writes nothing");
    }

    #[test]
    fn a_request_is_a_span_within_the_callers() {
        let spans = noted(&entry("GET", 404, PLAIN));
        let span = &spans[0];
        assert_eq!((&*span.name, &*span.status, span.failed), ("GET /v1/events", "404", true));
        assert_eq!(span.span_id, "0000000000000007");
        assert_eq!(span.parent_span.as_deref(), Some("b7ad6b7169203331"));
        assert_eq!(span.error.as_deref(), Some("event.not_found"));
        assert_eq!(span.ended_at.unwrap().unix_ms() - span.started_at.unix_ms(), 25);
    }
}
