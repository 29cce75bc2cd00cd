//! Giving an event its last status, and telling of it.

use contracts::Timestamp;
use domain::EventStatus;
use ids::{EventId, TenantId};
use mesh::TraceContext;

use super::Notifiers;
use crate::ports::{Clock, EventStore, EventTransition, SettledEvent, StoreError};
use crate::traces::span_of;

/// What settling works with.
pub(super) struct Settling<'a> {
    pub(super) events: &'a dyn EventStore,
    pub(super) clock: &'a dyn Clock,
    pub(super) notifiers: &'a Notifiers,
    pub(super) tenant: TenantId,
    pub(super) event_id: EventId,
    pub(super) run: u32,
    pub(super) traceparent: &'a str,
}

/// Makes the change, which must be to a settled status and of this run, and tells the notifiers; says whether the event
/// stands so now. A change that comes too late, after another end or in another run, tells nobody.
///
/// # Errors
/// [`StoreError`]: do it again, all of it is idempotent.
pub(super) async fn settle(settling: &Settling<'_>, change: &EventTransition) -> Result<bool, StoreError> {
    let Settling { tenant, event_id, .. } = *settling;
    let now: Timestamp = settling.clock.now();
    if !settling.events.transition(tenant, event_id, change, now).await? {
        return Ok(false);
    }
    tell(settling, change).await?;
    log(settling, change);
    Ok(true)
}

/// Tells the notifiers of an event that stands as `change` says.
///
/// # Errors
/// [`StoreError`]: tell them again.
pub(super) async fn tell(settling: &Settling<'_>, change: &EventTransition) -> Result<(), StoreError> {
    // Without a trace there is nothing to tell under; the traces of events are checked when they are accepted.
    let Ok(trace) = settling.traceparent.parse::<TraceContext>() else { return Ok(()) };
    let trace = trace.within(span_of(&settling.event_id.to_string()));
    if settling.notifiers.is_empty() {
        return Ok(());
    }
    let record = settling.events.get(settling.tenant, settling.event_id).await?;
    let event = SettledEvent {
        event_id: settling.event_id,
        run: settling.run,
        status: change.status,
        reason: change.reason.clone(),
        signals_count: record.map_or(0, |record| record.signals_count),
    };
    for notifier in settling.notifiers.iter() {
        notifier.event_settled(settling.tenant, trace, &event).await?;
    }
    Ok(())
}

/// The one line that tells how an event ended; its trace is the webhook's.
fn log(settling: &Settling<'_>, change: &EventTransition) {
    let Settling { tenant, event_id, run, traceparent, .. } = settling;
    let trace_id = traceparent.parse().map(|trace: TraceContext| trace.trace_id()).unwrap_or_default();
    let (status, reason) = (change.status.as_str(), change.reason.as_deref());
    match change.status {
        EventStatus::Failed | EventStatus::Dead => {
            tracing::warn!(event = "event.settled", %tenant, %event_id, run, trace_id, status, reason);
        }
        _ => tracing::info!(event = "event.settled", %tenant, %event_id, run, trace_id, status, reason),
    }
}
