//! The queue of one subscription: a Durable Object each, so that a slow endpoint delays nobody else's messages.

use ids::{DeliveryId, EventId, MessageId, SubscriptionId};

use super::subscriptions::{
    Delivery, DeliveryDetail, DeliveryPage, EndpointHealth, GetDelivery, ListDeliveries, OrderedBy,
    RotatedSecret, SigningSecret, SubscriptionError,
};
use crate::TenantCall;

/// What the pipeline asks of one subscription's queue.
#[mesh::service(contract = "../../contracts/Deliveries.json")]
pub trait Deliveries {
    /// Makes the queue of a subscription, or gives what it is already.
    #[mesh(idempotent)]
    async fn configure(
        &self,
        context: &TenantCall,
        request: Endpoint,
    ) -> Result<Configured, SubscriptionError>;
    /// Takes a message. One that it has is not taken again.
    #[mesh(idempotent)]
    async fn enqueue(&self, context: &TenantCall, request: Enqueue) -> Result<Enqueued, SubscriptionError>;
    /// How the endpoint does. It also sets an alarm that was lost.
    #[mesh(idempotent)]
    async fn health(&self, context: &TenantCall, request: ()) -> Result<EndpointHealth, SubscriptionError>;
    /// Makes a new secret; the one before stays valid for so many seconds.
    async fn rotate(&self, context: &TenantCall, overlap_s: u32) -> Result<RotatedSecret, SubscriptionError>;
    /// Takes up sending again.
    #[mesh(idempotent)]
    async fn enable(&self, context: &TenantCall, request: ()) -> Result<EndpointHealth, SubscriptionError>;
    /// Sends nothing more and forgets everything.
    #[mesh(idempotent)]
    async fn close(&self, context: &TenantCall, request: ()) -> Result<(), SubscriptionError>;
    /// Deliveries, newest first.
    #[mesh(idempotent)]
    async fn list(
        &self,
        context: &TenantCall,
        request: ListDeliveries,
    ) -> Result<DeliveryPage, SubscriptionError>;
    /// One delivery with its attempts and its message.
    #[mesh(idempotent)]
    async fn get(
        &self,
        context: &TenantCall,
        request: GetDelivery,
    ) -> Result<DeliveryDetail, SubscriptionError>;
    /// Delivers one once more.
    async fn redeliver(
        &self,
        context: &TenantCall,
        request: GetDelivery,
    ) -> Result<Delivery, SubscriptionError>;
    /// Forgets the messages that tell of some events, sent or not.
    #[mesh(idempotent)]
    async fn forget(
        &self,
        context: &TenantCall,
        request: ForgetMessages,
    ) -> Result<ForgottenMessages, SubscriptionError>;
}

/// What a queue must know of its subscription.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Whose queue it is.
    pub subscription_id: SubscriptionId,
    /// Where messages go.
    pub url: String,
    /// What is delivered in order.
    #[serde(default)]
    pub ordered_by: Option<OrderedBy>,
}

/// A queue that is ready.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct Configured {
    /// The secret that it signs with now.
    pub secret: SigningSecret,
    /// How the endpoint does.
    pub health: EndpointHealth,
}

/// A message for a queue.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct Enqueue {
    /// The subscription as it is now: a queue that was never made is made of it.
    pub endpoint: Endpoint,
    /// The delivery's id, which follows from subscription and message.
    pub delivery_id: DeliveryId,
    /// The message's id.
    pub message_id: MessageId,
    /// Its type.
    pub kind: String,
    /// The event that it tells of.
    #[serde(default)]
    pub event_id: Option<EventId>,
    /// Messages with the same one are delivered one after the other.
    #[serde(default)]
    pub order_key: Option<String>,
    /// The body, JSON text of at most 1.5 MB.
    pub body: String,
}

/// Asks a queue to forget what tells of some events.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgetMessages {
    /// The events, at most 200.
    pub event_ids: Vec<EventId>,
    /// Whether they are only counted.
    #[serde(default)]
    pub count_only: bool,
}

/// What a queue forgot.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForgottenMessages {
    /// Messages that are gone by this call, or that there are where they were only counted.
    pub messages: u32,
}

/// What became of it.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enqueued {
    /// Whether it was there before.
    pub duplicate: bool,
}
