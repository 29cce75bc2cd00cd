//! A tenant's schedule: its jobs and their runs, the alarm that wakes it, and what carries a job's task out.

use async_trait::async_trait;
use contracts::pipeline::work::WorkDone;
use contracts::scheduler::{
    BackfillStatus, Calendar, ClockChange, JobError, JobStanding, JobStatus, Policy, RetryPolicy, RunOutcome,
    Schedule, Task, Try,
};
use contracts::{TenantCall, Timestamp};
use ids::{BackfillId, EventId, JobId, RunId, TenantId};
use mesh::TraceContext;

use super::{AlertStore, StoreError};

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

/// A run as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// The id.
    pub run_id: RunId,
    /// Of which job.
    pub job_id: JobId,
    /// What asked for it.
    pub trigger: Trigger,
    /// The nominal time; of several, the last.
    pub scheduled_for: Timestamp,
    /// For how many nominal times it stands, and the first of them.
    pub span: Option<RunSpan>,
    /// What a change of clocks did to the time.
    pub clock_change: Option<ClockChange>,
    /// The trace that all its tries belong to.
    pub trace: TraceContext,
    /// What it does, where its job was given another task since; kept until it is over.
    pub task: Option<Task>,
    /// How it stands.
    pub progress: RunProgress,
}

/// Several nominal times in one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunSpan {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub first: Timestamp,
}

/// What asked for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The job's schedule. A job has at most one such run for each nominal time, and one of what the clocks skip there.
    Schedule,
    /// A caller, now.
    Caller,
    /// A backfill, for a time that had passed. It takes the place of the schedule's record of that time, if there is one.
    Backfill,
}

/// The part of a run that changes.
#[derive(Debug, Clone, PartialEq)]
pub struct RunProgress {
    /// How it stands.
    pub outcome: RunOutcome,
    /// How often it was tried.
    pub attempts: u32,
    /// When to take it up: the next try of a pending run, or the time at which a running one counts as abandoned. None
    /// once nothing more happens to it.
    pub due_at: Option<Timestamp>,
    /// When the first try began.
    pub started_at: Option<Timestamp>,
    /// When the last try ended.
    pub ended_at: Option<Timestamp>,
    /// What the last failed try said, or what was missed.
    pub error: Option<String>,
    /// Each try, oldest first.
    pub tries: Vec<Try>,
    /// The event that it gave rise to.
    pub event_id: Option<EventId>,
    /// What else it did.
    pub done: Option<WorkDone>,
}

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

/// One tenant's jobs and runs. The store *is* the tenant's, so its rows carry no tenant: [`ScheduleStore::claim`] ties it
/// to the first one that writes, and the use cases compare it with every call's.
///
/// The methods are synchronous on purpose. Its home is the SQLite of a Durable Object, which answers at once, and a
/// use case that reads, decides and writes without an `await` in between cannot be interleaved with another: no
/// locks, and no check that is stale when it is acted on. Each method takes effect whole or not at all.
pub trait ScheduleStore: AlertStore {
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

    /// Stores a new job, and the key that asked for it.
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

    /// How many runs of a job are begun and not over, and how many wait for those: pending or running, and waiting.
    fn open_runs(&self, job_id: JobId) -> Result<OpenRuns, StoreError>;
    /// One run.
    fn run(&self, run_id: RunId) -> Result<Option<RunRecord>, StoreError>;
    /// At most `limit` runs of a job, older than `before`, newest first.
    fn runs(&self, job_id: JobId, before: Option<RunId>, limit: u32) -> Result<Vec<RunRecord>, StoreError>;
    /// The same, with one outcome.
    fn runs_with(
        &self,
        job_id: JobId,
        outcome: RunOutcome,
        before: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<RunRecord>, StoreError>;
    /// Runs to take up at `now`, longest due first, at most `limit`.
    fn due_runs(&self, now: Timestamp, limit: u32) -> Result<Vec<RunRecord>, StoreError>;
    /// Stores how a run stands, unless it was cancelled; says whether it did. Where that leaves none of the job's runs
    /// begun, the oldest that waits becomes pending, due at `now`, in the same moment.
    fn set_progress(&self, run_id: RunId, progress: &RunProgress, now: Timestamp)
    -> Result<bool, StoreError>;
    /// Makes every running run due at `now`; says how many. For an object that starts: whoever was at work on them is
    /// gone.
    fn release_running(&self, now: Timestamp) -> Result<u32, StoreError>;

    /// Drops at most `limit` settled runs of any job that are older than [`RUNS_KEPT_MS`] at `now`; says how many.
    fn drop_old_runs(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError>;

    /// Stores a new backfill. A job has one that runs at most.
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

    /// What a key was used for.
    fn key_use(&self, key: &str) -> Result<Option<KeyUse>, StoreError>;
    /// Forgets keys used before `time`.
    fn forget_keys(&self, time: Timestamp) -> Result<(), StoreError>;

    /// The earliest time at which a job, a run, a backfill or an alert is due; the beginning of time where a run is to be
    /// judged.
    fn next_wake(&self) -> Result<Option<Timestamp>, StoreError>;
}

/// The runs of a job that are not over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpenRuns {
    /// Pending or running.
    pub begun: u32,
    /// Waiting for those.
    pub waiting: u32,
    /// When the first of them is to be taken up.
    pub next_due: Option<Timestamp>,
}

/// How many settled runs of a job are kept.
pub const RUNS_KEPT: u32 = 1_000;

/// How long a settled run is kept after it was recorded: 400 days, so that a yearly job shows its last run, in
/// milliseconds.
pub const RUNS_KEPT_MS: u64 = 400 * 24 * 60 * 60 * 1_000;

/// After how long what is due and not begun counts as late: a minute, in milliseconds.
pub const LATE_MS: u64 = 60_000;

/// What wakes the schedule. There is one alarm; setting it replaces what was set before.
#[async_trait(?Send)]
pub trait Alarm {
    /// Sets the time, at once if it has passed; none for never.
    ///
    /// # Errors
    /// [`StoreError`] when the platform does not take it.
    async fn set(&self, at: Option<Timestamp>) -> Result<(), StoreError>;
    /// The time that is set. There is none while the alarm's handler runs, unless it has set one.
    ///
    /// # Errors
    /// [`StoreError`] when the platform does not say.
    async fn at(&self) -> Result<Option<Timestamp>, StoreError>;
}

/// One try of a run.
#[derive(Debug, Clone)]
pub struct Firing {
    /// Whose job.
    pub tenant: TenantId,
    /// Which job.
    pub job_id: JobId,
    /// The same for every try of a run, and for no other run of the job: what makes two tries have one effect.
    pub idempotency_key: String,
    /// The nominal time.
    pub scheduled_for: Timestamp,
    /// The run's trace.
    pub trace: TraceContext,
    /// What to do.
    pub task: Task,
    /// How long it may take, in milliseconds.
    pub patience_ms: u64,
}

/// What a task did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskEffect {
    /// It sent an event.
    Event(EventId),
    /// It did something else.
    Work(WorkDone),
}

/// Why a try failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct TaskError {
    /// For the tenant: it names nothing of the inside.
    pub reason: String,
    /// For operators: all that is known.
    pub detail: String,
    /// Whether another try may succeed. It can do no harm: the idempotency key is the same.
    pub transient: bool,
}

/// Carries a job's task out.
#[async_trait(?Send)]
pub trait TaskRunner {
    /// Whether a job may have this task, as far as can be told before it is carried out.
    ///
    /// # Errors
    /// [`JobError::Invalid`] with the field at fault; [`JobError::Unavailable`] when nobody can say.
    async fn check(&self, context: &TenantCall, task: &Task) -> Result<(), JobError>;
    /// Does it; what came of it.
    ///
    /// # Errors
    /// [`TaskError`] says why, and whether to try again.
    async fn run(&self, firing: &Firing) -> Result<TaskEffect, TaskError>;
}
