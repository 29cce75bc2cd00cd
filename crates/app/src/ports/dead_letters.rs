//! Work that was given up, for operators: kept, listed, replayed, forgotten.

use async_trait::async_trait;
use contracts::Timestamp;
use domain::{DeathCause, EventStatus, EventWorkflow};
use ids::{DeadLetterId, EventId, TenantId};

use super::{LetterGroup, StoreError};

/// A dead letter to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeadLetter {
    /// The id.
    pub letter_id: DeadLetterId,
    /// Who gave up.
    pub cause: DeathCause,
    /// The workflow that gave up, by name.
    pub workflow: Option<String>,
    /// The step that gave up.
    pub step: Option<String>,
    /// What went wrong, the outermost first.
    pub errors: Vec<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// The message as it lay in the queue.
    pub message: Option<String>,
    /// What groups it with others; none in letters of before there were groups.
    pub group: Option<LetterGroup>,
    /// When it was given up.
    pub dead_at: Timestamp,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

/// A dead letter as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterRecord {
    /// What was kept.
    pub letter: NewDeadLetter,
    /// Whose work; none where the message does not say.
    pub tenant: Option<TenantId>,
    /// Which event's; none where the message does not say.
    pub event_id: Option<EventId>,
    /// The run of the event that died.
    pub run: u32,
    /// The trace, as a W3C `traceparent`.
    pub traceparent: Option<String>,
    /// How the event stands now, and in which run.
    pub event: Option<(EventStatus, u32)>,
    /// When it was replayed, and by whom.
    pub replayed: Option<Replay>,
}

/// A replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// When.
    pub at: Timestamp,
    /// By whom: a person's address or a service's name.
    pub by: String,
}

/// A query over dead letters, newest first. Absent fields do not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeadLetterQuery {
    /// Of this tenant.
    pub tenant: Option<TenantId>,
    /// Of this cause.
    pub cause: Option<DeathCause>,
    /// Of this group.
    pub group: Option<String>,
    /// Older than this letter.
    pub before: Option<DeadLetterId>,
    /// At most this many.
    pub limit: u32,
}

/// What came of a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayOutcome {
    /// The event is `received` again, in its next run, with its outbox entry open and due.
    Begun {
        /// What works it off.
        workflow: EventWorkflow,
    },
    /// It was replayed before; nothing changed.
    Before,
    /// The event's status does not allow it; nothing changed.
    Refused {
        /// That status.
        status: EventStatus,
    },
}

/// Dead letters. They are for operators, who look over all tenants: a letter says whose it is, and what is done for it
/// is bound to that tenant. A letter of an event is written by [`super::EventStore::transition`].
#[async_trait(?Send)]
pub trait DeadLetterStore {
    /// Keeps a letter of a message that cannot be read. Keeping it again changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] from this and every method, when the store fails.
    async fn keep_unreadable(&self, letter: &NewDeadLetter) -> Result<(), StoreError>;
    /// One letter.
    async fn get(&self, letter_id: DeadLetterId) -> Result<Option<DeadLetterRecord>, StoreError>;
    /// Letters, newest first.
    async fn list(&self, query: &DeadLetterQuery) -> Result<Vec<DeadLetterRecord>, StoreError>;
    /// Begins the next run of a letter's event in one transaction, as [`EventStatus::replay`] allows it: the status, an
    /// outbox entry that is due at `now`, the steps of the run before forgotten, the letter noted as replayed.
    async fn replay(
        &self,
        tenant: TenantId,
        event_id: EventId,
        letter_id: DeadLetterId,
        replay: &Replay,
    ) -> Result<ReplayOutcome, StoreError>;
    /// Forgets letters that expired at `now` or before, the longest expired first, at most `limit`; says how many.
    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError>;
}
