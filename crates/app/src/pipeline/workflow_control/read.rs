//! Looking for instances.

use contracts::pipeline::StepReport;
use contracts::pipeline::workflow_control::{
    ControlError, FindInstances, Instance, InstanceDetail, InstancePage, InstancePosition,
};
use domain::workflow::{RunStatus, WorkflowKind};
use mesh::TraceContext;

use super::{ControlPorts, unavailable};
use crate::ports::{InstanceQuery, InstanceRecord, InstanceState, SteeredWorkflow, StepRecord};

pub(super) async fn find(ports: &ControlPorts, request: FindInstances) -> Result<InstancePage, ControlError> {
    let FindInstances { tenant, workflow, status, before, limit } = request;
    let one_of = |names: Vec<&str>| format!("must be one of `{}`", names.join("`, `"));
    let invalid = |field: &str, detail: String| ControlError::Invalid { field: field.into(), detail };
    let workflow = workflow.map(|name| name.parse::<SteeredWorkflow>()).transpose().map_err(|_| {
        invalid("name", one_of(SteeredWorkflow::all().into_iter().map(SteeredWorkflow::as_str).collect()))
    })?;
    let status = status.map(|name| name.parse::<RunStatus>()).transpose().map_err(|_| {
        invalid("status", one_of(RunStatus::ALL.into_iter().map(RunStatus::as_str).collect()))
    })?;
    let limit = limit.clamp(1, 200);
    // One more than asked for tells whether there is a next page.
    let query = InstanceQuery {
        tenant,
        workflow,
        status,
        before: before.map(|place| (place.started_at, place.id)),
        limit: limit + 1,
    };
    let mut found = ports.index.find(&query).await.map_err(unavailable)?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let place =
        |record: &InstanceRecord| InstancePosition { started_at: record.started_at, id: record.id.clone() };
    let next_before = found.last().filter(|_| more).map(place);
    Ok(InstancePage { items: found.into_iter().map(message).collect(), next_before })
}

pub(super) async fn get(ports: &ControlPorts, id: &str) -> Result<InstanceDetail, ControlError> {
    let record = record(ports, id).await?;
    let (steps, engine) = futures_util::try_join!(steps(ports, &record), async {
        ports.engine.state(record.workflow, id).await.map_err(unavailable)
    })?;
    let engine = match engine {
        InstanceState::Missing => "missing",
        InstanceState::Alive => "alive",
        InstanceState::Complete => "complete",
        InstanceState::Failed { .. } => "failed",
    };
    let no_restart_from = no_restart_from(&record).map(str::to_owned);
    Ok(InstanceDetail { instance: message(record), steps, engine: engine.into(), no_restart_from })
}

pub(super) async fn record(ports: &ControlPorts, id: &str) -> Result<InstanceRecord, ControlError> {
    ports.index.get(id).await.map_err(unavailable)?.ok_or(ControlError::NotFound)
}

/// Its steps so far. Those of an event are of its last run.
pub(super) async fn steps(
    ports: &ControlPorts,
    record: &InstanceRecord,
) -> Result<Vec<StepReport>, ControlError> {
    let tenant = record.tenant;
    let found = match record.event_id {
        Some(event_id) => {
            let (event, steps) = futures_util::try_join!(
                ports.events.get(tenant, event_id),
                ports.events.steps(tenant, event_id)
            )
            .map_err(unavailable)?;
            let own = event.is_some_and(|event| event.run == record.run);
            if own { steps } else { Vec::new() }
        }
        None => ports.workflows.runs.steps(tenant, &record.id).await.map_err(unavailable)?,
    };
    Ok(found.into_iter().map(step).collect())
}

/// Why an instance cannot be restarted from one of its steps.
pub(super) fn no_restart_from(record: &InstanceRecord) -> Option<&'static str> {
    if record.status.has_ended() {
        return Some("it has ended: what begins in its place begins with the first step");
    }
    match record.workflow {
        SteeredWorkflow::Event(_) | SteeredWorkflow::Run(WorkflowKind::AccountReport) => None,
        SteeredWorkflow::Run(WorkflowKind::Backfill | WorkflowKind::SpendApproval | WorkflowKind::Sync) => {
            Some(
                "it goes in turns, each a step of its own for the engine: it goes on by itself from what is on record, and \
             a restart begins with the first step",
            )
        }
    }
}

fn step(step: StepRecord) -> StepReport {
    StepReport {
        name: step.name,
        status: step.status.as_str().to_owned(),
        attempts: step.attempts,
        started_at: step.started_at,
        ended_at: step.ended_at,
        error: step.error,
    }
}

pub(super) fn message(record: InstanceRecord) -> Instance {
    let trace = record.traceparent.parse::<TraceContext>();
    Instance {
        id: record.id,
        tenant: record.tenant,
        workflow: record.workflow.to_string(),
        status: record.status.to_string(),
        event_id: record.event_id,
        run: record.run,
        error: record.error,
        trace_id: trace.map(|trace| trace.trace_id()).unwrap_or_default(),
        started_at: record.started_at,
        ended_at: record.ended_at,
        updated_at: record.updated_at,
        version: record.version,
    }
}
