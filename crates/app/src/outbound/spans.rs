//! What a queue's alarm did, as spans: an attempt each.

use contracts::Timestamp;
use contracts::pipeline::traces::{RecordedSpan, SpanFact};
use ids::DeliveryId;
use mesh::TraceContext;

use super::deliver_due::{Attempted, DeliverReport};
use crate::ports::DeliveryRecord;
use crate::traces::{recorded, span, span_of};

/// What an attempt is called; the first is 1.
fn attempt_name(delivery: DeliveryId, number: u32) -> String {
    format!("{delivery}/{number}")
}

/// The trace that goes out with an attempt: the receiver's work is part of it.
pub(super) fn within(delivery: &DeliveryRecord, number: u32) -> TraceContext {
    delivery.trace.within(span_of(&attempt_name(delivery.delivery_id, number)))
}

/// The spans of an alarm.
#[must_use]
pub fn spans_of(report: &DeliverReport) -> Vec<RecordedSpan> {
    let subscription = report.queue.map(|(_, subscription)| subscription);
    let of = |attempted: &Attempted| {
        let Attempted { delivery_id, trace, kind, event_id, status, attempt } = attempted;
        let name = attempt_name(*delivery_id, attempt.number);
        let mut one = span("delivery", "pipeline", name, *trace, attempt.started_at);
        one.name = format!("{kind}, attempt {}", attempt.number);
        one.failed = attempt.error.is_some();
        // How the delivery stands is beside it: one that failed may be tried again.
        one.status = if one.failed { "failed" } else { "delivered" }.to_owned();
        let ended_ms = attempt.started_at.unix_ms().saturating_add(attempt.duration_ms.into());
        one.ended_at = Some(Timestamp::from_unix_ms(ended_ms));
        one.error.clone_from(&attempt.error);
        one.event_id = *event_id;
        one.facts = vec![SpanFact::new("delivery", delivery_id), SpanFact::new("delivery_is", status)];
        one.facts.extend(subscription.map(|id| SpanFact::new("subscription", id)));
        one.facts.extend(attempt.status.map(|status| SpanFact::new("http_status", status)));
        recorded(*trace, one)
    };
    report.attempts.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use domain::delivery::DeliveryStatus;
    use ids::{EventId, SubscriptionId, TenantId};

    use super::*;
    use crate::ports::AttemptRecord;

    #[test]
    fn an_attempt_is_part_of_what_it_tells_of_and_says_what_the_endpoint_answered() {
        let trace = TraceContext::from_random([3; 24]);
        let delivery_id = DeliveryId::from_parts(1, [1; 10]);
        let attempt = AttemptRecord {
            number: 2,
            started_at: Timestamp::from_unix_ms(1_000),
            duration_ms: 40,
            status: Some(503),
            error: Some("the endpoint answered 503".into()),
            excerpt: Some("what it said".into()),
        };
        let report = DeliverReport {
            queue: Some((TenantId::from_parts(1, [4; 10]), SubscriptionId::from_parts(1, [5; 10]))),
            attempts: vec![Attempted {
                delivery_id,
                trace,
                kind: "signals.created".into(),
                event_id: Some(EventId::from_parts(1, [6; 10])),
                status: DeliveryStatus::Pending,
                attempt,
            }],
            ..DeliverReport::default()
        };
        let spans = spans_of(&report);
        let [RecordedSpan { trace_id, span }] = &spans[..] else { panic!("one span: {spans:?}") };
        assert_eq!((trace_id, &span.parent_span), (&trace.trace_id(), &Some(trace.span_id())));
        assert_eq!((span.failed, &*span.status), (true, "failed"));
        assert_eq!(span.ended_at.unwrap().unix_ms(), 1_040);
        assert!(span.event_id.is_some(), "it goes with its event");
        let fact = |name: &str| span.facts.iter().find(|fact| fact.name == name).map(|fact| &*fact.value);
        assert_eq!((fact("http_status"), fact("delivery_is")), (Some("503"), Some("pending")));
        assert!(!format!("{span:?}").contains("what it said"), "the endpoint's words stay in its queue");
    }
}
