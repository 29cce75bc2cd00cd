//! Rows of approvals, and their conversion to the ports' records.

use app::ports::{ApprovalRow, AskedContent, AuditRow, DecisionRow};
use contracts::Timestamp;
use domain::approval::UnknownChoice;
use ids::ApprovalId;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct ApprovalJson {
    id: ApprovalId,
    status: String,
    reason: Option<String>,
    content: String,
    content_hash: String,
    revision: u32,
    level: u32,
    asked: String,
    version: u32,
    seen_version: u32,
    asked_at: Timestamp,
    expires_at: Timestamp,
    created_at: Timestamp,
    updated_at: Timestamp,
    concluded_at: Option<Timestamp>,
}

impl TryFrom<ApprovalJson> for ApprovalRow {
    type Error = String;

    fn try_from(row: ApprovalJson) -> Result<Self, String> {
        Ok(Self {
            approval_id: row.id,
            status: row.status.parse().map_err(|error| format!("`approvals.status`: {error}"))?,
            reason: row.reason,
            content: AskedContent {
                content: row.content,
                content_hash: row.content_hash,
                revision: row.revision,
                asked: serde_json::from_str(&row.asked)
                    .map_err(|error| format!("`approvals.asked`: {error}"))?,
                asked_at: row.asked_at,
                expires_at: row.expires_at,
            },
            level: row.level,
            version: row.version,
            seen_version: row.seen_version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            concluded_at: row.concluded_at,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct DecisionJson {
    revision: u32,
    approver: String,
    choice: String,
    comment: Option<String>,
    actor: String,
    content_hash: String,
    decided_at: Timestamp,
}

impl TryFrom<DecisionJson> for DecisionRow {
    type Error = UnknownChoice;

    fn try_from(row: DecisionJson) -> Result<Self, UnknownChoice> {
        Ok(Self {
            approver: row.approver,
            choice: row.choice.parse()?,
            comment: row.comment,
            actor: row.actor,
            content_hash: row.content_hash,
            revision: row.revision,
            decided_at: row.decided_at,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct AuditJson {
    at: Timestamp,
    actor: String,
    action: String,
    detail: String,
}

impl From<AuditJson> for AuditRow {
    fn from(row: AuditJson) -> Self {
        Self { at: row.at, actor: row.actor, action: row.action, detail: row.detail }
    }
}
