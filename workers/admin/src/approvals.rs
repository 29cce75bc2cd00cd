//! `/admin/api/approvals`: a tenant's proposals, and what people decided about them. Operators look; they do not decide.

use std::rc::Rc;

use contracts::TenantCall;
use contracts::pipeline::workflows::{
    Approval, ApprovalDetail, ApprovalError, GetApproval, ListApprovals, WorkflowsClient,
};
use http_api::Page;
use http_api::page::PageRequest;
use http_api::request::{FromQuery, Query, TextRule, read_query};
use ids::{ApprovalId, TenantId};
use mesh::{CallError, Transport};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::operations::time;
use crate::problem::{Code, Problem};

/// The pipeline's workflows of tenants.
pub type Workflows = WorkflowsClient<Rc<dyn Transport>>;

/// The query of the list; its tenant is read by whoever makes the call.
struct Filters {
    status: Option<String>,
    page: PageRequest<ApprovalId>,
}

impl FromQuery for Filters {
    fn read(query: &Query) -> Option<Self> {
        let status = query.text("status", TextRule::slug(32));
        Some(Self { status, page: query.page("approvals", &["tenant", "status"]) })
    }
}

/// A proposal, as operators see it.
#[derive(Debug, Serialize)]
pub struct ApprovalView {
    /// Its id, which is also its workflow's.
    pub id: ApprovalId,
    /// Whose.
    pub tenant: TenantId,
    /// `pending`, `approved`, `rejected`, `expired` or `withdrawn`.
    pub status: String,
    /// Why it ended so.
    pub reason: Option<String>,
    /// Exactly what people are asked, as JSON.
    pub content: Option<Box<RawValue>>,
    /// SHA-256 of it.
    pub content_hash: String,
    /// Counts the proposals that took its place.
    pub revision: u32,
    /// Counts the escalations so far.
    pub level: u32,
    /// Who is asked now.
    pub asked: Vec<String>,
    /// When it is too late.
    pub expires_at: http_api::Timestamp,
    /// When it was made.
    pub created_at: http_api::Timestamp,
    /// When it ended.
    pub concluded_at: Option<http_api::Timestamp>,
}

/// A decision about it.
#[derive(Debug, Serialize)]
pub struct DecisionView {
    /// Who decided.
    pub approver: String,
    /// `approve` or `reject`.
    pub choice: String,
    /// What they said to it.
    pub comment: Option<String>,
    /// About which revision.
    pub revision: u32,
    /// When.
    pub decided_at: http_api::Timestamp,
}

/// A line of its history.
#[derive(Debug, Serialize)]
pub struct HistoryView {
    /// When.
    pub at: http_api::Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
}

/// A proposal with its decisions and its history.
#[derive(Debug, Serialize)]
pub struct ApprovalDetailView {
    /// The proposal.
    #[serde(flatten)]
    pub approval: ApprovalView,
    /// What people decided, those about earlier revisions too.
    pub decisions: Vec<DecisionView>,
    /// What happened to it, in order.
    pub history: Vec<HistoryView>,
}

/// A page of a tenant's proposals, newest first.
///
/// # Errors
/// A bad query; what [`refused`] makes of the call.
pub(crate) async fn list(
    workflows: &Workflows,
    call: &TenantCall,
    query: &str,
) -> Result<Page<ApprovalView>, Problem> {
    let Filters { status, page } = read_query(query).map_err(Problem::of_query)?;
    if status.as_ref().is_some_and(|status| !STATUSES.contains(&status.as_str())) {
        let detail = format!("must be one of `{}`", STATUSES.join("`, `"));
        return Err(Problem::new(Code::BadQuery, format!("`status` {detail}")).about("?status", detail));
    }
    let request = ListApprovals { status, approver: None, before: page.after, limit: page.limit };
    let found = workflows.list_approvals(call, request).await.map_err(refused)?;
    let items = found.items.into_iter().map(|approval| view(call.scope.tenant, approval));
    Ok(page.answer(items.collect(), found.next_before))
}

/// What a proposal may be.
pub const STATUSES: [&str; 5] = ["pending", "approved", "rejected", "expired", "withdrawn"];

/// One proposal.
///
/// # Errors
/// What [`refused`] makes of the call.
pub(crate) async fn get(
    workflows: &Workflows,
    call: &TenantCall,
    approval_id: ApprovalId,
) -> Result<ApprovalDetailView, Problem> {
    let found = workflows.get_approval(call, GetApproval { approval_id }).await.map_err(refused)?;
    let ApprovalDetail { mut approval, history } = found;
    let decisions = std::mem::take(&mut approval.decisions).into_iter().map(|decision| DecisionView {
        approver: decision.approver,
        choice: decision.choice,
        comment: decision.comment,
        revision: decision.revision,
        decided_at: time(decision.decided_at),
    });
    let history = history.into_iter().map(|line| HistoryView {
        at: time(line.at),
        actor: line.actor,
        action: line.action,
    });
    Ok(ApprovalDetailView {
        decisions: decisions.collect(),
        history: history.collect(),
        approval: view(call.scope.tenant, approval),
    })
}

fn view(tenant: TenantId, approval: Approval) -> ApprovalView {
    ApprovalView {
        id: approval.approval_id,
        tenant,
        status: approval.status,
        reason: approval.reason,
        content: RawValue::from_string(approval.content).ok(),
        content_hash: approval.content_hash,
        revision: approval.revision,
        level: approval.level,
        asked: approval.asked,
        expires_at: time(approval.expires_at),
        created_at: time(approval.created_at),
        concluded_at: approval.concluded_at.map(time),
    }
}

/// What a call that gave no reply means for the operator.
fn refused(error: CallError<ApprovalError>) -> Problem {
    match error {
        CallError::Refused(ApprovalError::NotFound) => Problem::no_approval(),
        error => Problem::of_call(&error),
    }
}
