//! `/v1/approvals`.

use contracts::pipeline::workflows::{self, ApprovalDecision, ApprovalRecord, DecideApproval, GetApproval};
use http_api::workflows::{
    Approval, ApprovalDetail, ApprovalSummary, Choice, Decide, Decision, HistoryLine, ListApprovals,
};
use http_api::{Code, Payload};

use super::time;
use crate::exchange::Exchange;
use crate::failure::{Failure, failed};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// Approvals, newest first.
///
/// # Errors
/// As [`authorize`]; a bad query; what [`failed`] makes of the call.
pub async fn list(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let ListApprovals { status, approver, page } = exchange.query()?;
    let request = workflows::ListApprovals {
        status: status.map(|status| status.to_string()),
        approver: approver.map(|approver| approver.to_lowercase()),
        before: page.after,
        limit: page.limit,
    };
    let found = exchange.ports.workflows.list_approvals(&call, request).await.map_err(failed)?;
    let items =
        found.items.into_iter().map(|of| Ok(approval(of)?.summary)).collect::<Result<_, Failure>>()?;
    Answer::json(200, &page.answer(items, found.next_before))
}

/// One approval with its decisions and its history.
///
/// # Errors
/// As [`authorize`]; [`Code::ApprovalNotFound`]; what [`failed`] makes of the call.
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let request = GetApproval { approval_id: exchange.id(Code::ApprovalNotFound)? };
    let found = exchange.ports.workflows.get_approval(&call, request).await.map_err(failed)?;
    let history = found.history.into_iter().map(line).collect::<Result<_, _>>()?;
    Answer::json(200, &ApprovalDetail { approval: approval(found.approval)?, history })
}

/// Takes a person's decision.
///
/// # Errors
/// As [`get`]; a bad body; the problems of a decision.
pub async fn decide(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let approval_id = exchange.id(Code::ApprovalNotFound)?;
    let Decide { decision, comment, approver, content_hash } = exchange.json().await?;
    let choice = decision.as_str().to_owned();
    let request = DecideApproval { approval_id, choice, comment, approver, content_hash };
    let decided = exchange.ports.workflows.decide_approval(&call, request).await.map_err(failed)?;
    Answer::json(200, &approval(decided)?)
}

fn approval(of: workflows::Approval) -> Result<Approval, Failure> {
    let odd = |what: &str| Failure::internal(format!("the pipeline's `{}` has {what}", of.approval_id));
    let decisions = of.decisions.iter().map(|decided| decision(decided, of.revision));
    Ok(Approval {
        decisions: decisions.collect::<Result<_, _>>()?,
        summary: ApprovalSummary {
            id: of.approval_id,
            status: of.status.parse().map_err(|_| odd("a status that nobody knows"))?,
            content: Payload::from_json(of.content.clone()).map_err(|_| odd("content that is no JSON"))?,
            reason: of.reason,
            content_hash: of.content_hash,
            revision: of.revision,
            level: of.level,
            asked: of.asked,
            expires_at: time::public(of.expires_at),
            created_at: time::public(of.created_at),
            updated_at: time::public(of.updated_at),
            concluded_at: of.concluded_at.map(time::public),
        },
    })
}

fn decision(of: &ApprovalDecision, revision: u32) -> Result<Decision, Failure> {
    let choice = [Choice::Approve, Choice::Reject].into_iter().find(|choice| choice.as_str() == of.choice);
    Ok(Decision {
        approver: of.approver.clone(),
        decision: choice.ok_or_else(|| Failure::internal(format!("`{}` is no decision", of.choice)))?,
        comment: of.comment.clone(),
        actor: of.actor.clone(),
        content_hash: of.content_hash.clone(),
        revision: of.revision,
        void: of.revision != revision,
        decided_at: time::public(of.decided_at),
    })
}

fn line(of: ApprovalRecord) -> Result<HistoryLine, Failure> {
    let detail = Payload::from_json(of.detail).map_err(Failure::internal)?;
    Ok(HistoryLine { at: time::public(of.at), actor: of.actor, action: of.action, detail })
}
