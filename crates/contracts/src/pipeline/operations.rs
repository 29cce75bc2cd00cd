//! Events of all tenants, as operators look for them.

use ids::{EventId, TenantId};

use super::{EventDetail, EventSummary, GetEvent};
use crate::OperatorCall;

/// The admin's view of what is under way.
#[mesh::service(contract = "../../contracts/Operations.json")]
pub trait Operations {
    /// Events, newest first.
    #[mesh(idempotent)]
    async fn find_events(
        &self,
        context: &OperatorCall,
        request: FindEvents,
    ) -> Result<FoundEventPage, OperationsError>;

    /// One event with its steps, whosever it is.
    #[mesh(idempotent)]
    async fn find_event(
        &self,
        context: &OperatorCall,
        request: GetEvent,
    ) -> Result<FoundEventDetail, OperationsError>;
}

/// Asks for a page of events, newest first.
#[mesh::message]
#[derive(Debug, Clone, Default)]
pub struct FindEvents {
    /// Only of this tenant.
    #[serde(default)]
    pub tenant: Option<TenantId>,
    /// Only with this status.
    #[serde(default)]
    pub status: Option<String>,
    /// Only from this source. Needs a tenant: there is no index over all of them.
    #[serde(default)]
    pub source: Option<String>,
    /// Only older than this event.
    #[serde(default)]
    pub before: Option<EventId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of events.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct FoundEventPage {
    /// Newest first.
    pub items: Vec<FoundEvent>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_before: Option<EventId>,
}

/// An event and whose it is.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct FoundEvent {
    /// Whose.
    pub tenant: TenantId,
    /// The event.
    pub event: EventSummary,
}

/// An event with its steps, and whose it is.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct FoundEventDetail {
    /// Whose.
    pub tenant: TenantId,
    /// The event.
    pub detail: EventDetail,
}

/// Events could not be looked for.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum OperationsError {
    /// There is no such event.
    #[error("no such event")]
    NotFound,
    /// What is looked for cannot be.
    #[error("{detail}")]
    Invalid {
        /// What is wrong.
        detail: String,
    },
    /// A store did not answer.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
