//! Approvals as a client sees them.

use contracts::TenantCall;
use contracts::pipeline::workflows::{
    Approval, ApprovalDecision, ApprovalDetail, ApprovalError, ApprovalPage, ApprovalRecord, GetApproval,
    ListApprovals,
};
use ids::{ApprovalId, TenantId};

use crate::ports::{ApprovalRow, AuditRow, DecisionRow, StoreError};
use crate::workflows::WorkflowPorts;

pub(in crate::workflows) async fn get(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: GetApproval,
) -> Result<ApprovalDetail, ApprovalError> {
    let (tenant, id) = (context.scope.tenant, request.approval_id);
    let row = find(ports, tenant, id).await?;
    let decisions = ports.approvals.decisions(tenant, id).await.map_err(unavailable)?;
    let history = ports.approvals.history(tenant, id).await.map_err(unavailable)?;
    let history = history
        .into_iter()
        .map(|AuditRow { at, actor, action, detail }| ApprovalRecord { at, actor, action, detail })
        .collect();
    Ok(ApprovalDetail { approval: approval(row, decisions), history })
}

pub(in crate::workflows) async fn list(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: ListApprovals,
) -> Result<ApprovalPage, ApprovalError> {
    let tenant = context.scope.tenant;
    let limit = request.limit.clamp(1, 200);
    // One more than asked for tells whether there is a next page.
    let query = ListApprovals { limit: limit + 1, ..request };
    let mut rows = ports.approvals.list(tenant, &query).await.map_err(unavailable)?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_before = rows.last().filter(|_| more).map(|row| row.approval_id);
    // A list shows how each stands; who decided what is in the approval itself.
    let items = rows.into_iter().map(|row| approval(row, Vec::new())).collect();
    Ok(ApprovalPage { items, next_before })
}

pub(super) async fn find(
    ports: &WorkflowPorts,
    tenant: TenantId,
    id: ApprovalId,
) -> Result<ApprovalRow, ApprovalError> {
    ports.approvals.get(tenant, id).await.map_err(unavailable)?.ok_or(ApprovalError::NotFound)
}

pub(super) fn approval(row: ApprovalRow, decisions: Vec<DecisionRow>) -> Approval {
    let ApprovalRow {
        approval_id, status, reason, content, level, created_at, updated_at, concluded_at, ..
    } = row;
    let decision = |row: DecisionRow| ApprovalDecision {
        approver: row.approver,
        choice: row.choice.to_string(),
        comment: row.comment,
        actor: row.actor,
        content_hash: row.content_hash,
        revision: row.revision,
        decided_at: row.decided_at,
    };
    Approval {
        approval_id,
        status: status.to_string(),
        reason,
        content: content.content,
        content_hash: content.content_hash,
        revision: content.revision,
        level,
        asked: content.asked,
        expires_at: content.expires_at,
        created_at,
        updated_at,
        concluded_at,
        decisions: decisions.into_iter().map(decision).collect(),
    }
}

pub(super) fn unavailable(error: StoreError) -> ApprovalError {
    ApprovalError::Unavailable { detail: error.to_string() }
}
