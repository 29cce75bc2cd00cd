//! The ledger of a tenant's jobs as stored.

use contracts::Timestamp;
use contracts::pipeline::work::WorkDone;
use contracts::scheduler::{ClockChange, Ping, RunOutcome, Task, Try};
use ids::{EventId, JobId, RunId};
use mesh::TraceContext;

use super::super::StoreError;

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
    /// The ping that settled it.
    pub ping: Option<Ping>,
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

/// What came of nominal times. Part of a [`ScheduleStore`](super::ScheduleStore).
pub trait LedgerStore {
    /// How many runs of a job are begun and not over, and how many wait for those: pending or running, and waiting.
    ///
    /// # Errors
    /// [`StoreError`] from this and every method, when the store fails.
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
}
