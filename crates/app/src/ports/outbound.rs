//! Sending to customers' endpoints, and the directory of their subscriptions.

use std::borrow::Cow;
use std::net::IpAddr;

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::subscriptions::{OrderedBy, SubscriptionStatus};
use egress::Target;
use ids::{SubscriptionId, TenantId};

use super::StoreError;

/// A request to a customer's endpoint. Its target was checked just before.
#[derive(Debug)]
pub struct OutboundRequest<'a> {
    /// Where.
    pub target: &'a Target,
    /// How: `POST`, say.
    pub method: &'static str,
    /// Headers, names in lower case.
    pub headers: Vec<(Cow<'a, str>, String)>,
    /// The body, as it was signed; of `GET` and `DELETE`, none is sent.
    pub body: &'a str,
    /// How long the endpoint has, in milliseconds.
    pub timeout_ms: u32,
}

/// What an endpoint answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundReply {
    /// The HTTP status.
    pub status: u16,
    /// The `Retry-After` header.
    pub retry_after: Option<String>,
    /// The beginning of the body, at most 1 KiB, as text.
    pub excerpt: String,
}

/// There was no answer. The words are shown to the customer: they tell nothing of our network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoReply(pub String);

/// Sends requests. It follows no redirect: an answer that is one is the answer.
#[async_trait(?Send)]
pub trait MessageSender {
    /// Sends one request.
    ///
    /// # Errors
    /// [`NoReply`].
    async fn send(&self, request: &OutboundRequest<'_>) -> Result<OutboundReply, NoReply>;
}

/// Resolves names.
#[async_trait(?Send)]
pub trait Resolver {
    /// Every address of a name, IPv4 and IPv6; none where there is no such name.
    ///
    /// # Errors
    /// [`StoreError`] when the resolver does not answer, which is not the same.
    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, StoreError>;
}

/// A subscription in the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionRecord {
    /// Its id.
    pub subscription_id: SubscriptionId,
    /// Where messages go.
    pub url: String,
    /// What it wants to hear of.
    pub kinds: Vec<String>,
    /// What is delivered in order.
    pub ordered_by: Option<OrderedBy>,
    /// A note for people.
    pub description: Option<String>,
    /// Whether messages are sent.
    pub status: SubscriptionStatus,
    /// Why it is disabled.
    pub disabled_reason: Option<String>,
    /// Since when.
    pub disabled_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The client's key for a creation, and the hash of what it asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreationKey {
    /// The key.
    pub key: String,
    /// SHA-256 of the request, lower-case hexadecimal.
    pub request_hash: String,
}

/// What became of a creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// It is there now.
    New,
    /// The same key made this one before.
    Before(SubscriptionRecord),
    /// The same key asked for something else before.
    KeyReused,
    /// The tenant has as many as it may have.
    TooMany,
}

/// The tenants' subscriptions, as the fan-out reads them. What waits for each is in its own queue.
#[async_trait(?Send)]
pub trait SubscriptionDirectory {
    /// Adds one, unless its key was used before or the tenant has `most` already.
    ///
    /// # Errors
    /// [`StoreError`], here and below, when the store does not answer.
    async fn register(
        &self,
        tenant: TenantId,
        subscription: &SubscriptionRecord,
        key: Option<&CreationKey>,
        most: u32,
    ) -> Result<Registered, StoreError>;
    /// One of the tenant's.
    async fn get(
        &self,
        tenant: TenantId,
        subscription_id: SubscriptionId,
    ) -> Result<Option<SubscriptionRecord>, StoreError>;
    /// The tenant's, newest first.
    async fn list(
        &self,
        tenant: TenantId,
        before: Option<SubscriptionId>,
        limit: u32,
    ) -> Result<Vec<SubscriptionRecord>, StoreError>;
    /// Keeps whether one is sent anything, and why not.
    async fn set_status(
        &self,
        tenant: TenantId,
        subscription_id: SubscriptionId,
        disabled_reason: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// Removes one.
    async fn remove(&self, tenant: TenantId, subscription_id: SubscriptionId) -> Result<(), StoreError>;
    /// Active ones of any tenant whose queue was not looked after since `before`; they count as looked after at `now`.
    async fn take_unattended(
        &self,
        before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(TenantId, SubscriptionId)>, StoreError>;
}
