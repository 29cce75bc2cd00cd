//! Spans that one isolate has seen and not brought yet.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use contracts::pipeline::traces::{MOST_RECORDED, RecordSpans, RecordedSpan};
use ids::TenantId;

/// Spans that wait to be brought. More are let go: a picture of what happened must not fill the memory of what serves
/// customers.
const MOST_WAITING: usize = 400;

/// The spans of one isolate. A clone is the same.
#[derive(Debug, Clone, Default)]
pub struct SpanBuffer(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    waiting: Vec<(TenantId, RecordedSpan)>,
    lost: usize,
}

impl SpanBuffer {
    /// Takes a span in, where there is room.
    pub fn note(&self, tenant: TenantId, span: RecordedSpan) {
        let mut state = self.0.borrow_mut();
        if state.waiting.len() < MOST_WAITING {
            state.waiting.push((tenant, span));
        } else {
            state.lost += 1;
        }
    }

    /// What is to be brought, at most `most` batches, each of one tenant; the others wait. Also says how many spans were
    /// let go since this was asked last.
    #[must_use]
    pub fn take(&self, most: usize) -> (Vec<(TenantId, RecordSpans)>, usize) {
        let mut state = self.0.borrow_mut();
        let mut of_tenants: BTreeMap<TenantId, Vec<RecordedSpan>> = BTreeMap::new();
        for (tenant, span) in state.waiting.drain(..) {
            of_tenants.entry(tenant).or_default().push(span);
        }
        let mut batches = Vec::new();
        for (tenant, mut spans) in of_tenants {
            while !spans.is_empty() {
                let rest = spans.split_off(spans.len().min(MOST_RECORDED));
                let chunk = std::mem::replace(&mut spans, rest);
                if batches.len() < most {
                    batches.push((tenant, RecordSpans { spans: chunk }));
                } else {
                    state.waiting.extend(chunk.into_iter().map(|span| (tenant, span)));
                }
            }
        }
        (batches, std::mem::take(&mut state.lost))
    }
}

#[cfg(test)]
mod tests {
    use contracts::Timestamp;
    use mesh::TraceContext;

    use super::*;
    use crate::traces::{recorded, span};

    fn seen(number: usize) -> RecordedSpan {
        let trace = TraceContext::from_random([1; 24]);
        recorded(
            trace,
            span("request", "gateway", format!("req_{number}"), trace, Timestamp::from_unix_ms(1)),
        )
    }

    #[test]
    fn spans_are_brought_by_tenant_and_what_does_not_fit_waits() {
        let buffer = SpanBuffer::default();
        let tenant = |number| TenantId::from_parts(1, [number; 10]);
        for number in 0..MOST_RECORDED + 1 {
            buffer.note(tenant(1), seen(number));
        }
        buffer.note(tenant(2), seen(0));
        let (batches, lost) = buffer.take(2);
        let sizes: Vec<_> = batches.iter().map(|(of, batch)| (*of, batch.spans.len())).collect();
        assert_eq!((sizes, lost), (vec![(tenant(1), MOST_RECORDED), (tenant(1), 1)], 0));
        let (batches, _) = buffer.take(2);
        assert_eq!(batches.len(), 1, "the other tenant's waited");
        assert_eq!(buffer.take(2).0, [], "nothing is brought twice");
    }

    #[test]
    fn what_is_beyond_the_bound_is_let_go_and_told_once() {
        let buffer = SpanBuffer::default();
        for number in 0..MOST_WAITING + 3 {
            buffer.note(TenantId::from_parts(1, [1; 10]), seen(number));
        }
        assert_eq!(buffer.take(10).1, 3);
        assert_eq!(buffer.take(10).1, 0);
    }
}
