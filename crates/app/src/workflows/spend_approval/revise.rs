//! A pending proposal is changed or taken back.

use contracts::TenantCall;
use contracts::pipeline::workflows::{Approval, ApprovalError, ReviseApproval, WithdrawApproval};
use domain::approval::{ApprovalStatus, Proposal};
use ids::{ApprovalId, TenantId};
use serde_json::json;

use super::content;
use super::decide::{TRIES, changed};
use super::read::{find, unavailable};
use crate::ports::{ApprovalChange, AuditRow, StoreError};
use crate::workflows::{SWEEP_GRACE_MS, WorkflowPorts, actor_name, after};

/// How often a proposal may be revised.
const MOST_REVISIONS: u32 = 100;

pub(in crate::workflows) async fn revise(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: ReviseApproval,
) -> Result<Approval, ApprovalError> {
    let (tenant, id) = (context.scope.tenant, request.approval_id);
    let actor = actor_name(&context.scope.actor);
    let proposal = Proposal::check(content::draft(request.proposal), Some(&actor))
        .map_err(|faults| ApprovalError::Invalid { faults: content::faults(faults) })?;
    for _ in 0..TRIES {
        let row = find(ports, tenant, id).await?;
        if row.status != ApprovalStatus::Pending {
            return Err(ApprovalError::Concluded { status: row.status.to_string() });
        }
        if content::proposal(&row.content.content).as_ref() == Ok(&proposal) {
            // The same text again, such as a repeated request: nobody has to be asked anew.
            return changed(ports, context, id).await;
        }
        if row.content.revision >= MOST_REVISIONS {
            return Err(ApprovalError::TooManyRevisions { limit: MOST_REVISIONS });
        }
        let now = ports.clock.now();
        let asked = content::asked(id, row.content.revision + 1, &proposal, now);
        let detail = json!({
            "content_hash": asked.content_hash,
            "before": row.content.content_hash,
            "revision": asked.revision,
        });
        let (action, detail, at, actor) = ("revised".into(), detail.to_string(), now, actor.clone());
        let change = ApprovalChange {
            level: Some((0, asked.asked.clone())),
            content: Some(asked),
            check_at: Some(after(now, SWEEP_GRACE_MS)),
            ..ApprovalChange::noting(AuditRow { at, actor, action, detail })
        };
        if ports.approvals.change(tenant, id, row.version, &change).await.map_err(unavailable)? {
            return changed(ports, context, id).await;
        }
    }
    Err(ApprovalError::Unavailable { detail: "too many changes at once".into() })
}

pub(in crate::workflows) async fn withdraw(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: WithdrawApproval,
) -> Result<Approval, ApprovalError> {
    let (tenant, id) = (context.scope.tenant, request.approval_id);
    let actor = actor_name(&context.scope.actor);
    let status = take_back(ports, tenant, id, actor, request.reason).await.map_err(unavailable)?;
    match status {
        None => Err(ApprovalError::NotFound),
        Some(ApprovalStatus::Withdrawn) => changed(ports, context, id).await,
        Some(status) => Err(ApprovalError::Concluded { status: status.to_string() }),
    }
}

/// Takes the proposal of a run back that is to be ended. One that is concluded stays so.
pub(in crate::workflows) async fn abandon(
    ports: &WorkflowPorts,
    tenant: TenantId,
    run_id: &str,
    actor: String,
) -> Result<(), StoreError> {
    if let Ok(id) = run_id.parse() {
        take_back(ports, tenant, id, actor, Some("its workflow was terminated".into())).await?;
    }
    Ok(())
}

/// Withdraws what is pending; answers with how the approval ended, or none where there is no such approval.
async fn take_back(
    ports: &WorkflowPorts,
    tenant: TenantId,
    id: ApprovalId,
    actor: String,
    reason: Option<String>,
) -> Result<Option<ApprovalStatus>, StoreError> {
    loop {
        let Some(row) = ports.approvals.get(tenant, id).await? else { return Ok(None) };
        if row.status != ApprovalStatus::Pending {
            return Ok(Some(row.status));
        }
        let now = ports.clock.now();
        let audit = AuditRow {
            at: now,
            actor: actor.clone(),
            action: "withdrawn".into(),
            detail: json!({ "reason": reason }).to_string(),
        };
        let change = ApprovalChange {
            concluded: Some((ApprovalStatus::Withdrawn, reason.clone())),
            check_at: Some(after(now, SWEEP_GRACE_MS)),
            ..ApprovalChange::noting(audit)
        };
        // Refused only when somebody else changed it, of which there is an end: it is looked at again.
        ports.approvals.change(tenant, id, row.version, &change).await?;
    }
}
