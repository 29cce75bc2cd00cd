//! What operators did, kept for good.

use async_trait::async_trait;
use audit::{Act, Entry};
use contracts::Timestamp;
use ids::TenantId;

use super::StoreError;

/// Which entries to list. What is none narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Of this actor.
    pub actor: Option<String>,
    /// About this tenant.
    pub tenant: Option<TenantId>,
    /// Of this action.
    pub action: Option<String>,
    /// About this target.
    pub target: Option<String>,
    /// Of the request with this trace.
    pub trace_id: Option<String>,
    /// At this time or later.
    pub since: Option<Timestamp>,
    /// Before this sequence.
    pub before: Option<u64>,
    /// At most so many.
    pub limit: u32,
}

/// The chain of what operators did. It can be read and added to, and nothing else.
#[async_trait(?Send)]
pub trait AuditTrail {
    /// Adds an act. Of two at once one follows the other.
    ///
    /// # Errors
    /// [`StoreError`], here and below, when the store does not answer. Here the act may stand all the same.
    async fn append(&self, act: &Act) -> Result<Entry, StoreError>;
    /// Entries, newest first.
    async fn entries(&self, query: &AuditQuery) -> Result<Vec<Entry>, StoreError>;
    /// The entries after a sequence, oldest first, at most `limit`: the chain as it is verified.
    async fn entries_after(&self, sequence: u64, limit: u32) -> Result<Vec<Entry>, StoreError>;
}
