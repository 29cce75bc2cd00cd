//! What the workflow does about an approval when it looks at it.

use domain::approval::{ApprovalStatus, Standing, Verdict, Vote, judge};
use ids::{ApprovalId, TenantId};
use mesh::workflow::StepFailure;
use serde_json::json;

use super::{Next, SpendApproval, SpendApprovalOutput, content};
use crate::ports::{ApprovalChange, ApprovalRow, AuditRow, DecisionRow, StoreError};
use crate::workflows::WorkflowPorts;
use crate::workflows::stage::{Running, retryable};

/// Who concludes and escalates, in the history.
const WORKFLOW: &str = "workflow";

/// Judges the approval as it is on record and writes what follows, until there is nothing to do but wait.
pub(super) async fn judge_and_act(this: &SpendApproval, running: &Running) -> Result<Next, StepFailure> {
    let (tenant, id) = (running.tenant, approval_id(&running.run_id)?);
    loop {
        let row = this.approvals.get(tenant, id).await.map_err(retryable)?;
        let row = row.ok_or_else(|| StepFailure::Terminal(format!("the tenant has no approval `{id}`")))?;
        if row.status != ApprovalStatus::Pending {
            return Ok(Next::Concluded(SpendApprovalOutput {
                status: row.status.to_string(),
                content_hash: row.content.content_hash,
            }));
        }
        let decisions = this.approvals.decisions(tenant, id).await.map_err(retryable)?;
        let proposal = content::proposal(&row.content.content).map_err(StepFailure::Terminal)?;
        let asked_at = row.content.asked_at.unix_ms();
        let standing = Standing { proposal: &proposal, asked_at, level: row.level };
        let now = this.clock.now();
        let audit = |action: &str, detail: serde_json::Value| AuditRow {
            at: now,
            actor: WORKFLOW.into(),
            action: action.into(),
            detail: detail.to_string(),
        };
        let status = match judge(&standing, &votes(&row, &decisions), now.unix_ms()) {
            Verdict::Wait { until } => {
                if row.seen_version < row.version {
                    this.approvals.seen(tenant, id, row.version).await.map_err(retryable)?;
                }
                return Ok(Next::Wait(until.saturating_sub(now.unix_ms()).max(1_000)));
            }
            Verdict::Escalate { level } => {
                let asked: Vec<String> = proposal.asked(level).map(str::to_owned).collect();
                let change = ApprovalChange {
                    level: Some((level, asked.clone())),
                    ..ApprovalChange::noting(audit("escalated", json!({ "level": level, "asked": asked })))
                };
                // If somebody was quicker, the next look sees it.
                this.approvals.change(tenant, id, row.version, &change).await.map_err(retryable)?;
                continue;
            }
            Verdict::Approved => ApprovalStatus::Approved,
            Verdict::Rejected => ApprovalStatus::Rejected,
            Verdict::Expired => ApprovalStatus::Expired,
        };
        let detail = json!({ "status": status.as_str(), "content_hash": row.content.content_hash });
        let change = ApprovalChange {
            concluded: Some((status, None)),
            ..ApprovalChange::noting(audit("concluded", detail))
        };
        this.approvals.change(tenant, id, row.version, &change).await.map_err(retryable)?;
    }
}

/// The votes that count: about what is asked now.
pub(super) fn votes(row: &ApprovalRow, decisions: &[DecisionRow]) -> Vec<Vote> {
    let current = decisions.iter().filter(|decision| decision.revision == row.content.revision);
    current.map(|decision| Vote { approver: decision.approver.clone(), choice: decision.choice }).collect()
}

/// Whether an approval changed after its workflow looked at it last.
pub(in crate::workflows) async fn missed_a_change(
    ports: &WorkflowPorts,
    tenant: TenantId,
    run_id: &str,
) -> Result<bool, StoreError> {
    let Ok(id) = run_id.parse::<ApprovalId>() else { return Ok(false) };
    let row = ports.approvals.get(tenant, id).await?;
    Ok(row.is_some_and(|row| row.seen_version < row.version))
}

fn approval_id(run_id: &str) -> Result<ApprovalId, StepFailure> {
    run_id.parse().map_err(|error: ids::ParseIdError| StepFailure::Terminal(error.to_string()))
}
