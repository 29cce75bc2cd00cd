//! Work that was given up: seen, understood, replayed.

use ids::{DeadLetterId, EventId, TenantId};

use crate::Timestamp;

/// Asks for a page of dead letters, newest first.
#[mesh::message]
#[derive(Debug, Clone, Default)]
pub struct ListDeadLetters {
    /// Only of this tenant.
    #[serde(default)]
    pub tenant: Option<TenantId>,
    /// Only of this cause: `queue`, `workflow` or `unreadable`.
    #[serde(default)]
    pub cause: Option<String>,
    /// Only of this group, by its fingerprint.
    #[serde(default)]
    pub group: Option<String>,
    /// Only older than this letter.
    #[serde(default)]
    pub before: Option<DeadLetterId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of dead letters.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterPage {
    /// Newest first.
    pub items: Vec<DeadLetter>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_before: Option<DeadLetterId>,
}

/// Names one dead letter.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct GetDeadLetter {
    /// Which.
    pub letter_id: DeadLetterId,
}

/// A dead letter.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The id.
    pub letter_id: DeadLetterId,
    /// Whose work it was; none where the message cannot be read.
    #[serde(default)]
    pub tenant: Option<TenantId>,
    /// Which event's; none where the message cannot be read.
    #[serde(default)]
    pub event_id: Option<EventId>,
    /// Which run of the event died: 0 the first, one more with every replay.
    pub run: u32,
    /// Who gave up: `queue`, `workflow` or `unreadable`.
    pub cause: String,
    /// The fingerprint of what it died of.
    #[serde(default)]
    pub group: Option<String>,
    /// The workflow that gave up.
    #[serde(default)]
    pub workflow: Option<String>,
    /// The step that gave up.
    #[serde(default)]
    pub step: Option<String>,
    /// What went wrong, the outermost first.
    pub errors: Vec<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// The queue's message.
    #[serde(default)]
    pub message: Option<String>,
    /// The trace's id; empty where the message cannot be read.
    #[serde(default)]
    pub trace_id: String,
    /// When it was given up.
    pub dead_at: Timestamp,
    /// When the letter is forgotten.
    pub expires_at: Timestamp,
    /// How the event stands now, as in [`super::EventSummary`]; none where there is no event any more.
    #[serde(default)]
    pub event_status: Option<String>,
    /// When it was replayed.
    #[serde(default)]
    pub replayed_at: Option<Timestamp>,
    /// By whom.
    #[serde(default)]
    pub replayed_by: Option<String>,
}

/// What came of a replay.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayReceipt {
    /// Whose event runs again.
    pub tenant: TenantId,
    /// Which.
    pub event_id: EventId,
    /// The run that the replay began.
    pub run: u32,
    /// Whether the letter was replayed before; then nothing was done.
    pub before: bool,
}

/// Dead letters could not be read, or one not be replayed.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum DeadLetterError {
    /// There is no such letter, or not any more.
    #[error("no such dead letter")]
    NotFound,
    /// The request names a cause that there is not.
    #[error("{detail}")]
    UnknownCause {
        /// What was given, and what is accepted.
        detail: String,
    },
    /// What died cannot be run again.
    #[error("{detail}")]
    NotReplayable {
        /// Why.
        detail: String,
    },
    /// A store did not answer.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
