//! Workflows: started with typed parameters, watched, signaled and steered.

mod approvals;
mod backfill;
mod spend;
mod sync;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use approvals::{
    Approval, ApprovalDetail, ApprovalStatus, ApprovalSummary, Choice, Decide, Decision, HistoryLine,
    ListApprovals,
};
pub use backfill::Backfill;
pub use spend::{SpendContent, SpendEscalation, SpendLine, SpendProposal, Withdrawal};
pub use sync::Sync;
pub(crate) use sync::{MOST_PAGES, read_endpoint};

use crate::events::Step;
use crate::reports::CreateReport;
use crate::request::{FromBody, Object, TextRule};
use crate::{Payload, Timestamp};

/// The body of `POST /v1/workflows/{name}`: what it takes depends on the workflow.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StartWorkflow {
    /// The workflow's parameters.
    pub params: WorkflowParams,
}

/// The parameters of each workflow.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum WorkflowParams {
    /// Of `spend_approval`.
    SpendApproval(SpendProposal),
    /// Of `account_report`; its `kind` may be left out.
    AccountReport(CreateReport),
    /// Of `backfill`.
    Backfill(Backfill),
    /// Of `sync`.
    Sync(Sync),
}

/// A body with parameters of a known kind.
#[derive(Debug, Clone, PartialEq)]
pub struct WithParams<P>(pub P);

impl<P: FromParams> FromBody for WithParams<P> {
    fn read(object: &Object<'_>) -> Option<Self> {
        P::read_params(&object.required_object("params")?).map(Self)
    }
}

/// The parameters of a workflow, or the payload of an event to one.
pub trait FromParams: Sized {
    /// Reads the fields, reporting each fault to `object`.
    fn read_params(object: &Object<'_>) -> Option<Self>;
}

/// The body of `POST /v1/workflows/{name}/{id}/events`.
///
/// `spend_approval` takes `revise`, with another proposal as its payload, and `withdraw`, with `{reason?}`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SignalWorkflow {
    /// What happened.
    #[serde(rename = "type")]
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_-]+$", example = "withdraw")]
    pub kind: String,
    /// More of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Payload>,
}

impl FromBody for SignalWorkflow {
    fn read(object: &Object<'_>) -> Option<Self> {
        let kind = object.required_text("type", TextRule::slug(64));
        Some(Self { kind: kind?, payload: object.raw("payload").map(Payload::from) })
    }
}

/// A body of an event whose payload is of a known kind.
#[derive(Debug, Clone, PartialEq)]
pub struct WithPayload<P>(pub P);

impl<P: FromParams> FromBody for WithPayload<P> {
    fn read(object: &Object<'_>) -> Option<Self> {
        P::read_params(&object.required_object("payload")?).map(Self)
    }
}

/// The answer to a start: the run is on record, and carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StartedWorkflow {
    /// The run's id: of the first, when the request is a repeated one.
    #[schema(example = "apr_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f")]
    pub id: String,
    /// The workflow.
    #[schema(example = "spend_approval")]
    pub name: String,
    /// Whether the request was seen before. It is carried out once.
    pub duplicate: bool,
}

/// Where a run is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// On record, and not begun.
    Accepted,
    /// At work, asleep, or waiting for a person.
    Running,
    /// Held until it is resumed.
    Paused,
    /// It did what it was for; see `output`.
    Completed,
    /// A step failed for good; see `error`.
    Failed,
    /// Ended from outside.
    Terminated,
}

impl RunStatus {
    /// Every status with its text.
    pub const ALL: [(Self, &str); 6] = [
        (Self::Accepted, "accepted"),
        (Self::Running, "running"),
        (Self::Paused, "paused"),
        (Self::Completed, "completed"),
        (Self::Failed, "failed"),
        (Self::Terminated, "terminated"),
    ];

    /// From its text.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, name)| *name == text).map(|(status, _)| status)
    }
}

/// A run of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowRun {
    /// The id.
    #[schema(example = "apr_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f")]
    pub id: String,
    /// The workflow.
    #[schema(example = "spend_approval")]
    pub name: String,
    /// Where it is in its life.
    pub status: RunStatus,
    /// What it was started with.
    pub params: Payload,
    /// How far it is, in the workflow's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub progress: Option<Payload>,
    /// What it came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub output: Option<Payload>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<String>,
    /// Its steps so far, in order.
    pub steps: Vec<Step>,
    /// The trace of the request that started it.
    #[schema(pattern = "^[0-9a-f]{32}$", example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    pub trace_id: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
