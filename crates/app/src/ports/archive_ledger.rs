//! Which event's row is in which file of the archive, and which files make up a day.

use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EventId, TenantId};

use super::{ArchiveRow, StoreError, WrittenFile};

/// A file that its day's manifest lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveFile {
    /// Its key.
    pub key: String,
    /// What is in it.
    pub file: WrittenFile,
}

/// The files of a day at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayFiles {
    /// Counts the changes of the day's files; 0 before the first.
    pub generation: u32,
    /// By first acceptance.
    pub files: Vec<LiveFile>,
}

/// A file whose writing began and was not seen to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedFile {
    /// Its key.
    pub key: String,
    /// The events of an export; none for a merge of files.
    pub event_ids: Option<Vec<EventId>>,
}

/// A day of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantDay {
    /// Whose.
    pub tenant: TenantId,
    /// Such as `2026-11-22`.
    pub day: String,
}

/// The archive's bookkeeping. Each method that changes something is one transaction, and trying it again changes
/// nothing more.
#[async_trait(?Send)]
pub trait ArchiveLedger {
    /// Tenants with events to export, files to finish or days to publish; those that waited longest first. Over all
    /// tenants: for the cron only.
    async fn tenants_with_work(&self, limit: u32) -> Result<Vec<TenantId>, StoreError>;
    /// How many events wait for the export, over all tenants, counted up to `limit`.
    async fn backlog(&self, limit: u32) -> Result<u32, StoreError>;
    /// Makes `holder` the one writer of a tenant's files until `expires_at`, unless another one is; says whether.
    async fn lease(
        &self,
        tenant: TenantId,
        holder: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Ends a lease, if the holder still has it.
    async fn release(&self, tenant: TenantId, holder: &str) -> Result<(), StoreError>;
    /// Events that wait for the export, oldest first, as rows without payload.
    async fn pending(&self, tenant: TenantId, limit: u32) -> Result<Vec<ArchiveRow>, StoreError>;
    /// Those of these events that are there, oldest first, as rows without payload.
    async fn rows(&self, tenant: TenantId, event_ids: &[EventId]) -> Result<Vec<ArchiveRow>, StoreError>;
    /// Gives events to a file that is to be written, if all of them wait; says whether.
    async fn claim(
        &self,
        tenant: TenantId,
        day: &str,
        key: &str,
        event_ids: &[EventId],
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Files whose writing began and was not seen to end.
    async fn unfinished(&self, tenant: TenantId) -> Result<Vec<UnfinishedFile>, StoreError>;
    /// Lets a written file take its place in its day, if all its events are still there; says whether.
    async fn commit_part(&self, tenant: TenantId, key: &str, file: &WrittenFile) -> Result<bool, StoreError>;
    /// Forgets a file whose rows went into a stream; its events stay exported.
    async fn commit_streamed(&self, tenant: TenantId, key: &str) -> Result<(), StoreError>;
    /// Gives up a file that is being written: its events wait again, and what there may be of it can be removed.
    async fn abandon(&self, tenant: TenantId, key: &str, now: Timestamp) -> Result<(), StoreError>;
    /// Notes that a merge is to be written.
    async fn begin_merge(
        &self,
        tenant: TenantId,
        day: &str,
        key: &str,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// Lets a merge, or nothing where no row was left, take the place of its inputs, if all of them are live; says
    /// whether.
    async fn commit_merge(
        &self,
        tenant: TenantId,
        key: &str,
        inputs: &[String],
        file: Option<&WrittenFile>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// A day's files at this moment.
    async fn live(&self, tenant: TenantId, day: &str) -> Result<DayFiles, StoreError>;
    /// Days whose manifest is behind.
    async fn unpublished(&self, tenant: TenantId, limit: u32) -> Result<Vec<String>, StoreError>;
    /// Notes what a day's manifest shows.
    async fn published(&self, tenant: TenantId, day: &str, generation: u32) -> Result<(), StoreError>;
    /// Days before one whose files changed since they were merged. Over all tenants: for the cron only.
    async fn compactable(&self, before_day: &str, limit: u32) -> Result<Vec<TenantDay>, StoreError>;
    /// Notes that a day's files are merged as far as they can be.
    async fn compacted(&self, tenant: TenantId, day: &str, generation: u32) -> Result<(), StoreError>;
    /// Files that no manifest lists any more since `before`. Over all tenants: for the cron only.
    async fn superseded(&self, before: Timestamp, limit: u32) -> Result<Vec<(TenantId, String)>, StoreError>;
    /// The same of one day, whenever they were superseded.
    async fn superseded_of(&self, tenant: TenantId, day: &str) -> Result<Vec<String>, StoreError>;
    /// Forgets superseded files, whose objects are gone.
    async fn forget_files(&self, tenant: TenantId, keys: &[String]) -> Result<(), StoreError>;
    /// A tenant's days, oldest first, before one if it is given.
    async fn days(
        &self,
        tenant: TenantId,
        before_day: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, StoreError>;
    /// Forgets a day with all its files, whose objects are gone, and says how many rows its manifest had.
    async fn forget_day(&self, tenant: TenantId, day: &str) -> Result<u32, StoreError>;
}
