//! A tenant's jobs as stored.

use contracts::Timestamp;
use contracts::scheduler::{Calendar, JobStanding, JobStatus, Policy, RetryPolicy, Schedule, Task};
use ids::{JobId, RunId};

use super::super::StoreError;
use super::{HeartbeatState, RunRecord};

/// A job as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRecord {
    /// The id.
    pub job_id: JobId,
    /// Counts its changes, from 1.
    pub version: u32,
    /// A name for people.
    pub name: String,
    /// When it fires.
    pub schedule: Schedule,
    /// Within which bounds, and on which days not.
    pub calendar: Calendar,
    /// What it does.
    pub task: Task,
    /// How a failed run is tried again.
    pub retry: RetryPolicy,
    /// What happens when times pile up.
    pub policy: Policy,
    /// When it was created: the phase of its nominal times.
    pub created_at: Timestamp,
    /// Times of which the ledger does not tell any more what became of them: the schedule was another, or their
    /// records were dropped.
    pub forgotten: Option<TimeRange>,
    /// When the first of the runs failed for good that failed since the last one succeeded. Kept by
    /// [`ScheduleStore::set_progress`].
    pub failing_since: Option<Timestamp>,
    /// What it keeps of its pings, where it is a heartbeat. Kept by [`HeartbeatStore::take_ping`](super::HeartbeatStore).
    pub heartbeat: Option<HeartbeatState>,
    /// Whether it fires, and when next.
    pub state: JobState,
}

/// From one time to before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    /// The first instant in it.
    pub from: Timestamp,
    /// The first after it.
    pub until: Timestamp,
}

/// The part of a job that changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobState {
    /// Whether it fires.
    pub status: JobStatus,
    /// Up to where its nominal times are settled: each before it has its run, none from it on has. An active job's next
    /// nominal time. None of a finished job.
    pub cursor: Option<Timestamp>,
    /// When to look at the job: its next nominal time and jitter. There is one exactly while the job is active.
    pub wake_at: Option<Timestamp>,
    /// It was paused until then: what its schedule named before is not run.
    pub resumed_at: Option<Timestamp>,
}

/// An idempotency key and what it was used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The key, within its method.
    pub key: String,
    /// What was asked for, as a hash.
    pub request_hash: String,
    /// The job that it made or ran.
    pub job_id: JobId,
    /// The run that it made, where it ran a job.
    pub run_id: Option<RunId>,
    /// When.
    pub used_at: Timestamp,
}

/// After how long what is due and not begun counts as late: a minute, in milliseconds.
pub const LATE_MS: u64 = 60_000;

/// Jobs, and their steps from one nominal time to the next. Part of a [`ScheduleStore`](super::ScheduleStore).
pub trait JobStore {
    /// Stores a new job, and the key that asked for it.
    ///
    /// # Errors
    /// [`StoreError`] from this and every method, when the store fails.
    fn insert_job(&self, job: &JobRecord, key: Option<&KeyUse>) -> Result<(), StoreError>;
    /// One job.
    fn job(&self, job_id: JobId) -> Result<Option<JobRecord>, StoreError>;
    /// At most `limit` jobs older than `before`, newest first.
    fn jobs(&self, before: Option<JobId>, limit: u32) -> Result<Vec<JobRecord>, StoreError>;
    /// At most `limit` jobs older than `before` that stand so at `now`, newest first.
    fn jobs_standing(
        &self,
        standing: JobStanding,
        now: Timestamp,
        before: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<JobRecord>, StoreError>;
    /// The ids of at most `limit` jobs after `after`, in order; whatever else is stored of them need not be understood.
    fn job_ids(&self, after: Option<JobId>, limit: u32) -> Result<Vec<JobId>, StoreError>;
    /// How many jobs there are.
    fn job_count(&self) -> Result<u32, StoreError>;
    /// Stores what a job is by now, its state included. Runs that are not over keep the task that the job had. Does
    /// nothing when there is no such job.
    fn change_job(&self, job: &JobRecord) -> Result<(), StoreError>;
    /// Deletes a job with its runs; says whether there was one.
    fn delete_job(&self, job_id: JobId) -> Result<bool, StoreError>;
    /// Active jobs that are to be looked at `now` or before, longest overdue first, at most `limit`.
    fn due_jobs(&self, now: Timestamp, limit: u32) -> Result<Vec<JobRecord>, StoreError>;
    /// Changes a job's state and adds runs to it, oldest first, with the key that asked for one. A second run of the
    /// schedule for the same nominal time is not added. Of a job's settled runs the last [`RUNS_KEPT`] stay. Does nothing
    /// when there is no such job.
    fn advance_job(
        &self,
        job_id: JobId,
        state: JobState,
        runs: &[RunRecord],
        key: Option<&KeyUse>,
    ) -> Result<(), StoreError>;
    /// As [`advance_job`](Self::advance_job), after cancelling those runs of the job that are not over.
    fn replace_runs(
        &self,
        job_id: JobId,
        state: JobState,
        runs: &[RunRecord],
        cancelled_at: Timestamp,
    ) -> Result<(), StoreError>;
}
