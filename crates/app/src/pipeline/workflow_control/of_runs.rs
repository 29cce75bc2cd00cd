//! Steering the instance of a run that a tenant asked for. The run's own record says how it stands; the index follows.

use contracts::pipeline::workflow_control::ControlError;
use contracts::pipeline::workflows::{GetRun, RunOrder, SteerRun, WorkflowError};
use contracts::{Actor, OperatorCall, TenantCall, TenantScope};
use domain::workflow::{RunStatus, WorkflowKind};
use ids::{BackfillId, ReportId, SyncId};
use mesh::CallContext;

use super::{ControlPorts, engine_forgot, unavailable};
use crate::ports::{EngineOrder, InstanceRecord, RunChange, SteeredWorkflow};
use crate::workflows::{begin_with, steer_run};

pub(super) async fn steer(
    ports: &ControlPorts,
    context: &OperatorCall,
    record: &InstanceRecord,
    workflow: WorkflowKind,
    order: &EngineOrder,
) -> Result<(), ControlError> {
    let order = match order {
        EngineOrder::Pause => RunOrder::Pause,
        EngineOrder::Resume => RunOrder::Resume,
        EngineOrder::Terminate => RunOrder::Terminate,
        EngineOrder::Restart { .. } => {
            let there = ports.engine.steer(SteeredWorkflow::Run(workflow), &record.id, order).await;
            if !there.map_err(unavailable)? {
                return Err(engine_forgot());
            }
            let (change, now) = (RunChange::to(RunStatus::Running), ports.workflows.clock.now());
            let runs = &ports.workflows.runs;
            runs.change(record.tenant, &record.id, &change, now).await.map_err(unavailable)?;
            return Ok(());
        }
    };
    let steer = SteerRun { workflow: workflow.to_string(), run_id: record.id.clone(), order };
    steer_run(&ports.workflows, &for_tenant(context, record), steer).await.map_err(refused)?;
    Ok(())
}

/// Asks for what the run was asked for, once more. Answers with the new run's id.
pub(super) async fn begin_another(
    ports: &ControlPorts,
    context: &OperatorCall,
    record: &InstanceRecord,
    workflow: WorkflowKind,
) -> Result<String, ControlError> {
    let (now, random) = (ports.workflows.clock.now().unix_ms(), ports.workflows.random.for_id());
    let id = match workflow {
        WorkflowKind::AccountReport => ReportId::from_parts(now, random).to_string(),
        WorkflowKind::Backfill => BackfillId::from_parts(now, random).to_string(),
        WorkflowKind::Sync => SyncId::from_parts(now, random).to_string(),
        WorkflowKind::SpendApproval => {
            let detail = "a proposal that was concluded stays so: whoever made it makes another, which people decide anew";
            return Err(ControlError::NotPossible { detail: detail.into() });
        }
    };
    let found = GetRun { workflow: workflow.to_string(), run_id: record.id.clone() };
    let begun = begin_with(&ports.workflows, &for_tenant(context, record), found, id).await;
    Ok(begun.map_err(refused)?.run_id)
}

/// The call on behalf of the tenant whose run it is; who acts is the operator, by name.
fn for_tenant(context: &OperatorCall, record: &InstanceRecord) -> TenantCall {
    let actor = Actor::Service(context.scope.operator.clone());
    let scope = TenantScope { tenant: record.tenant, actor };
    CallContext::new(scope, context.trace, context.deadline, "pipeline")
}

fn refused(error: WorkflowError) -> ControlError {
    match error {
        WorkflowError::NotFound => ControlError::NotFound,
        WorkflowError::Ended { status } => ControlError::NotPossible {
            detail: format!("it is `{status}` by now: nothing is under way that could be steered"),
        },
        WorkflowError::Unavailable { detail } => ControlError::Unavailable { detail },
        error => ControlError::NotPossible { detail: error.to_string() },
    }
}
