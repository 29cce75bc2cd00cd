//! Asking: the run on record, the approval, the instance.

use contracts::TenantCall;
use contracts::pipeline::workflows::{ProposeSpend, StartedRun, WorkflowError};
use domain::approval::{Proposal, canonical};
use domain::workflow::{RunStatus, WorkflowKind};
use ids::ApprovalId;
use mesh::workflow::StepFailure;

use super::{SpendApproval, content};
use crate::ports::{ApprovalStore, AuditRow, RunChange, StoreError, WorkflowRun};
use crate::workflows::stage::{Running, retryable};
use crate::workflows::start::{hand_over, record, unavailable};
use crate::workflows::{WorkflowPorts, actor_name};

pub(in crate::workflows) async fn propose(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: ProposeSpend,
) -> Result<StartedRun, WorkflowError> {
    let draft = content::draft(request.proposal);
    let proposer = actor_name(&context.scope.actor);
    let proposal = Proposal::check(draft, Some(&proposer))
        .map_err(|faults| WorkflowError::Invalid { faults: content::faults(faults) })?;
    let now = ports.clock.now();
    let approval_id = ApprovalId::from_parts(now.unix_ms(), ports.random.for_id());
    let params = canonical(None, &proposal);
    let (run, started) =
        record(ports, context, WorkflowKind::SpendApproval, approval_id.to_string(), params).await?;
    create(&*ports.approvals, &run).await.map_err(unavailable)?;
    hand_over(ports, &run).await;
    Ok(started)
}

/// The workflow's first step: the approval is on record, even if whoever asked was cut off before that.
pub(super) async fn open_on_record(this: &SpendApproval, running: &Running) -> Result<(), StepFailure> {
    let run = this.runs.get(running.tenant, &running.run_id).await.map_err(retryable)?;
    let run =
        run.ok_or_else(|| StepFailure::Terminal(format!("the tenant has no run `{}`", running.run_id)))?;
    create(&*this.approvals, &run).await.map_err(retryable)?;
    let (change, now) = (RunChange::to(RunStatus::Running), this.clock.now());
    // A run that is paused by now is begun all the same.
    if run.status == RunStatus::Accepted {
        this.runs.change(running.tenant, &running.run_id, &change, now).await.map_err(retryable)?;
    }
    Ok(())
}

/// Puts the approval of a run on record, unless it is. All of it follows from the run, so that doing it twice is once.
async fn create(approvals: &dyn ApprovalStore, run: &WorkflowRun) -> Result<(), StoreError> {
    let odd = |error: String| StoreError::new("workflow_runs", error);
    let approval_id: ApprovalId =
        run.run.run_id.parse().map_err(|error: ids::ParseIdError| odd(error.to_string()))?;
    let proposal = content::proposal(&run.run.params).map_err(odd)?;
    let asked = content::asked(approval_id, 1, &proposal, run.run.created_at);
    let audit = AuditRow {
        at: run.run.created_at,
        actor: run.run.actor.clone(),
        action: "proposed".into(),
        detail: serde_json::json!({ "content_hash": asked.content_hash, "revision": 1 }).to_string(),
    };
    approvals.create(run.tenant, approval_id, &asked, &audit).await
}
