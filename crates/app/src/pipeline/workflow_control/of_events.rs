//! Steering the instance of an event's run.
//!
//! The event is told of its instance's end: one that was ended from outside leaves a failed event with a dead letter,
//! as if it had failed by itself, so that it can be replayed.

use contracts::OperatorCall;
use contracts::pipeline::workflow_control::ControlError;
use domain::workflow::RunStatus;
use domain::{DeathCause, EventStatus, EventWorkflow};
use ids::EventId;

use super::{ControlPorts, engine_forgot, unavailable};
use crate::pipeline::letters::{Death, letter};
use crate::pipeline::settling::{Settling, settle};
use crate::ports::{BackfillCandidate, EngineOrder, EventTransition, InstanceRecord, SteeredWorkflow};
use crate::workflows::{SWEEP_GRACE_MS, after};

pub(super) async fn steer(
    ports: &ControlPorts,
    context: &OperatorCall,
    record: &InstanceRecord,
    workflow: EventWorkflow,
    order: &EngineOrder,
) -> Result<(), ControlError> {
    let there = ports.engine.steer(SteeredWorkflow::Event(workflow), &record.id, order).await;
    if !there.map_err(unavailable)? {
        return Err(engine_forgot());
    }
    let status = match order {
        EngineOrder::Pause => RunStatus::Paused,
        EngineOrder::Resume | EngineOrder::Restart { .. } => RunStatus::Running,
        EngineOrder::Terminate => RunStatus::Terminated,
    };
    let now = ports.workflows.clock.now();
    // Before the event is settled: what follows from that leaves an instance alone that was ended from outside.
    ports.index.mark(record.tenant, &record.id, status, now).await.map_err(unavailable)?;
    match order {
        EngineOrder::Terminate => settle_event(ports, context, record, workflow).await,
        _ => Ok(()),
    }
}

async fn settle_event(
    ports: &ControlPorts,
    context: &OperatorCall,
    record: &InstanceRecord,
    workflow: EventWorkflow,
) -> Result<(), ControlError> {
    let event_id = event_of(record)?;
    let reason = format!("its workflow was ended by {}", context.scope.operator);
    let death = Death {
        cause: DeathCause::Workflow,
        workflow: Some(workflow.to_string()),
        step: None,
        errors: vec![reason.clone()],
        attempts: 1,
        message: None,
    };
    let letter = letter(event_id, record.run, death, ports.workflows.clock.now());
    let change = EventTransition {
        run: Some(record.run),
        reason: Some(reason),
        letter: Some(Box::new(letter)),
        ..EventTransition::to(EventStatus::Failed)
    };
    let settling = Settling {
        events: &*ports.events,
        clock: &*ports.workflows.clock,
        notifiers: &ports.notifiers,
        tenant: record.tenant,
        event_id,
        run: record.run,
        traceparent: &record.traceparent,
    };
    // Where this is cut off, the sweep finds an instance that ended without settling its event, and does the same.
    settle(&settling, &change).await.map_err(unavailable)?;
    Ok(())
}

/// Begins the run behind the one that has ended. Answers with its instance's id.
pub(super) async fn run_again(ports: &ControlPorts, record: &InstanceRecord) -> Result<String, ControlError> {
    let event_id = event_of(record)?;
    let candidate = BackfillCandidate { event_id, run: record.run };
    let now = ports.workflows.clock.now();
    let begun = ports.reruns.rerun(record.tenant, &candidate, now, after(now, SWEEP_GRACE_MS)).await;
    let Some(message) = begun.map_err(unavailable)? else {
        let detail = "another run of its event has begun since: steer that one";
        return Err(ControlError::NotPossible { detail: detail.into() });
    };
    let id = format!("{event_id}-{}", message.run);
    // Its outbox entry is open: a queue that is down costs time, and nothing else.
    if let Err(error) = ports.queue.send(&[message]).await {
        tracing::warn!(event = "queue.send_failed", tenant = %record.tenant, %event_id, %error);
    }
    Ok(id)
}

fn event_of(record: &InstanceRecord) -> Result<EventId, ControlError> {
    record.event_id.ok_or_else(|| ControlError::Unavailable {
        detail: format!("the index has no event for the instance `{}`", record.id),
    })
}
