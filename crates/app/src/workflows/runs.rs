//! Runs as a client sees and steers them.

use contracts::TenantCall;
use contracts::pipeline::StepReport;
use contracts::pipeline::workflows::{GetRun, RunOrder, RunReport, StartedRun, SteerRun, WorkflowError};
use domain::workflow::{RunStatus, WorkflowKind};
use mesh::TraceContext;

use super::start::{hand_over, record, unavailable};
use super::{WorkflowPorts, actor_name, spend_approval};
use crate::ports::{RunChange, StepRecord, WorkflowRun};

pub(super) async fn get_run(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: GetRun,
) -> Result<RunReport, WorkflowError> {
    let record = find(ports, context, &request.workflow, &request.run_id).await?;
    report(ports, record).await
}

pub(crate) async fn steer_run(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: SteerRun,
) -> Result<RunReport, WorkflowError> {
    let record = find(ports, context, &request.workflow, &request.run_id).await?;
    let (workflow, run_id) = (record.run.workflow, record.run.run_id.as_str());
    let wanted = match request.order {
        RunOrder::Pause => RunStatus::Paused,
        RunOrder::Resume => RunStatus::Running,
        RunOrder::Terminate => RunStatus::Terminated,
    };
    if record.status.has_ended() {
        if record.status == wanted {
            return report(ports, record).await;
        }
        return Err(WorkflowError::Ended { status: record.status.to_string() });
    }
    if request.order == RunOrder::Terminate && workflow == WorkflowKind::SpendApproval {
        let actor = actor_name(&context.scope.actor);
        spend_approval::abandon(ports, record.tenant, run_id, actor).await.map_err(unavailable)?;
    }
    ports.instances.steer(workflow, run_id, request.order).await.map_err(unavailable)?;
    let (change, now) = (RunChange::to(wanted), ports.clock.now());
    ports.runs.change(record.tenant, run_id, &change, now).await.map_err(unavailable)?;
    let (tenant, order) = (record.tenant, wanted.as_str());
    tracing::info!(event = "workflow.steered", %tenant, %workflow, run_id, order);
    let record = find(ports, context, &request.workflow, &request.run_id).await?;
    report(ports, record).await
}

/// Puts another run on record that is asked for what this one was, and starts it. `run_id` is the new one's.
pub(crate) async fn begin_with(
    ports: &WorkflowPorts,
    context: &TenantCall,
    like: GetRun,
    run_id: String,
) -> Result<StartedRun, WorkflowError> {
    let like = find(ports, context, &like.workflow, &like.run_id).await?;
    let (run, started) = record(ports, context, like.run.workflow, run_id, like.run.params).await?;
    hand_over(ports, &run).await;
    Ok(started)
}

/// The run of this workflow and id. A name that no workflow has is answered like a run that is not there.
async fn find(
    ports: &WorkflowPorts,
    context: &TenantCall,
    workflow: &str,
    run_id: &str,
) -> Result<WorkflowRun, WorkflowError> {
    let workflow: WorkflowKind = workflow.parse().map_err(|_| WorkflowError::NotFound)?;
    let found = ports.runs.get(context.scope.tenant, run_id).await.map_err(unavailable)?;
    found.filter(|record| record.run.workflow == workflow).ok_or(WorkflowError::NotFound)
}

async fn report(ports: &WorkflowPorts, record: WorkflowRun) -> Result<RunReport, WorkflowError> {
    let steps = ports.runs.steps(record.tenant, &record.run.run_id).await.map_err(unavailable)?;
    let WorkflowRun { run, status, progress, output, error, updated_at, .. } = record;
    Ok(RunReport {
        run_id: run.run_id,
        workflow: run.workflow.to_string(),
        status: status.to_string(),
        params: run.params,
        progress,
        output,
        error,
        steps: steps.into_iter().map(step).collect(),
        trace_id: run.traceparent.parse::<TraceContext>().map(|trace| trace.trace_id()).unwrap_or_default(),
        created_at: run.created_at,
        updated_at,
    })
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
