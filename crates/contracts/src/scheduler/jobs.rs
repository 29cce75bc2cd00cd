//! Jobs and their runs.

use ids::{BackfillId, EventId, JobId, RunId};

use crate::Timestamp;
use crate::pipeline::work::WorkDone;

/// Asks for a job.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct CreateJob {
    /// A name for people, 1 to 200 characters.
    pub name: String,
    /// When it fires.
    pub schedule: Schedule,
    /// Within which bounds, and on which days not.
    #[serde(default)]
    pub calendar: Calendar,
    /// What it does.
    pub task: Task,
    /// How a failed run is tried again.
    #[serde(default)]
    pub retry: RetryPolicy,
    /// What happens when times pile up.
    #[serde(default)]
    pub policy: Policy,
}

/// When a job fires.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Every so many milliseconds (1 second to 366 days).
    Every {
        /// The interval.
        interval_ms: u64,
        /// What it is counted from: the job's creation, unless another time is named.
        #[serde(default)]
        anchor: Option<Timestamp>,
    },
    /// Once.
    At {
        /// When. A time in the past fires at once.
        at: Timestamp,
    },
    /// At the civil times that a pattern names.
    Cron {
        /// Five fields, six with seconds first, or a nickname such as `@daily`.
        pattern: String,
        /// A zone of the IANA database.
        timezone: String,
        /// What becomes of a time that the clocks skip; none for what suits the pattern.
        #[serde(default)]
        gap: Option<GapRule>,
        /// What becomes of a time that the clocks show twice; none for what suits the pattern.
        #[serde(default)]
        fold: Option<FoldRule>,
    },
}

/// What becomes of a civil time that the clocks skip.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum GapRule {
    /// It runs at the next valid instant.
    NextValid,
    /// It does not run, and the skipping is on record.
    Skip,
}

/// What becomes of a civil time that the clocks show twice.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum FoldRule {
    /// It runs the first time.
    Once,
    /// It runs both times.
    Twice,
}

/// Within which bounds a schedule names times, and on which days it does not.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Nothing before this.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// Nothing from this on.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// Nothing on these dates (`2026-12-25`), at most 1,000.
    #[serde(default)]
    pub excluded: Vec<String>,
    /// Where the excluded dates are; a cron schedule's own zone, and else UTC, unless one is named.
    #[serde(default)]
    pub timezone: Option<String>,
    /// The most that a run is put off, up to an hour; how much is always the same for a job and a nominal time.
    #[serde(default)]
    pub jitter_ms: u32,
}

/// What a job does when it fires.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Ingests an event.
    Event {
        /// The event's source.
        source: String,
        /// The event's type.
        kind: String,
        /// The payload as JSON text; at most 64 KiB.
        payload: String,
    },
    /// Starts a workflow.
    Workflow {
        /// Its public name.
        name: String,
        /// What it is started with, as JSON text; at most 64 KiB.
        params: String,
    },
    /// Asks for a report on an account.
    Report {
        /// The account, by name or domain.
        account: String,
        /// How many days it looks back from the nominal time: 1 to 732.
        days: u32,
    },
    /// Removes what is past the tenant's retention.
    Purge {},
}

/// How a failed run is tried again: after `delay_ms`, doubling each time.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries in total, 1 to 10.
    pub max_attempts: u32,
    /// The wait before the second try, in milliseconds.
    pub delay_ms: u32,
    /// How the waits are spread.
    #[serde(default)]
    pub jitter: RetryJitter,
}

/// How the waits between tries are spread.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum RetryJitter {
    /// Not at all.
    #[default]
    None,
    /// Anywhere between nothing and the wait.
    Full,
}

/// What happens when times pile up.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Which of several times that came while nobody looked are run.
    #[serde(default)]
    pub misfire: Misfire,
    /// How late a time may still be run, in milliseconds; later, it is missed. None for however late.
    #[serde(default)]
    pub misfire_window_ms: Option<u64>,
    /// What becomes of a time that comes while an earlier run is not over.
    #[serde(default)]
    pub overlap: Overlap,
    /// How long one try may take, 1 to 30 seconds; none for 30.
    #[serde(default)]
    pub timeout_ms: Option<u32>,
    /// With which other jobs of the tenant it shares a limit.
    #[serde(default)]
    pub concurrency: Option<Concurrency>,
    /// When failures are told of; never, without it.
    #[serde(default)]
    pub alert: Option<AlertPolicy>,
}

/// When failures are told of.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertPolicy {
    /// After so many runs in a row that failed or were missed, 1 to 1,000: one event, and one when a run succeeds again.
    pub after: u32,
}

/// Which of several times that came while nobody looked are run.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Misfire {
    /// The latest; those before it are missed.
    #[default]
    Last,
    /// Each, oldest first.
    All,
    /// None that is more than a minute late, or than the window says.
    None,
}

/// What becomes of a time that comes while an earlier run of the job is not over.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// It runs beside it.
    #[default]
    Allow,
    /// It is skipped.
    Skip,
    /// One waits for the earlier run's end; others are skipped.
    QueueOne,
    /// It runs, and the earlier one is cancelled.
    CancelPrevious,
}

/// A limit that jobs of a tenant share.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concurrency {
    /// The jobs that name the same group share it; 1 to 64 characters.
    pub group: String,
    /// A try begins while fewer than this many of the group are being made; 1 to 20.
    pub limit: u32,
}

impl Default for RetryPolicy {
    /// Three tries, two seconds before the second.
    fn default() -> Self {
        Self { max_attempts: 3, delay_ms: 2_000, jitter: RetryJitter::None }
    }
}

/// A job as it stands.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The id.
    pub job_id: JobId,
    /// Counts its changes, from 1.
    #[serde(default = "first")]
    pub version: u32,
    /// The name.
    pub name: String,
    /// When it fires; of a cron schedule, with the zone's proper name and both rules.
    pub schedule: Schedule,
    /// Within which bounds, and on which days not.
    #[serde(default)]
    pub calendar: Calendar,
    /// What it does.
    pub task: Task,
    /// How a failed run is tried again.
    pub retry: RetryPolicy,
    /// What happens when times pile up.
    #[serde(default)]
    pub policy: Policy,
    /// Whether it fires.
    pub status: JobStatus,
    /// The next nominal time, if there is one.
    #[serde(default)]
    pub next_run_at: Option<Timestamp>,
    /// The next ten nominal times, or as many as there are.
    pub preview: Vec<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When the first of the runs failed for good that failed since the last one succeeded.
    #[serde(default)]
    pub failing_since: Option<Timestamp>,
}

/// The version of a job that was never changed.
const fn first() -> u32 {
    1
}

/// Whether a job fires.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// It fires when due.
    Active,
    /// It waits to be resumed.
    Paused,
    /// Its schedule names no more times.
    Finished,
}

/// Names one job.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct GetJob {
    /// Which.
    pub job_id: JobId,
}

/// Asks for a page of jobs, newest first.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct ListJobs {
    /// Only older than this job.
    #[serde(default)]
    pub before: Option<JobId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
    /// Only those that stand so.
    #[serde(default)]
    pub standing: Option<JobStanding>,
}

/// What may be wrong with a job.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum JobStanding {
    /// A time of it has come and is not begun, or a try of it is to be made now.
    Due,
    /// The same, for more than a minute.
    Late,
    /// The last of its runs that came to an end failed for good.
    Failing,
}

/// A page of jobs.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct JobPage {
    /// Newest first.
    pub items: Vec<Job>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_before: Option<JobId>,
}

/// Asks for a page of a job's runs, newest first.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct ListRuns {
    /// Of which job.
    pub job_id: JobId,
    /// Only older than this run.
    #[serde(default)]
    pub before: Option<RunId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
    /// Only with this outcome.
    #[serde(default)]
    pub outcome: Option<RunOutcome>,
}

/// A page of runs.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct RunPage {
    /// Newest first.
    pub items: Vec<JobRun>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_before: Option<RunId>,
}

/// What came of one firing.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRun {
    /// The id.
    pub run_id: RunId,
    /// What asked for it.
    #[serde(default)]
    pub trigger: RunTrigger,
    /// The nominal time; where it stands for several, the last.
    pub scheduled_for: Timestamp,
    /// How many nominal times it stands for.
    #[serde(default = "one")]
    pub count: u64,
    /// The first of them, where there are several.
    #[serde(default)]
    pub first_scheduled_for: Option<Timestamp>,
    /// What a change of clocks did to the time.
    #[serde(default)]
    pub clock_change: Option<ClockChange>,
    /// When the first try began.
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    /// When the last try ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// How it stands.
    pub outcome: RunOutcome,
    /// How often it was tried.
    pub attempts: u32,
    /// What the last failed try said.
    #[serde(default)]
    pub error: Option<String>,
    /// Each try, oldest first.
    #[serde(default)]
    pub tries: Vec<Try>,
    /// The event that it gave rise to.
    #[serde(default)]
    pub event_id: Option<EventId>,
    /// What else it did.
    #[serde(default)]
    pub done: Option<WorkDone>,
    /// The trace's id.
    pub trace_id: String,
}

/// What asked for a run.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum RunTrigger {
    /// The job's schedule.
    #[default]
    Schedule,
    /// Somebody, now.
    Caller,
    /// Somebody, for a time that had passed.
    Backfill,
}

/// One try of a run.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; none while it is being made, and of one that was interrupted.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<String>,
}

/// One: what a run stands for, unless it says otherwise.
const fn one() -> u64 {
    1
}

/// What a change of clocks did to a nominal time.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ClockChange {
    /// The clocks skip this civil time, so that it ran at the next valid instant.
    Shifted {
        /// As in `2026-03-29T02:30:00`.
        local_time: String,
    },
    /// The clocks show it twice; this is the first.
    FirstOfTwo,
    /// The clocks show it twice; this is the second.
    SecondOfTwo,
    /// The clocks skip these civil times, and so did the job.
    Skipped {
        /// The first of them.
        first_local_time: String,
        /// The last of them.
        last_local_time: String,
    },
}

/// How a run stands.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// Waiting for its first or next try.
    Pending,
    /// Being tried.
    Running,
    /// Done.
    Succeeded,
    /// Failed for good.
    Failed,
    /// Its time passed while the scheduler was down or busy, and a later run stands for it, or none.
    Missed,
    /// Its time passed while the job was paused.
    Paused,
    /// The clocks skip its time.
    SkippedGap,
    /// Waiting for the end of an earlier run.
    Waiting,
    /// Its time came while an earlier run was not over.
    SkippedOverlap,
    /// A later run took its place before it was over.
    Cancelled,
}

/// A request about jobs was refused.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum JobError {
    /// The tenant has no such job.
    #[error("no such job")]
    NotFound,
    /// A field's value cannot be used.
    #[error("`{pointer}`: {detail}")]
    Invalid {
        /// The field, as a JSON pointer into the request.
        pointer: String,
        /// What is accepted.
        detail: String,
    },
    /// The idempotency key was used before for another job.
    #[error("this idempotency key was used before with another body")]
    KeyReused,
    /// The tenant has as many jobs as it may have.
    #[error("a tenant has at most {limit} jobs")]
    TooMany {
        /// The limit.
        limit: u32,
    },
    /// The job was changed since the version that the request names.
    #[error("the job is of version {version} now")]
    Changed {
        /// The version that it is of.
        version: u32,
    },
    /// The job has no such backfill.
    #[error("no such backfill")]
    BackfillNotFound,
    /// Another backfill of the job is not over.
    #[error("backfill `{backfill_id}` of this job is not over")]
    BackfillRunning {
        /// Which.
        backfill_id: BackfillId,
    },
    /// The tenant's schedule did not answer.
    #[error("the schedule is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
