//! A person's decision: on record first, bound to the person and to what was shown; then the workflow is woken.

use contracts::TenantCall;
use contracts::pipeline::workflows::{Approval, ApprovalError, DecideApproval, Fault};
use domain::approval::{ApprovalStatus, Choice, Refusal, Standing, may_decide};
use serde_json::json;

use super::{content, read};
use crate::ports::{ApprovalChange, ApprovalRow, AuditRow, DecisionRow};
use crate::workflows::spend_approval::read::{find, unavailable};
use crate::workflows::{SWEEP_GRACE_MS, WorkflowPorts, actor_name, after};

/// How often a change is tried against others that happen at the same time.
pub(super) const TRIES: u32 = 10;

pub(in crate::workflows) async fn decide(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: DecideApproval,
) -> Result<Approval, ApprovalError> {
    let tenant = context.scope.tenant;
    let actor = actor_name(&context.scope.actor);
    let approver = request.approver.as_deref().map_or(actor.clone(), |name| name.trim().to_lowercase());
    let choice: Choice = request.choice.parse().map_err(|_| {
        let fault = Fault { pointer: "/decision".into(), detail: "must be `approve` or `reject`".into() };
        ApprovalError::Invalid { faults: vec![fault] }
    })?;
    for _ in 0..TRIES {
        let row = find(ports, tenant, request.approval_id).await?;
        let decisions = ports.approvals.decisions(tenant, request.approval_id).await.map_err(unavailable)?;
        check_shown(&row, request.content_hash.as_deref())?;
        let earlier = decisions
            .iter()
            .find(|earlier| earlier.revision == row.content.revision && earlier.approver == approver);
        if let Some(earlier) = earlier {
            if earlier.choice != choice {
                let choice = earlier.choice.to_string();
                return Err(ApprovalError::Decided { approver, choice });
            }
            // The same again: on record already, whatever became of it since.
            wake_if_unseen(ports, &row).await;
            return Ok(read::approval(row, decisions));
        }
        if row.status != ApprovalStatus::Pending {
            return Err(ApprovalError::Concluded { status: row.status.to_string() });
        }
        let now = ports.clock.now();
        let proposal = content::proposal(&row.content.content)
            .map_err(|detail| ApprovalError::Unavailable { detail })?;
        let standing =
            Standing { proposal: &proposal, asked_at: row.content.asked_at.unix_ms(), level: row.level };
        match may_decide(&standing, &approver, now.unix_ms()) {
            Ok(()) => {}
            Err(Refusal::NotAsked) => return Err(ApprovalError::NotAsked { approver }),
            Err(Refusal::Expired) => {
                return Err(ApprovalError::Concluded { status: ApprovalStatus::Expired.to_string() });
            }
        }
        let hash = &row.content.content_hash;
        let detail = json!({ "approver": approver, "decision": choice.as_str(), "content_hash": hash });
        let audit =
            AuditRow { at: now, actor: actor.clone(), action: "decided".into(), detail: detail.to_string() };
        let change = ApprovalChange {
            decision: Some(DecisionRow {
                approver: approver.clone(),
                choice,
                comment: request.comment.clone(),
                actor: actor.clone(),
                content_hash: hash.clone(),
                revision: row.content.revision,
                decided_at: now,
            }),
            check_at: Some(after(now, SWEEP_GRACE_MS)),
            ..ApprovalChange::noting(audit)
        };
        let decided = ports.approvals.change(tenant, request.approval_id, row.version, &change).await;
        if decided.map_err(unavailable)? {
            return changed(ports, context, request.approval_id).await;
        }
    }
    Err(ApprovalError::Unavailable { detail: "too many changes at once".into() })
}

/// Whether what was shown is what is asked. Without a hash there must have been only one thing to show.
fn check_shown(row: &ApprovalRow, shown: Option<&str>) -> Result<(), ApprovalError> {
    let current = match shown {
        Some(hash) => hash.eq_ignore_ascii_case(&row.content.content_hash),
        None => row.content.revision == 1,
    };
    if current {
        return Ok(());
    }
    Err(ApprovalError::Changed { content_hash: row.content.content_hash.clone() })
}

/// The approval after a change, and its workflow woken. A wake-up that fails is the sweep's to repeat.
pub(super) async fn changed(
    ports: &WorkflowPorts,
    context: &TenantCall,
    approval_id: ids::ApprovalId,
) -> Result<Approval, ApprovalError> {
    let tenant = context.scope.tenant;
    let row = find(ports, tenant, approval_id).await?;
    wake_if_unseen(ports, &row).await;
    let decisions = ports.approvals.decisions(tenant, approval_id).await.map_err(unavailable)?;
    Ok(read::approval(row, decisions))
}

async fn wake_if_unseen(ports: &WorkflowPorts, row: &ApprovalRow) {
    if row.seen_version >= row.version {
        return;
    }
    let (run_id, workflow) = (row.approval_id.to_string(), domain::workflow::WorkflowKind::SpendApproval);
    if let Err(error) = ports.instances.wake(workflow, &run_id).await {
        tracing::warn!(event = "workflow.wake_failed", %workflow, run_id, %error);
    }
}
