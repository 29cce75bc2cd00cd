//! Backfills as stored.

use contracts::Timestamp;
use contracts::scheduler::BackfillStatus;
use ids::{BackfillId, JobId, RunId};

use super::super::StoreError;
use super::{RunRecord, TimeRange};

/// A backfill as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackfillRecord {
    /// The id.
    pub backfill_id: BackfillId,
    /// Of which job.
    pub job_id: JobId,
    /// Which times.
    pub range: TimeRange,
    /// Every time of the range before this one is done with.
    pub cursor: Timestamp,
    /// When to go on; there is a time exactly while it runs.
    pub due_at: Option<Timestamp>,
    /// How far it is.
    pub status: BackfillStatus,
    /// How many times the range has.
    pub times: u64,
    /// How many of them it began a run for.
    pub begun: u64,
    /// How many stay as they are.
    pub kept: u64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The client's key for it.
    pub request_key: Option<String>,
}

/// A record of several times that loses some of them to runs.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordCut {
    /// Which.
    pub run_id: RunId,
    /// What it stands for from now on; none where nothing stays of it.
    pub becomes: Option<RunRecord>,
    /// What else stays of it, as a record of its own.
    pub rest: Option<RunRecord>,
}

/// Past ranges that are filled in. Part of a [`ScheduleStore`](super::ScheduleStore).
pub trait FillStore {
    /// Stores a new backfill. A job has one that runs at most.
    ///
    /// # Errors
    /// [`StoreError`] from this and every method, when the store fails.
    fn insert_backfill(&self, backfill: &BackfillRecord) -> Result<(), StoreError>;
    /// One backfill of a job.
    fn backfill(&self, job_id: JobId, backfill_id: BackfillId) -> Result<Option<BackfillRecord>, StoreError>;
    /// The backfill that a client's key asked for.
    fn backfill_by_key(&self, key: &str) -> Result<Option<BackfillRecord>, StoreError>;
    /// The backfill of a job that runs.
    fn running_backfill(&self, job_id: JobId) -> Result<Option<BackfillRecord>, StoreError>;
    /// At most `limit` backfills of a job older than `before`, newest first.
    fn backfills(
        &self,
        job_id: JobId,
        before: Option<BackfillId>,
        limit: u32,
    ) -> Result<Vec<BackfillRecord>, StoreError>;
    /// Backfills to go on with at `now`, longest due first, at most `limit`.
    fn due_backfills(&self, now: Timestamp, limit: u32) -> Result<Vec<BackfillRecord>, StoreError>;
    /// The records of the schedule and of backfills that stand for a time from `first` to `last`, in order of their
    /// times.
    fn records_between(
        &self,
        job_id: JobId,
        first: Timestamp,
        last: Timestamp,
    ) -> Result<Vec<RunRecord>, StoreError>;
    /// Stores how far a backfill is, what is left of the records that stood for its times, and its runs. While one runs,
    /// none of its job's records is dropped. Does nothing where the backfill does not run any more.
    fn fill(
        &self,
        backfill: &BackfillRecord,
        cuts: &[RecordCut],
        runs: &[RunRecord],
    ) -> Result<(), StoreError>;
    /// Ends the backfill of a job that runs, and cancels its runs that were not tried.
    fn cancel_backfill(&self, job_id: JobId, now: Timestamp) -> Result<(), StoreError>;
}
