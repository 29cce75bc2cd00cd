//! Approvals, people's decisions, and what was done about them.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::workflows::ListApprovals;
use domain::approval::{ApprovalStatus, Choice};
use ids::{ApprovalId, TenantId};

use super::StoreError;

/// What people are asked: one revision of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedContent {
    /// Canonical JSON.
    pub content: String,
    /// Its SHA-256, lower-case hexadecimal.
    pub content_hash: String,
    /// Counts from 1.
    pub revision: u32,
    /// Who is asked at this level.
    pub asked: Vec<String>,
    /// Since when.
    pub asked_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// An approval as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRow {
    /// The id, which is also its run's.
    pub approval_id: ApprovalId,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// Why, where there is something to say.
    pub reason: Option<String>,
    /// What is asked.
    pub content: AskedContent,
    /// How many escalations have happened since it was asked.
    pub level: u32,
    /// Counts every change, from 1.
    pub version: u32,
    /// The last version that its workflow has seen.
    pub seen_version: u32,
    /// When it was proposed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was concluded.
    pub concluded_at: Option<Timestamp>,
}

/// A decision as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// Who.
    pub approver: String,
    /// What.
    pub choice: Choice,
    /// What they said.
    pub comment: Option<String>,
    /// The credential that it came with.
    pub actor: String,
    /// The hash of what was shown.
    pub content_hash: String,
    /// About which revision.
    pub revision: u32,
    /// When.
    pub decided_at: Timestamp,
}

/// A line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What was done, in a word.
    pub action: String,
    /// More of it, as JSON.
    pub detail: String,
}

/// A change of an approval. Each leaves a line in its history. `None` leaves a field as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalChange {
    /// The line for the history.
    pub audit: AuditRow,
    /// A decision to add.
    pub decision: Option<DecisionRow>,
    /// What is asked from now on.
    pub content: Option<AskedContent>,
    /// How many escalations have happened, and who is asked then.
    pub level: Option<(u32, Vec<String>)>,
    /// How it ended, and why.
    pub concluded: Option<(ApprovalStatus, Option<String>)>,
    /// When the sweep shall look whether the workflow has seen it.
    pub check_at: Option<Timestamp>,
}

impl ApprovalChange {
    /// Only a line in the history.
    #[must_use]
    pub fn noting(audit: AuditRow) -> Self {
        Self { audit, decision: None, content: None, level: None, concluded: None, check_at: None }
    }
}

/// Approvals on record.
#[async_trait(?Send)]
pub trait ApprovalStore {
    /// Puts an approval on record as `pending`, version 1, unless its id is there.
    async fn create(
        &self,
        tenant: TenantId,
        approval_id: ApprovalId,
        content: &AskedContent,
        audit: &AuditRow,
    ) -> Result<(), StoreError>;
    /// One approval.
    async fn get(&self, tenant: TenantId, approval_id: ApprovalId)
    -> Result<Option<ApprovalRow>, StoreError>;
    /// At most `query.limit` approvals, newest first.
    async fn list(&self, tenant: TenantId, query: &ListApprovals) -> Result<Vec<ApprovalRow>, StoreError>;
    /// All decisions about an approval, the earliest first.
    async fn decisions(
        &self,
        tenant: TenantId,
        approval_id: ApprovalId,
    ) -> Result<Vec<DecisionRow>, StoreError>;
    /// An approval's history, the earliest first.
    async fn history(&self, tenant: TenantId, approval_id: ApprovalId) -> Result<Vec<AuditRow>, StoreError>;
    /// Changes a pending approval that has this version, all or nothing, and raises its version; says whether it did.
    async fn change(
        &self,
        tenant: TenantId,
        approval_id: ApprovalId,
        version: u32,
        change: &ApprovalChange,
    ) -> Result<bool, StoreError>;
    /// Notes that the workflow has seen a version. A later one that was noted stays.
    async fn seen(&self, tenant: TenantId, approval_id: ApprovalId, version: u32) -> Result<(), StoreError>;
}
