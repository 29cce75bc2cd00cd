//! Jobs and their runs.

use ids::{EventId, JobId, RunId};

use crate::Timestamp;

/// Asks for a job.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct CreateJob {
    /// A name for people, 1 to 200 characters.
    pub name: String,
    /// When it fires.
    pub schedule: Schedule,
    /// What it does.
    pub task: Task,
    /// How a failed run is tried again.
    #[serde(default)]
    pub retry: RetryPolicy,
}

/// When a job fires.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Every so many milliseconds (1 second to 366 days), counted from the job's creation.
    Every {
        /// The interval.
        interval_ms: u64,
    },
    /// Once.
    At {
        /// When. A time in the past fires at once.
        at: Timestamp,
    },
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
}

/// How a failed run is tried again: after `delay_ms`, doubling each time.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries in total, 1 to 10.
    pub max_attempts: u32,
    /// The wait before the second try, in milliseconds.
    pub delay_ms: u32,
}

impl Default for RetryPolicy {
    /// Three tries, two seconds before the second.
    fn default() -> Self {
        Self { max_attempts: 3, delay_ms: 2_000 }
    }
}

/// A job as it stands.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The id.
    pub job_id: JobId,
    /// The name.
    pub name: String,
    /// When it fires.
    pub schedule: Schedule,
    /// What it does.
    pub task: Task,
    /// How a failed run is tried again.
    pub retry: RetryPolicy,
    /// Whether it fires.
    pub status: JobStatus,
    /// The next nominal time, if there is one.
    #[serde(default)]
    pub next_run_at: Option<Timestamp>,
    /// The next ten nominal times, or as many as there are.
    pub preview: Vec<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
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
    /// Its only time has passed.
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
    /// The nominal time.
    pub scheduled_for: Timestamp,
    /// When the first try began.
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    /// When the last try ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// `pending`, `running`, `succeeded`, `failed` or `missed`.
    pub outcome: RunOutcome,
    /// How often it was tried.
    pub attempts: u32,
    /// What the last failed try said.
    #[serde(default)]
    pub error: Option<String>,
    /// The event that it gave rise to.
    #[serde(default)]
    pub event_id: Option<EventId>,
    /// The trace's id.
    pub trace_id: String,
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
    /// Its time passed while the scheduler was down or the job paused; the error says how many times, and which.
    Missed,
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
    /// The tenant's schedule did not answer.
    #[error("the schedule is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
