//! The queue of one subscription.

use contracts::Timestamp;
use contracts::pipeline::subscriptions::OrderedBy;
use domain::delivery::{DeliveryStatus, Health};
use ids::{DeliveryId, EventId, MessageId, SubscriptionId, TenantId};
use mesh::TraceContext;
use signing::Secret;

use super::StoreError;

/// The subscription as its queue knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointRecord {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub subscription_id: SubscriptionId,
    /// Where messages go.
    pub url: String,
    /// What is delivered in order.
    pub ordered_by: Option<OrderedBy>,
    /// Whether anything is sent.
    pub phase: Phase,
    /// How the endpoint does.
    pub health: Health,
    /// What messages are signed with.
    pub secret: Secret,
    /// The secret before it, and until when messages are signed with it too.
    pub previous_secret: Option<(Secret, Timestamp)>,
    /// Whether the directory is still to hear of the phase.
    pub unreported: bool,
}

/// Whether anything is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// It is.
    Active,
    /// Not until it is enabled.
    Disabled {
        /// Why, for the customer.
        reason: String,
    },
    /// Never again: the subscription is deleted.
    Closed,
}

/// One delivery. Its message's body is kept beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Its id.
    pub delivery_id: DeliveryId,
    /// The message's.
    pub message_id: MessageId,
    /// The message's type.
    pub kind: String,
    /// The event that it tells of.
    pub event_id: Option<EventId>,
    /// Those with the same one go out one after the other, in the order in which they came.
    pub order_key: Option<String>,
    /// The trace that it belongs to.
    pub trace: TraceContext,
    /// When it came.
    pub created_at: Timestamp,
    /// How it stands.
    pub progress: DeliveryProgress,
}

/// How a delivery stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryProgress {
    /// Its status.
    pub status: DeliveryStatus,
    /// Attempts ever made.
    pub attempts: u32,
    /// Attempts since it was queued or last redelivered: what the schedule counts.
    pub round: u32,
    /// When it is due; while an attempt is under way, when that attempt counts as lost.
    pub due_at: Option<Timestamp>,
    /// When it came to its end.
    pub settled_at: Option<Timestamp>,
    /// The last HTTP status.
    pub last_status: Option<u16>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Counted from 1.
    pub number: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u32,
    /// What the endpoint answered.
    pub status: Option<u16>,
    /// What went wrong.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub excerpt: Option<String>,
}

/// The queue of one subscription, in the database of its own object: it answers at once, and what is written between
/// two waits becomes durable together.
pub trait DeliveryStore {
    /// The subscription; none before it was configured.
    ///
    /// # Errors
    /// [`StoreError`], here and below, when the database fails.
    fn endpoint(&self) -> Result<Option<EndpointRecord>, StoreError>;
    /// Keeps the subscription in place of what was known of it.
    fn put_endpoint(&self, endpoint: &EndpointRecord) -> Result<(), StoreError>;
    /// Adds a delivery at the end of the queue; false, and nothing changes, where it is there.
    fn insert(&self, delivery: &DeliveryRecord, body: &str) -> Result<bool, StoreError>;
    /// One delivery.
    fn delivery(&self, delivery_id: DeliveryId) -> Result<Option<DeliveryRecord>, StoreError>;
    /// The body of its message.
    fn body(&self, delivery_id: DeliveryId) -> Result<Option<String>, StoreError>;
    /// Deliveries, newest first.
    fn deliveries(
        &self,
        status: Option<DeliveryStatus>,
        before: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryRecord>, StoreError>;
    /// The last attempts of one, oldest first.
    fn attempts(&self, delivery_id: DeliveryId, limit: u32) -> Result<Vec<AttemptRecord>, StoreError>;
    /// How many are pending or delivering.
    fn waiting(&self) -> Result<u32, StoreError>;
    /// Pending deliveries that are due and first of their order key, the longest due first.
    fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<DeliveryRecord>, StoreError>;
    /// Deliveries with an attempt under way that counts as lost at `now`.
    fn lost(&self, now: Timestamp) -> Result<Vec<DeliveryRecord>, StoreError>;
    /// Keeps how a delivery stands, with an attempt where one ended, in one transaction.
    fn set_progress(
        &self,
        delivery_id: DeliveryId,
        progress: &DeliveryProgress,
        attempt: Option<&AttemptRecord>,
    ) -> Result<(), StoreError>;
    /// Everything pending becomes abandoned; how many there were.
    fn abandon_pending(&self, reason: &str, now: Timestamp) -> Result<u32, StoreError>;
    /// Forgets what was settled before a time, and the oldest beyond so many settled ones.
    fn prune(&self, settled_before: Timestamp, most: u32) -> Result<(), StoreError>;
    /// Forgets every delivery that tells of one of these events; how many there were.
    fn forget(&self, event_ids: &[EventId]) -> Result<u32, StoreError>;
    /// How many tell of one of these events.
    fn count_of(&self, event_ids: &[EventId]) -> Result<u32, StoreError>;
    /// Forgets every delivery.
    fn clear(&self) -> Result<(), StoreError>;
    /// When the earliest delivery is due that may go out, or an attempt counts as lost; not before the circuit lets
    /// something through, which is not known here.
    fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;
    /// When the oldest settled delivery was.
    fn oldest_settled(&self) -> Result<Option<Timestamp>, StoreError>;
}
