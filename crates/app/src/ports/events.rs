//! Events, their steps and the outbox.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::operations::FindEvents;
use contracts::pipeline::{Assessment, ListEvents};
use domain::EventWorkflow;
use domain::event::{EventStatus, StepStatus};
use ids::{DeadLetterId, EndpointId, EventId, TenantId};

use super::{NewDeadLetter, StoreError};

/// An event to insert, with status `received`.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// The id.
    pub event_id: EventId,
    /// The provider, or `generic`.
    pub source: String,
    /// The type.
    pub kind: String,
    /// What works it off.
    pub workflow: EventWorkflow,
    /// The subject.
    pub subject: Option<String>,
    /// The webhook endpoint.
    pub endpoint_id: Option<EndpointId>,
    /// Unique within the tenant: what makes a redelivery recognizable.
    pub delivery_key: String,
    /// SHA-256 of the body, lower-case hexadecimal.
    pub content_sha256: String,
    /// Where the raw bytes are.
    pub object_key: String,
    /// The body's media type.
    pub media_type: String,
    /// The body's size in bytes.
    pub size_bytes: u32,
    /// The trace, as a W3C `traceparent`.
    pub traceparent: String,
    /// When it happened, where the sender says.
    pub occurred_at: Option<Timestamp>,
    /// When it was accepted.
    pub received_at: Timestamp,
}

/// A second key under which a delivery may have come, for as long as it counts: content is recognized within a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierKey {
    /// The key.
    pub key: String,
    /// Only an event that was accepted after this time.
    pub after: Timestamp,
}

/// What came of an insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inserted {
    /// The event and its outbox entry are stored.
    New,
    /// The delivery key was there before; nothing was stored.
    Existing {
        /// The event that has it.
        event_id: EventId,
        /// That event's content.
        content_sha256: String,
    },
}

/// An event as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRecord {
    /// What was inserted.
    pub event: NewEvent,
    /// Which run of it is under way, or was the last: 0 the first, one more with every replay.
    pub run: u32,
    /// Where it stands.
    pub status: EventStatus,
    /// Why it was skipped, failed or dead.
    pub reason: Option<String>,
    /// The call's title.
    pub title: Option<String>,
    /// The customer's company.
    pub account: Option<String>,
    /// How many signals were stored.
    pub signals_count: u32,
    /// What the evaluate step concluded.
    pub assessment: Option<Assessment>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A change of an event's status, with whatever else is known by then. `None` leaves a field as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct EventTransition {
    /// The new status.
    pub status: EventStatus,
    /// Only if this run is under way: what an earlier one still has to say is refused.
    pub run: Option<u32>,
    /// Why.
    pub reason: Option<String>,
    /// The call's title.
    pub title: Option<String>,
    /// The customer's company.
    pub account: Option<String>,
    /// How many signals were stored.
    pub signals_count: Option<u32>,
    /// What the evaluate step concluded.
    pub assessment: Option<Assessment>,
    /// Kept in the same transaction, if the change is made. One letter a run: a second one is not kept.
    pub letter: Option<Box<NewDeadLetter>>,
}

impl EventTransition {
    /// To this status, whatever run is under way, with nothing else to say.
    #[must_use]
    pub fn to(status: EventStatus) -> Self {
        Self {
            status,
            run: None,
            reason: None,
            title: None,
            account: None,
            signals_count: None,
            assessment: None,
            letter: None,
        }
    }
}

/// One step of an event's workflow, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRecord {
    /// Its place in the workflow, from 0.
    pub position: u32,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub status: StepStatus,
    /// How often it was tried.
    pub attempts: u32,
    /// When the first try began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What the last failed try said.
    pub error: Option<String>,
}

/// An accepted event that nothing has been seen to finish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub event_id: EventId,
    /// Which run of it.
    pub run: u32,
    /// What works it off.
    pub workflow: EventWorkflow,
    /// Its trace, as a W3C `traceparent`.
    pub traceparent: String,
    /// How often the sweep took it up.
    pub attempts: u32,
    /// How often the queue's consumer failed to hand it over.
    pub handovers: u32,
    /// Why, the last time.
    pub last_error: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
}

/// Events, their steps and the outbox.
#[async_trait(?Send)]
pub trait EventStore {
    /// Stores an event with its outbox entry (due at `sweep_at`) in one transaction, unless its delivery key exists, or
    /// an event that is meant by `earlier`.
    /// Of many concurrent inserts with one key, exactly one is [`Inserted::New`]; trying that one again is so again.
    async fn insert(
        &self,
        tenant: TenantId,
        event: &NewEvent,
        earlier: Option<&EarlierKey>,
        sweep_at: Timestamp,
    ) -> Result<Inserted, StoreError>;
    /// One event.
    async fn get(&self, tenant: TenantId, event_id: EventId) -> Result<Option<EventRecord>, StoreError>;
    /// At most `query.limit` events, newest first.
    async fn list(&self, tenant: TenantId, query: &ListEvents) -> Result<Vec<EventRecord>, StoreError>;
    /// Changes an event's status, unless the rules of [`EventStatus::allows`] forbid it; says whether it did.
    /// Reaching a settled status closes the outbox entry in the same transaction, and keeps the dead letter if there is
    /// one.
    async fn transition(
        &self,
        tenant: TenantId,
        event_id: EventId,
        change: &EventTransition,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Stores a step of a run, replacing what was known of it. The earliest `started_at` stays. A step of another run than the one
    /// under way is an error.
    async fn record_step(
        &self,
        tenant: TenantId,
        event_id: EventId,
        run: u32,
        step: &StepRecord,
    ) -> Result<(), StoreError>;
    /// An event's steps in order.
    async fn steps(&self, tenant: TenantId, event_id: EventId) -> Result<Vec<StepRecord>, StoreError>;
    /// Outbox entries due at `now` over all tenants, the longest due first, at most `limit`. For the sweep only.
    async fn due_outbox(&self, now: Timestamp, limit: u32) -> Result<Vec<OutboxEntry>, StoreError>;
    /// The outbox entry of an event, while it has one.
    async fn outbox_entry(
        &self,
        tenant: TenantId,
        event_id: EventId,
    ) -> Result<Option<OutboxEntry>, StoreError>;
    /// Notes on the outbox entry that try number `attempt` to hand the event over failed, and why.
    async fn note_handover(
        &self,
        tenant: TenantId,
        event_id: EventId,
        attempt: u32,
        error: &str,
    ) -> Result<(), StoreError>;
    /// Counts a try of an outbox entry and sets when it is due next.
    async fn defer_outbox(
        &self,
        tenant: TenantId,
        event_id: EventId,
        next_attempt_at: Timestamp,
    ) -> Result<(), StoreError>;
    /// How many outbox entries there are, over all tenants.
    async fn outbox_depth(&self) -> Result<u32, StoreError>;
}

/// Events of all tenants, for operators.
#[async_trait(?Send)]
pub trait EventFinder {
    /// At most `query.limit` events, newest first, each with whose it is.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn find(&self, query: &FindEvents) -> Result<Vec<(TenantId, EventRecord)>, StoreError>;

    /// Whose an event is; none where there is no such event.
    ///
    /// # Errors
    /// As [`EventFinder::find`].
    async fn owner(&self, event_id: EventId) -> Result<Option<TenantId>, StoreError>;

    /// The dead letters of an event by the run that died, the earliest first.
    ///
    /// # Errors
    /// As [`EventFinder::find`].
    async fn letters(
        &self,
        tenant: TenantId,
        event_id: EventId,
    ) -> Result<Vec<(u32, DeadLetterId)>, StoreError>;

    /// Whose a signal, a subscription or an instance of a workflow is, by its id alone, and the event that it came of.
    ///
    /// # Errors
    /// As [`EventFinder::find`].
    async fn locate(&self, id: &str) -> Result<Option<(TenantId, Option<EventId>)>, StoreError>;
}
