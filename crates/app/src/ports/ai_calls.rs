//! Which calls of models are archived. What was asked and answered lies in an object store.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::ai_calls::AiCallSummary;
use ids::{AiCallId, TenantId};

use super::StoreError;

/// The most calls that are looked through or removed at once.
pub const MOST_CALLS: u32 = 100;

/// A call that is archived, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedCall {
    /// What is known of it.
    pub summary: AiCallSummary,
    /// Where its record lies.
    pub object_key: String,
}

/// What a list is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallQuery {
    /// Only those of this request.
    pub request_id: Option<String>,
    /// Only those of this trace.
    pub trace_id: Option<String>,
    /// Only those before this one.
    pub before: Option<AiCallId>,
    /// At most so many.
    pub limit: u32,
}

/// The index of archived calls. Every method fails when the store does not answer.
#[async_trait(?Send)]
pub trait ArchivedCalls {
    /// Notes a call, before its record is stored: a record that nobody knows of would stay for ever.
    async fn note(&self, tenant: TenantId, call: &ArchivedCall) -> Result<(), StoreError>;
    /// One call of a tenant.
    async fn get(&self, tenant: TenantId, call_id: AiCallId) -> Result<Option<ArchivedCall>, StoreError>;
    /// Calls of a tenant, newest first.
    async fn list(&self, tenant: TenantId, query: &CallQuery) -> Result<Vec<ArchivedCall>, StoreError>;
    /// Calls of a tenant in the order of their ids, behind one; up to [`MOST_CALLS`].
    async fn behind(
        &self,
        tenant: TenantId,
        after: Option<AiCallId>,
    ) -> Result<Vec<ArchivedCall>, StoreError>;
    /// Calls of a tenant that have expired by `now` or were archived before `oldest`; up to [`MOST_CALLS`].
    async fn past(
        &self,
        tenant: TenantId,
        now: Timestamp,
        oldest: Timestamp,
    ) -> Result<Vec<ArchivedCall>, StoreError>;
    /// Forgets calls, up to [`MOST_CALLS`].
    async fn forget(&self, tenant: TenantId, call_ids: &[AiCallId]) -> Result<(), StoreError>;
    /// The first tenant with archived calls behind this one, or of all.
    async fn next_tenant(&self, after: Option<TenantId>) -> Result<Option<TenantId>, StoreError>;
}
