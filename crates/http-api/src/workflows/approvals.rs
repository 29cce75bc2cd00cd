//! Approvals: what people are asked, and what they decide.

use ids::ApprovalId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::SpendContent;
use crate::page::PageRequest;
use crate::request::{FromBody, FromQuery, Object, Query, TextRule};
use crate::{Payload, Timestamp, schema};

/// Where an approval is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalStatus {
    /// People are asked.
    Pending,
    /// The quorum approved.
    Approved,
    /// The quorum cannot be reached any more.
    Rejected,
    /// Nobody decided it in time.
    Expired,
    /// Whoever asked took it back.
    Withdrawn,
}

impl ApprovalStatus {
    /// Every status with its text.
    pub const ALL: [(Self, &str); 5] = [
        (Self::Pending, "pending"),
        (Self::Approved, "approved"),
        (Self::Rejected, "rejected"),
        (Self::Expired, "expired"),
        (Self::Withdrawn, "withdrawn"),
    ];
}

/// A text that is no status of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownApprovalStatus;

impl std::fmt::Display for UnknownApprovalStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "must be one of `{}`", ApprovalStatus::ALL.map(|(_, name)| name).join("`, `"))
    }
}

impl std::str::FromStr for ApprovalStatus {
    type Err = UnknownApprovalStatus;

    fn from_str(text: &str) -> Result<Self, UnknownApprovalStatus> {
        let found = Self::ALL.into_iter().find(|(_, name)| *name == text);
        found.map(|(status, _)| status).ok_or(UnknownApprovalStatus)
    }
}

impl std::fmt::Display for ApprovalStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(Self::ALL.into_iter().find(|(status, _)| status == self).map_or("", |(_, name)| name))
    }
}

/// What an approver says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Yes.
    Approve,
    /// No.
    Reject,
}

impl Choice {
    /// Its text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }
}

/// An approval as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalSummary {
    /// The id, which is also its run's of `spend_approval`.
    #[schema(value_type = schema::ApprovalId)]
    pub id: ApprovalId,
    /// Where it is in its life.
    pub status: ApprovalStatus,
    /// Why it ended, where there is something to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
    /// What people are shown, in canonical form (RFC 8785).
    #[schema(value_type = SpendContent)]
    pub content: Payload,
    /// SHA-256 of `content`: say in a decision what was shown.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub content_hash: String,
    /// Counts its versions, from 1.
    pub revision: u32,
    /// How many escalations have happened.
    pub level: u32,
    /// Who is asked now.
    pub asked: Vec<String>,
    /// When it expires.
    pub expires_at: Timestamp,
    /// When it was proposed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it ended; `null` while it has not.
    #[schema(required)]
    pub concluded_at: Option<Timestamp>,
}

/// An approval with the decisions about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    /// The approval.
    #[serde(flatten)]
    pub summary: ApprovalSummary,
    /// What was decided, the earliest first.
    pub decisions: Vec<Decision>,
}

/// An approval with the decisions about it and its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalDetail {
    /// The approval.
    #[serde(flatten)]
    pub approval: Approval,
    /// What was done, the earliest first.
    pub history: Vec<HistoryLine>,
}

/// One person's decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// Who: an e-mail address or an API key's id.
    #[schema(example = "bob@acme.example")]
    pub approver: String,
    /// What.
    pub decision: Choice,
    /// What they said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub comment: Option<String>,
    /// The API key that it came with.
    pub actor: String,
    /// The hash of what was shown.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub content_hash: String,
    /// The version that it is about.
    pub revision: u32,
    /// Whether it counts for nothing, because the proposal was changed after it.
    pub void: bool,
    /// When.
    pub decided_at: Timestamp,
}

/// One line of an approval's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HistoryLine {
    /// When.
    pub at: Timestamp,
    /// Who: an API key's id, or `workflow`.
    pub actor: String,
    /// What: `proposed`, `revised`, `decided`, `escalated`, `withdrawn` or `concluded`.
    #[schema(example = "decided")]
    pub action: String,
    /// More of it.
    pub detail: Payload,
}

/// The body of `POST /v1/approvals/{id}/decision`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Decide {
    /// What the person says.
    pub decision: Choice,
    /// In their own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2000, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    pub comment: Option<String>,
    /// The person that this API key speaks for. Without it, the key itself decides and must be an approver.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        min_length = 1,
        max_length = 254,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$",
        example = "bob@acme.example"
    )]
    pub approver: Option<String>,
    /// The `content_hash` of what the person was shown. It may be left out only while the proposal was never changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:/-]+$")]
    pub content_hash: Option<String>,
}

impl FromBody for Decide {
    fn read(object: &Object<'_>) -> Option<Self> {
        let decision = object.required_text("decision", TextRule::line(16)).and_then(|text| {
            let found = [Choice::Approve, Choice::Reject].into_iter().find(|choice| choice.as_str() == text);
            if found.is_none() {
                object.refuse("decision", "must be `approve` or `reject`");
            }
            found
        });
        let comment = object.optional_text("comment", TextRule::line(2_000));
        let approver = object.optional_text("approver", TextRule::line(254));
        let content_hash = object.optional_text("content_hash", TextRule::token(64));
        Some(Self { decision: decision?, comment, approver, content_hash })
    }
}

/// The query of `GET /v1/approvals`.
#[derive(Debug, Clone, PartialEq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListApprovals {
    /// Only approvals with this status.
    pub status: Option<ApprovalStatus>,
    /// Only approvals that ask this person.
    #[param(example = "bob@acme.example")]
    pub approver: Option<String>,
    /// The page.
    #[param(ignore)]
    pub page: PageRequest<ApprovalId>,
}

impl FromQuery for ListApprovals {
    fn read(query: &Query) -> Option<Self> {
        Some(Self {
            status: query.value("status"),
            approver: query.text("approver", TextRule::line(254)),
            page: query.page("approvals", &["status", "approver"]),
        })
    }
}
