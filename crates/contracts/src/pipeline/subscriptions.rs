//! Subscriptions: customers' endpoints that messages are delivered to, and what was delivered.

use std::fmt;

use ids::{DeliveryId, EventId, MessageId, SubscriptionId};

use crate::{TenantCall, Timestamp};

/// The gateway's view of a tenant's subscriptions.
#[mesh::service(contract = "../../contracts/Subscriptions.json")]
pub trait Subscriptions {
    /// Makes one, and the secret that its messages are signed with.
    async fn create_subscription(
        &self,
        context: &TenantCall,
        request: CreateSubscription,
    ) -> Result<CreatedSubscription, SubscriptionError>;
    /// One, with how its endpoint does.
    #[mesh(idempotent)]
    async fn get_subscription(
        &self,
        context: &TenantCall,
        request: GetSubscription,
    ) -> Result<Subscription, SubscriptionError>;
    /// All of them, newest first.
    #[mesh(idempotent)]
    async fn list_subscriptions(
        &self,
        context: &TenantCall,
        request: ListSubscriptions,
    ) -> Result<SubscriptionPage, SubscriptionError>;
    /// Ends one: nothing more is sent, and its deliveries are forgotten. Ending it again is `NotFound`.
    async fn delete_subscription(
        &self,
        context: &TenantCall,
        request: GetSubscription,
    ) -> Result<(), SubscriptionError>;
    /// Makes a new secret; the one before stays valid beside it for the overlap.
    async fn rotate_secret(
        &self,
        context: &TenantCall,
        request: RotateSecret,
    ) -> Result<RotatedSecret, SubscriptionError>;
    /// Takes up a disabled subscription again.
    #[mesh(idempotent)]
    async fn enable_subscription(
        &self,
        context: &TenantCall,
        request: GetSubscription,
    ) -> Result<Subscription, SubscriptionError>;
    /// What was delivered to one, newest first.
    #[mesh(idempotent)]
    async fn list_deliveries(
        &self,
        context: &TenantCall,
        request: ListDeliveries,
    ) -> Result<DeliveryPage, SubscriptionError>;
    /// One delivery with its attempts and its message.
    #[mesh(idempotent)]
    async fn get_delivery(
        &self,
        context: &TenantCall,
        request: GetDelivery,
    ) -> Result<DeliveryDetail, SubscriptionError>;
    /// Delivers it once more, whatever became of it, as the same message.
    async fn redeliver(
        &self,
        context: &TenantCall,
        request: GetDelivery,
    ) -> Result<Delivery, SubscriptionError>;
}

/// A secret that is shown to its owner. Its `Debug` shows nothing of it.
#[mesh::message]
#[derive(Clone, PartialEq, Eq)]
#[serde(transparent)]
pub struct SigningSecret(String);

impl SigningSecret {
    /// From its text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text, for its owner alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(redacted)")
    }
}

/// Asks for a subscription.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateSubscription {
    /// Where messages go.
    pub url: String,
    /// Kinds of signals, types of messages, or `*` for every signal; one at least.
    pub kinds: Vec<String>,
    /// What is delivered in order, if anything is.
    #[serde(default)]
    pub ordered_by: Option<OrderedBy>,
    /// A note for people.
    #[serde(default)]
    pub description: Option<String>,
}

/// Messages that share this arrive one after the other: the next is sent when the one before is settled.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum OrderedBy {
    /// The customer's company.
    Account,
    /// The event.
    Event,
}

/// A subscription with its secret, which is shown this once.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct CreatedSubscription {
    /// It.
    pub subscription: Subscription,
    /// `whsec_…`.
    pub secret: SigningSecret,
}

/// A subscription.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub subscription_id: SubscriptionId,
    /// As in [`CreateSubscription`].
    pub url: String,
    /// As in [`CreateSubscription`].
    pub kinds: Vec<String>,
    /// As in [`CreateSubscription`].
    #[serde(default)]
    pub ordered_by: Option<OrderedBy>,
    /// As in [`CreateSubscription`].
    #[serde(default)]
    pub description: Option<String>,
    /// Whether messages are sent.
    pub status: SubscriptionStatus,
    /// Why it is disabled.
    #[serde(default)]
    pub disabled_reason: Option<String>,
    /// Since when it is disabled.
    #[serde(default)]
    pub disabled_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// How its endpoint does; none in lists.
    #[serde(default)]
    pub endpoint: Option<EndpointHealth>,
}

/// Whether a subscription is sent anything.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// It is.
    Active,
    /// It is not, until somebody enables it.
    Disabled,
}

/// How an endpoint does.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointHealth {
    /// `closed`, `open` or `half_open`.
    pub circuit: String,
    /// When an open circuit lets a request through.
    #[serde(default)]
    pub open_until: Option<Timestamp>,
    /// Failures since the last success.
    pub failures: u32,
    /// When the first of them was.
    #[serde(default)]
    pub failing_since: Option<Timestamp>,
    /// Deliveries that wait or are under way.
    pub waiting: u32,
    /// Until when the secret before the present one is valid beside it.
    #[serde(default)]
    pub previous_secret_until: Option<Timestamp>,
}

/// Names one subscription.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct GetSubscription {
    /// Which.
    pub subscription_id: SubscriptionId,
}

/// Asks for a page of subscriptions.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct ListSubscriptions {
    /// Only older than this one.
    #[serde(default)]
    pub before: Option<SubscriptionId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of subscriptions.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct SubscriptionPage {
    /// Newest first.
    pub items: Vec<Subscription>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_before: Option<SubscriptionId>,
}

/// Asks for a new secret.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct RotateSecret {
    /// Which subscription's.
    pub subscription_id: SubscriptionId,
    /// How long the old one stays valid, in seconds; 0 ends it at once.
    pub overlap_s: u32,
}

/// The new secret, shown this once.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct RotatedSecret {
    /// `whsec_…`.
    pub secret: SigningSecret,
    /// Until when the one before is valid beside it; none where it no longer is.
    #[serde(default)]
    pub previous_valid_until: Option<Timestamp>,
}

/// Asks for a page of deliveries.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct ListDeliveries {
    /// Which subscription's.
    pub subscription_id: SubscriptionId,
    /// Only with this status.
    #[serde(default)]
    pub status: Option<String>,
    /// Only older than this one.
    #[serde(default)]
    pub before: Option<DeliveryId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of deliveries.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct DeliveryPage {
    /// Newest first.
    pub items: Vec<Delivery>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_before: Option<DeliveryId>,
}

/// Names one delivery.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct GetDelivery {
    /// Which.
    pub delivery_id: DeliveryId,
}

/// A message on its way to a subscription.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub delivery_id: DeliveryId,
    /// The message's, which the receiver sees as `webhook-id`.
    pub message_id: MessageId,
    /// The subscription it goes to.
    pub subscription_id: SubscriptionId,
    /// The message's type, such as `signals.created`.
    pub kind: String,
    /// The event it tells of.
    #[serde(default)]
    pub event_id: Option<EventId>,
    /// `pending`, `delivering`, `delivered`, `failed` or `abandoned`.
    pub status: String,
    /// How often it was tried, redeliveries included.
    pub attempts: u32,
    /// The last HTTP status.
    #[serde(default)]
    pub last_status: Option<u16>,
    /// Why the last attempt failed.
    #[serde(default)]
    pub last_error: Option<String>,
    /// When it is tried next.
    #[serde(default)]
    pub next_attempt_at: Option<Timestamp>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it came to its end.
    #[serde(default)]
    pub settled_at: Option<Timestamp>,
    /// The trace's id.
    pub trace_id: String,
}

/// A delivery with all that is known of it.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryDetail {
    /// It.
    pub delivery: Delivery,
    /// Its attempts, oldest first; at most the last 50.
    pub attempts: Vec<DeliveryAttempt>,
    /// The message's body, byte for byte.
    pub body: String,
}

/// One attempt.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryAttempt {
    /// Counted from 1.
    pub number: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u32,
    /// What the endpoint answered; none where it did not.
    #[serde(default)]
    pub status: Option<u16>,
    /// What went wrong.
    #[serde(default)]
    pub error: Option<String>,
    /// The beginning of the answer's body, at most 1 KiB.
    #[serde(default)]
    pub excerpt: Option<String>,
}

/// Something about subscriptions was refused.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionError {
    /// The tenant has no such subscription.
    #[error("no such subscription")]
    NotFound,
    /// The tenant has no such delivery.
    #[error("no such delivery")]
    DeliveryNotFound,
    /// A field cannot be accepted.
    #[error("`{pointer}` {detail}")]
    Invalid {
        /// A JSON pointer into the request.
        pointer: String,
        /// What is wrong, to follow the pointer.
        detail: String,
    },
    /// The idempotency key came before with another request.
    #[error("this idempotency key was used before with another body")]
    KeyReused,
    /// The tenant has as many as it may have.
    #[error("a tenant has at most {limit} subscriptions")]
    TooMany {
        /// How many.
        limit: u32,
    },
    /// It cannot be done as things stand.
    #[error("{detail}")]
    Conflict {
        /// What stands in the way, and what to do.
        detail: String,
    },
    /// A store, or a name's resolver, did not answer.
    #[error("unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
