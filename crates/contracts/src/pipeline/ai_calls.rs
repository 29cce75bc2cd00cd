//! Calls of models that are archived: which there are, and what was asked and answered.

use ids::AiCallId;

use crate::{TenantCall, Timestamp};

/// The admin's view of a tenant's calls of models.
#[mesh::service(contract = "../../contracts/AiCalls.json")]
pub trait AiCalls {
    /// Which calls are archived, newest first. Nothing of what was asked and answered.
    #[mesh(idempotent)]
    async fn list_calls(&self, context: &TenantCall, request: ListAiCalls)
    -> Result<AiCallList, AiCallError>;
    /// One of them, with what was asked and answered: a customer's content.
    #[mesh(idempotent)]
    async fn read_call(
        &self,
        context: &TenantCall,
        request: ReadAiCall,
    ) -> Result<ArchivedAiCall, AiCallError>;
}

/// Asks which calls are archived.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListAiCalls {
    /// Only those of this request, by its header `x-request-id`.
    #[serde(default)]
    pub request_id: Option<String>,
    /// Only those of this trace, by its id.
    #[serde(default)]
    pub trace_id: Option<String>,
    /// Only those before this one.
    #[serde(default)]
    pub before: Option<AiCallId>,
    /// At most so many, 1 to 200.
    pub limit: u32,
}

/// Archived calls.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AiCallList {
    /// Newest first.
    pub items: Vec<AiCallSummary>,
    /// Where the next page begins; none on the last.
    #[serde(default)]
    pub next_before: Option<AiCallId>,
}

/// What is known of an archived call without a look into it.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AiCallSummary {
    /// Its id.
    pub call_id: AiCallId,
    /// The request that it was made for, as its header `x-request-id` had it; none where the platform asked by itself.
    #[serde(default)]
    pub request_id: Option<String>,
    /// The request's trace.
    pub trace_id: String,
    /// When it was archived, which is when it ended.
    pub at: Timestamp,
    /// When it goes.
    pub expires_at: Timestamp,
    /// The model that answered.
    pub model: String,
    /// Whom it was asked of.
    pub upstream: String,
    /// How it ended: `finished`, `broken`, `canceled`, `failed` or `cached`.
    pub outcome: String,
    /// What a cache had to do with it: `off`, `miss`, `hit`, `semantic`, `gateway-miss` or `gateway-hit`.
    pub cache: String,
}

/// Asks for one call.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadAiCall {
    /// Which.
    pub call_id: AiCallId,
}

/// A call as it was archived.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedAiCall {
    /// The record, a JSON object; `docs/ai.md` has its members.
    pub json: String,
}

/// An archived call was not found or read.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AiCallError {
    /// The tenant has no such call, or no longer.
    #[error("there is no such archived call")]
    NotFound,
    /// A store did not answer.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
