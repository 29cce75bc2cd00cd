//! Events of all tenants, as operators look for them.

use ids::{DeadLetterId, EventId, TenantId};

use super::{EventDetail, EventSummary, GetEvent};
use crate::{OperatorCall, Timestamp};

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

    /// Whose something is, by its id alone; none where nothing has it.
    #[mesh(idempotent)]
    async fn locate(
        &self,
        context: &OperatorCall,
        request: Locate,
    ) -> Result<Option<Located>, OperationsError>;
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
    /// Only accepted at this time or later.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// Only accepted before this time.
    #[serde(default)]
    pub until: Option<Timestamp>,
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
    /// Which run of it is under way, or was the last.
    #[serde(default)]
    pub run: u32,
    /// The dead letters of its runs, the earliest first.
    #[serde(default)]
    pub letters: Vec<LetterOfRun>,
}

/// A dead letter of an event.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LetterOfRun {
    /// Which run died.
    pub run: u32,
    /// The letter.
    pub letter_id: DeadLetterId,
}

/// Asks whose something is, by its id.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locate {
    /// The id of a signal, a subscription, or an instance of a workflow.
    pub id: String,
}

/// Whose something is.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    /// Whose.
    pub tenant: TenantId,
    /// The event that it came of, where it came of one.
    #[serde(default)]
    pub event_id: Option<EventId>,
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
