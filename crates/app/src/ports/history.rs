//! Histories of providers: where their walks are, what of them is known, and their pages over HTTP.

use async_trait::async_trait;
use contracts::pipeline::{IngestEvent, IngestEventError, IngestReceipt};
use contracts::{TenantCall, Timestamp};
use egress::Target;
use ids::{EndpointId, EventId, TenantId};

use super::{NoReply, StoreError};

/// A history as it is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHistory {
    /// Its endpoint.
    pub endpoint_id: EndpointId,
    /// The endpoint's source.
    pub source: String,
    /// A provider of the catalog, or `custom`.
    pub provider: String,
    /// How the list is walked, as JSON; of `custom`.
    pub description: Option<String>,
    /// Where the provider's API is.
    pub base_url: String,
    /// What opens it, encrypted.
    pub sealed: String,
    /// From when calls are wanted.
    pub from: Timestamp,
    /// Where its walk begins, as JSON.
    pub walk: String,
    /// When.
    pub at: Timestamp,
}

/// A history as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRecord {
    /// What was set up. `at` is when that was first done.
    pub history: NewHistory,
    /// The last delivery of the endpoint that was looked through for calls.
    pub recalled: Option<EventId>,
    /// The run that walks, or was the last that did.
    pub run_id: Option<String>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A delivery that came by webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierDelivery {
    /// Its event.
    pub event_id: EventId,
    /// Where its bytes are.
    pub object_key: String,
}

/// A call that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownItem {
    /// The provider's id of it.
    pub item_id: String,
    /// Its event; none where the event could not be accepted.
    pub event_id: Option<EventId>,
    /// SHA-256 of it as the list showed it; none of one that came by webhook.
    pub sha256: Option<String>,
    /// Who brought it: a run.
    pub run_id: String,
    /// On which of the run's pages.
    pub page: u32,
}

/// Histories. Every method sees its tenant's only.
#[async_trait(?Send)]
pub trait HistoryStore {
    /// Sets one up, or replaces what was said of it. Where it is another list, or another beginning, its walk begins
    /// anew; else the walk stays where it is. What is known stays in any case.
    async fn put(&self, tenant: TenantId, history: &NewHistory) -> Result<(), StoreError>;
    /// One.
    async fn get(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
    ) -> Result<Option<HistoryRecord>, StoreError>;
    /// Removes one; whether it was there. What is known of its calls stays, so that none comes twice.
    async fn remove(&self, tenant: TenantId, endpoint_id: EndpointId) -> Result<bool, StoreError>;
    /// Has `run_id` walk, if nobody does, or `over` did, which has ended. Answers with who walks then.
    async fn hold(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        run_id: &str,
        over: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError>;
    /// Keeps where the walk is, if `run_id` walks; whether it does.
    async fn walked(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        run_id: &str,
        walk: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Keeps up to which delivery the endpoint's were looked through.
    async fn recalled(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        up_to: EventId,
    ) -> Result<(), StoreError>;
    /// Events of the endpoint that were accepted from `from` on, in the order of their ids and behind `after`.
    async fn deliveries(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<EarlierDelivery>, StoreError>;
    /// Those of the calls that are known; at most 200 are asked for.
    async fn known(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        item_ids: &[String],
    ) -> Result<Vec<KnownItem>, StoreError>;
    /// Keeps calls as known; one that is known stays as it is. At most 200.
    async fn note(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        items: &[KnownItem],
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// How many calls are known.
    async fn count(&self, tenant: TenantId, endpoint_id: EndpointId) -> Result<u64, StoreError>;
}

/// A request for a page. Its target was checked just before.
#[derive(Debug)]
pub struct HistoryRequest<'a> {
    /// Where.
    pub target: &'a Target,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Headers, names in lower case. One of them is a credential.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: Option<&'a str>,
    /// How long the provider has, in milliseconds.
    pub timeout_ms: u32,
    /// The most bytes of the answer's body.
    pub most_bytes: usize,
}

/// What a provider answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryReply {
    /// The HTTP status.
    pub status: u16,
    /// The `Retry-After` header.
    pub retry_after: Option<String>,
    /// The `Link` header.
    pub link: Option<String>,
    /// The body; none where it is longer than it may be.
    pub body: Option<Vec<u8>>,
}

/// Asks providers. It follows no redirect: an answer that is one is the answer.
#[async_trait(?Send)]
pub trait HistoryFetcher {
    /// Asks once.
    ///
    /// # Errors
    /// [`NoReply`].
    async fn fetch(&self, request: &HistoryRequest<'_>) -> Result<HistoryReply, NoReply>;
}

/// Accepts a call of a history as a delivery of its endpoint.
#[async_trait(?Send)]
pub trait ItemIntake {
    /// Accepts it once: whether it comes by webhook or from the list, `item_id` is the same.
    ///
    /// # Errors
    /// As accepting any event.
    async fn take(
        &self,
        context: &TenantCall,
        request: IngestEvent,
        item_id: &str,
    ) -> Result<IngestReceipt, IngestEventError>;
}
