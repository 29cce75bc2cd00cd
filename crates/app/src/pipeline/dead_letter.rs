//! The end of the dead-letter queue: what the queue gave up on becomes a dead letter, and its event `dead`.

use domain::{DeathCause, EventStatus};

use super::HandoverPorts;
use super::handover::{Delivery, Verdict, isolate};
use super::letters::{Death, letter};
use super::settling::{Settling, settle, tell};
use crate::ports::{EventMessage, EventRecord, EventTransition, InstanceState, StoreError};

/// What the event says of its end.
const REASON: &str = "the queue gave up handing it to a workflow; its bytes are archived";

/// Buries every message, in a letter that an operator finds. In the order of `deliveries`.
pub async fn bury(ports: &HandoverPorts, deliveries: &[Delivery]) -> Vec<Verdict> {
    let mut verdicts = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        verdicts.push(match &delivery.body {
            Err(unreadable) => isolate(ports, delivery, unreadable).await,
            Ok(message) => match bury_one(ports, message).await {
                Ok(()) => Verdict::Done,
                Err(error) => {
                    let EventMessage { tenant, event_id, .. } = message;
                    tracing::error!(event = "dead_letter.not_kept", %tenant, %event_id, %error);
                    Verdict::after(delivery.attempt, &error)
                }
            },
        });
    }
    verdicts
}

/// Marks the event as dead, unless something has finished or is at work on it.
async fn bury_one(ports: &HandoverPorts, message: &EventMessage) -> Result<(), StoreError> {
    let EventMessage { tenant, event_id, run, workflow, traceparent } = message;
    let Some(EventRecord { run: under_way, status, .. }) = ports.events.get(*tenant, *event_id).await? else {
        return Ok(());
    };
    if under_way != *run {
        return Ok(());
    }
    let change = EventTransition {
        run: Some(*run),
        reason: Some(REASON.into()),
        ..EventTransition::to(EventStatus::Dead)
    };
    let settling = Settling {
        events: &*ports.events,
        clock: &*ports.clock,
        notifiers: &ports.notifiers,
        tenant: *tenant,
        event_id: *event_id,
        run: *run,
        traceparent,
    };
    match status {
        EventStatus::Received => {}
        // It died at this very place, and perhaps nobody was told.
        EventStatus::Dead => return tell(&settling, &change).await,
        _ => return Ok(()),
    }
    if ports.instances.state(*workflow, *event_id, *run).await? != InstanceState::Missing {
        return Ok(());
    }
    let entry = ports.events.outbox_entry(*tenant, *event_id).await?;
    let mut errors = vec![REASON.to_owned()];
    errors.extend(entry.as_ref().and_then(|entry| entry.last_error.clone()));
    let death = Death {
        cause: DeathCause::Queue,
        workflow: None,
        step: None,
        errors,
        attempts: entry.map_or(1, |entry| entry.handovers.max(1)),
        message: Some(message_text(message)),
    };
    let letter = letter(*event_id, *run, death, ports.clock.now());
    settle(&settling, &EventTransition { letter: Some(Box::new(letter)), ..change }).await?;
    Ok(())
}

/// The message as it lay in the queue.
fn message_text(message: &EventMessage) -> String {
    let EventMessage { tenant, event_id, run, workflow, traceparent } = message;
    serde_json::json!({
        "tenant": tenant,
        "event_id": event_id,
        "run": run,
        "workflow": workflow.as_str(),
        "traceparent": traceparent,
    })
    .to_string()
}
