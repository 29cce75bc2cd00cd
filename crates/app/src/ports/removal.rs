//! Removing events for good: what retention and erasure share, and the records of each.

use async_trait::async_trait;
use contracts::Timestamp;
use domain::RetentionDays;
use ids::{ErasureId, EventId, TenantId};
use mesh::TraceContext;

use super::StoreError;

/// An event as removing it needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovableEvent {
    /// Which.
    pub event_id: EventId,
    /// Where its raw bytes are. Several events may share them.
    pub object_key: String,
    /// When it was accepted.
    pub received_at: Timestamp,
    /// The provider.
    pub source: String,
    /// The subject.
    pub subject: Option<String>,
    /// The customer's company, once it is known.
    pub account: Option<String>,
    /// Whether its row in the archive was written or begun.
    pub archived: bool,
}

/// Rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowCount {
    /// The table.
    pub table: String,
    /// How many.
    pub rows: u32,
}

/// Removes events with all rows that belong to them.
#[async_trait(?Send)]
pub trait EventRemoval {
    /// The tenant behind another one, of those that have events or archived days. For the cron only.
    async fn next_tenant(&self, after: Option<TenantId>) -> Result<Option<TenantId>, StoreError>;
    /// Events accepted before a time, the oldest first.
    async fn older_than(
        &self,
        tenant: TenantId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<RemovableEvent>, StoreError>;
    /// Events in the order of their ids.
    async fn events_after(
        &self,
        tenant: TenantId,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<RemovableEvent>, StoreError>;
    /// Removes events and their rows in one transaction; says how many rows of which table there were.
    async fn remove(&self, tenant: TenantId, event_ids: &[EventId]) -> Result<Vec<RowCount>, StoreError>;
    /// Which of these objects an event still has.
    async fn objects_in_use(&self, tenant: TenantId, keys: &[String]) -> Result<Vec<String>, StoreError>;
    /// Up to which key a tenant's raw objects were looked through for those that no event has.
    async fn raw_place(&self, tenant: TenantId) -> Result<Option<String>, StoreError>;
    /// Notes that.
    async fn set_raw_place(&self, tenant: TenantId, key: &str) -> Result<(), StoreError>;
    /// How many rows there are of these events, or of the whole tenant.
    async fn rows_left(&self, tenant: TenantId, event_ids: Option<&[EventId]>) -> Result<u32, StoreError>;
}

/// Messages to customers' endpoints, sent or not, as removing events needs them.
#[async_trait(?Send)]
pub trait MessageRemoval {
    /// Removes the messages that tell of these events, whichever endpoint they are for; how many there were.
    async fn forget(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: &[EventId],
    ) -> Result<u32, StoreError>;
    /// How many there are.
    async fn left(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: &[EventId],
    ) -> Result<u32, StoreError>;
    /// Removes all messages and secrets of the tenant's endpoints, which are sent nothing more.
    async fn close(&self, tenant: TenantId, trace: TraceContext) -> Result<(), StoreError>;
}

/// Entries of tenants' live feeds, as removing events needs them.
#[async_trait(?Send)]
pub trait FeedRemoval {
    /// Removes the entries that tell of these events, or all; how many there were.
    async fn forget(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: Option<&[EventId]>,
    ) -> Result<u32, StoreError>;
    /// How many there are.
    async fn left(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: Option<&[EventId]>,
    ) -> Result<u32, StoreError>;
}

/// Runs of workflows that a tenant started, as erasing the tenant needs them.
#[async_trait(?Send)]
pub trait RunRemoval {
    /// Ends at most `limit` runs that have not ended, and says how many there were.
    async fn end_some(&self, tenant: TenantId, limit: u32) -> Result<u32, StoreError>;
}

/// How long a tenant keeps its events, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionRecord {
    /// How long.
    pub days: RetentionDays,
    /// Who set it.
    pub updated_by: String,
    /// When.
    pub updated_at: Timestamp,
}

/// Tenants' retention.
#[async_trait(?Send)]
pub trait RetentionStore {
    /// What was set; none where the default holds.
    async fn retention(&self, tenant: TenantId) -> Result<Option<RetentionRecord>, StoreError>;
    /// Sets it.
    async fn set_retention(&self, tenant: TenantId, record: &RetentionRecord) -> Result<(), StoreError>;
}

/// How an erasure stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureStatus {
    /// Its workflow is at work, or is to be started.
    Running,
    /// It has its certificate.
    Done,
    /// It ended without.
    Failed,
}

/// An erasure as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewErasure {
    /// The id.
    pub erasure_id: ErasureId,
    /// Unique within the tenant: what makes a repeated request recognizable.
    pub request_key: String,
    /// What a contact is recognized by, as JSON; none for the whole tenant.
    pub selector: Option<String>,
    /// SHA-256 of what was asked for, lower-case hexadecimal.
    pub selector_sha256: String,
    /// Who asked.
    pub requested_by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub requested_at: Timestamp,
    /// The trace, as a W3C `traceparent`.
    pub traceparent: String,
}

/// An erasure as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureRecord {
    /// What was asked for; the selector is gone once it is done.
    pub erasure: NewErasure,
    /// Whether it is of the whole tenant.
    pub whole_tenant: bool,
    /// How it stands.
    pub status: ErasureStatus,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was done.
    pub completed_at: Option<Timestamp>,
    /// The certificate and its hash.
    pub certificate: Option<(String, String)>,
    /// Events found so far, and of these removed so far.
    pub events: (u32, u32),
}

/// An event that an erasure found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundEvent {
    /// Which.
    pub event_id: EventId,
    /// Where its raw bytes are.
    pub object_key: String,
    /// Its day in the archive.
    pub day: String,
    /// Whether it had a row there.
    pub archived: bool,
}

/// Erasures: what was asked for, what was found, how far it is.
#[async_trait(?Send)]
pub trait ErasureStore {
    /// Stores an erasure unless its request key exists; gives what is stored under it.
    async fn insert(&self, tenant: TenantId, erasure: &NewErasure) -> Result<ErasureRecord, StoreError>;
    /// One erasure.
    async fn get(&self, tenant: TenantId, id: ErasureId) -> Result<Option<ErasureRecord>, StoreError>;
    /// Erasures, newest first.
    async fn list(
        &self,
        tenant: TenantId,
        before: Option<ErasureId>,
        limit: u32,
    ) -> Result<Vec<ErasureRecord>, StoreError>;
    /// Erasures that are running, oldest first, with their tenant and trace. For the cron only.
    async fn running(&self, limit: u32) -> Result<Vec<(TenantId, ErasureId, String)>, StoreError>;
    /// Notes what was found. What was noted before stays as it is.
    async fn found(&self, tenant: TenantId, id: ErasureId, events: &[FoundEvent]) -> Result<(), StoreError>;
    /// How many rows of which table there are of the tenant; tables without one are left out.
    async fn rows(&self, tenant: TenantId) -> Result<Vec<RowCount>, StoreError>;
    /// Events found and not yet removed.
    async fn left(&self, tenant: TenantId, id: ErasureId, limit: u32) -> Result<Vec<FoundEvent>, StoreError>;
    /// How many found events are still being worked on.
    async fn at_work(&self, tenant: TenantId, id: ErasureId) -> Result<u32, StoreError>;
    /// Removes events with all their rows and counts these, in one transaction.
    async fn remove_rows(
        &self,
        tenant: TenantId,
        id: ErasureId,
        event_ids: &[EventId],
    ) -> Result<(), StoreError>;
    /// Removes up to so many rows of the tenant that belong to no event, and counts them; says whether any are left.
    async fn remove_other_rows(
        &self,
        tenant: TenantId,
        id: ErasureId,
        limit: u32,
    ) -> Result<bool, StoreError>;
    /// Adds to a count.
    async fn count(&self, tenant: TenantId, id: ErasureId, name: &str, more: u32) -> Result<(), StoreError>;
    /// The counts so far, by name.
    async fn counts(&self, tenant: TenantId, id: ErasureId) -> Result<Vec<RowCount>, StoreError>;
    /// Notes that everything of these events is removed.
    async fn done(&self, tenant: TenantId, id: ErasureId, event_ids: &[EventId]) -> Result<(), StoreError>;
    /// Lets everything that was found be removed once more.
    async fn again(&self, tenant: TenantId, id: ErasureId) -> Result<(), StoreError>;
    /// Days of the found events, in order, behind one.
    async fn days(
        &self,
        tenant: TenantId,
        id: ErasureId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, StoreError>;
    /// Found events, in the order of their ids, behind one; of one day, if it is given.
    async fn events(
        &self,
        tenant: TenantId,
        id: ErasureId,
        day: Option<&str>,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<FoundEvent>, StoreError>;
    /// Stores the certificate with its hash, and removes the selector and what was noted on the way.
    async fn certify(
        &self,
        tenant: TenantId,
        id: ErasureId,
        certificate: &str,
        sha256: &str,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// Notes that it ended without a certificate. What was found stays, for another try.
    async fn fail(&self, tenant: TenantId, id: ErasureId, error: &str) -> Result<(), StoreError>;
}

/// What tenants may spend on models, and spent.
#[async_trait(?Send)]
pub trait BudgetRemoval {
    /// Forgets the whole of it; says how many rows that were.
    async fn erase(&self, tenant: TenantId, trace: TraceContext) -> Result<u32, StoreError>;
    /// How many rows there are.
    async fn left(&self, tenant: TenantId, trace: TraceContext) -> Result<u32, StoreError>;
}

/// The durable workflows that carry erasures out; an instance's id is its erasure's.
#[async_trait(?Send)]
pub trait ErasureInstances {
    /// Starts the instance of an erasure. Starting it again changes nothing.
    async fn start(&self, tenant: TenantId, id: ErasureId, traceparent: &str) -> Result<(), StoreError>;
}
