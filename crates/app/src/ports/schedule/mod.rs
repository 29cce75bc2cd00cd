//! A tenant's schedule: its jobs and their runs, the alarm that wakes it, and what carries a job's task out.

mod backfills;
mod heartbeats;
mod jobs;
mod parts;
mod runs;
mod tasks;

pub use backfills::{BackfillRecord, FillStore, RecordCut};
pub use heartbeats::{HeartbeatState, HeartbeatStore, PINGS_KEPT, PingEffect};
pub use jobs::{JobRecord, JobState, JobStore, KeyUse, LATE_MS, TimeRange};
pub use parts::PartStore;
pub use runs::{LedgerStore, OpenRuns, RUNS_KEPT, RUNS_KEPT_MS, RunProgress, RunRecord, RunSpan, Trigger};
pub use tasks::{Alarm, Firing, TaskEffect, TaskError, TaskRunner};

use contracts::Timestamp;
use ids::TenantId;

use super::{AlertStore, StoreError};

/// One tenant's jobs and runs. The store *is* the tenant's, so its rows carry no tenant: [`ScheduleStore::claim`] ties it
/// to the first one that writes, and the use cases compare it with every call's.
///
/// The methods are synchronous on purpose. Its home is the SQLite of a Durable Object, which answers at once, and a
/// use case that reads, decides and writes without an `await` in between cannot be interleaved with another: no
/// locks, and no check that is stale when it is acted on. Each method takes effect whole or not at all.
pub trait ScheduleStore:
    JobStore + LedgerStore + FillStore + HeartbeatStore + AlertStore + PartStore
{
    /// Whose it is; none before the first write.
    ///
    /// # Errors
    /// [`StoreError`] from this and every method, when the store fails.
    fn owner(&self) -> Result<Option<TenantId>, StoreError>;
    /// Ties the store to a tenant, unless it is tied already; says whose it is from now on.
    fn claim(&self, tenant: TenantId) -> Result<TenantId, StoreError>;
    /// Whether the tenant was entered in the registry of schedules.
    fn is_entered(&self) -> Result<bool, StoreError>;
    /// Keeps that it was. Does nothing before the first claim.
    fn set_entered(&self) -> Result<(), StoreError>;
    /// What a key was used for.
    fn key_use(&self, key: &str) -> Result<Option<KeyUse>, StoreError>;
    /// Forgets keys used before `time`, and where their jobs were sent.
    fn forget_keys(&self, time: Timestamp) -> Result<(), StoreError>;
    /// The earliest time at which a job, a run, a backfill or an alert is due; the beginning of time where a run is to be
    /// judged.
    fn next_wake(&self) -> Result<Option<Timestamp>, StoreError>;
}
