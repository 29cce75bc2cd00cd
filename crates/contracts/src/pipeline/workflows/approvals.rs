//! Proposals to spend money, and people's decisions about them.

use ids::ApprovalId;

use crate::Timestamp;

/// A proposal as somebody wrote it. The pipeline checks it; see `domain::approval`.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendProposal {
    /// What for, in a line.
    pub title: String,
    /// Why.
    #[serde(default)]
    pub justification: Option<String>,
    /// How much, such as `1250.00`.
    pub amount: String,
    /// The currency's three letters.
    pub currency: String,
    /// What it is made of.
    #[serde(default)]
    pub lines: Vec<SpendLine>,
    /// Who asks: an e-mail address.
    pub requester: String,
    /// Who may decide: e-mail addresses and ids of API keys.
    pub approvers: Vec<String>,
    /// How many have to approve; all, unless it says.
    #[serde(default)]
    pub quorum: Option<u32>,
    /// How long it may wait, in seconds.
    pub expires_after_s: u32,
    /// Who else is asked, and when.
    #[serde(default)]
    pub escalations: Vec<SpendEscalation>,
}

/// A line of a proposal.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendLine {
    /// What.
    pub description: String,
    /// How much.
    pub amount: String,
}

/// Who else is asked when nobody has decided for a while.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendEscalation {
    /// After how many seconds.
    pub after_s: u32,
    /// Who.
    pub approvers: Vec<String>,
}

/// Asks people to approve a proposal.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposeSpend {
    /// The proposal.
    pub proposal: SpendProposal,
}

/// Puts another proposal in place of a pending one.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviseApproval {
    /// Which.
    pub approval_id: ApprovalId,
    /// What is asked from now on.
    pub proposal: SpendProposal,
}

/// Takes a pending proposal back.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawApproval {
    /// Which.
    pub approval_id: ApprovalId,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Names one approval.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetApproval {
    /// Which.
    pub approval_id: ApprovalId,
}

/// Asks for a page of approvals, newest first.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListApprovals {
    /// Only with this status.
    #[serde(default)]
    pub status: Option<String>,
    /// Only those that ask this person.
    #[serde(default)]
    pub approver: Option<String>,
    /// Only older than this one.
    #[serde(default)]
    pub before: Option<ApprovalId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of approvals.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalPage {
    /// Newest first.
    pub items: Vec<Approval>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_before: Option<ApprovalId>,
}

/// An approval as it stands.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct Approval {
    /// The id, which is also its run's.
    pub approval_id: ApprovalId,
    /// `pending`, `approved`, `rejected`, `expired` or `withdrawn`.
    pub status: String,
    /// Why, where there is something to say.
    #[serde(default)]
    pub reason: Option<String>,
    /// What is shown: canonical JSON (RFC 8785).
    pub content: String,
    /// SHA-256 of `content`, lower-case hexadecimal.
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
    /// When it was concluded.
    #[serde(default)]
    pub concluded_at: Option<Timestamp>,
    /// All decisions, void ones too, the earliest first.
    pub decisions: Vec<ApprovalDecision>,
}

/// An approval with its history.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalDetail {
    /// The approval.
    pub approval: Approval,
    /// What was done to it, the earliest first.
    pub history: Vec<ApprovalRecord>,
}

/// One person's decision.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalDecision {
    /// Who: an e-mail address or an API key's id.
    pub approver: String,
    /// `approve` or `reject`.
    pub choice: String,
    /// What they said.
    #[serde(default)]
    pub comment: Option<String>,
    /// The credential that it came with.
    pub actor: String,
    /// The hash of what was shown.
    pub content_hash: String,
    /// The revision that it is about. One about an earlier revision than the current is void.
    pub revision: u32,
    /// When.
    pub decided_at: Timestamp,
}

/// One line of an approval's history.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRecord {
    /// When.
    pub at: Timestamp,
    /// Who: a credential, or `workflow`.
    pub actor: String,
    /// `proposed`, `revised`, `decided`, `escalated`, `withdrawn` or `concluded`.
    pub action: String,
    /// What, as JSON.
    pub detail: String,
}

/// Decides about a proposal.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecideApproval {
    /// Which.
    pub approval_id: ApprovalId,
    /// `approve` or `reject`.
    pub choice: String,
    /// What the person says.
    #[serde(default)]
    pub comment: Option<String>,
    /// The person that the credential speaks for; the credential itself, unless it says.
    #[serde(default)]
    pub approver: Option<String>,
    /// The hash of what was shown. May be left out only for a proposal that was never revised.
    #[serde(default)]
    pub content_hash: Option<String>,
}
