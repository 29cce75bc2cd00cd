//! Proposals as operators see them.

use app::ports::ProposalRecord;
use contracts::Timestamp;
use ids::{ProposalId, TenantId};
use serde::Serialize;
use serde_json::value::RawValue;

use super::role_for;
use crate::operations::time;
use crate::tenants::KeyView;

/// A proposal.
#[derive(Debug, Serialize)]
pub struct ProposalView {
    /// Its id.
    pub id: ProposalId,
    /// `erase_tenant`, `redrive` or `rotate_keys`.
    pub action: &'static str,
    /// Whose data it is about, where it is one tenant's.
    pub tenant: Option<TenantId>,
    /// `open`, `approved`, `rejected`, `withdrawn`, `outdated`, `done`, `failed` or `expired`.
    pub status: &'static str,
    /// The least role of who approves it.
    pub needs: &'static str,
    /// Why it is wanted.
    pub reason: String,
    /// Exactly what is approved: what is wanted, and what that would touch.
    pub content: Option<Box<RawValue>>,
    /// SHA-256 of it, byte for byte.
    pub hash: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: http_api::Timestamp,
    /// Until when it may be approved; once approved, until when what it gives may be collected.
    pub expires_at: http_api::Timestamp,
    /// Who approved, rejected or withdrew it.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<http_api::Timestamp>,
    /// What they said.
    pub comment: Option<String>,
    /// When it ended.
    pub ended_at: Option<http_api::Timestamp>,
    /// What came of it: ids of what was begun, why it failed, or what it would have touched when it was outdated.
    pub result: Option<Box<RawValue>>,
    /// New keys with their secrets, in the answer to collecting them and never again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<KeyView>,
}

impl ProposalView {
    pub(super) fn of(record: ProposalRecord, now: Timestamp) -> Self {
        let ProposalRecord { proposal, status, decided, comment, ended_at, result } = record;
        let raw = |json: String| RawValue::from_string(json).ok();
        let (decided_by, decided_at) = decided.map(|(by, _, at)| (by, time(at))).unzip();
        Self {
            id: proposal.proposal_id,
            action: proposal.action.as_str(),
            tenant: proposal.tenant,
            status: status.at(proposal.action, proposal.expires_at.unix_ms(), now.unix_ms()).as_str(),
            needs: role_for(proposal.action).as_str(),
            reason: proposal.reason,
            content: raw(proposal.content),
            hash: proposal.hash,
            proposed_by: proposal.proposed_by,
            proposed_at: time(proposal.proposed_at),
            expires_at: time(proposal.expires_at),
            decided_by,
            decided_at,
            comment,
            ended_at: ended_at.map(time),
            result: result.and_then(raw),
            keys: Vec::new(),
        }
    }
}
