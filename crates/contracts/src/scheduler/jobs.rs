//! Jobs: asking for one, and what one is.

use ids::{BackfillId, JobId};

use super::{Calendar, Heartbeat, Policy, RetryPolicy, Schedule, Task};
use crate::Timestamp;

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
    /// What else a heartbeat has.
    #[serde(default)]
    pub heartbeat: Option<Heartbeat>,
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
    /// The job is a heartbeat, which is pinged and not run.
    #[error("the job is a heartbeat: it is pinged, and not run")]
    Heartbeat,
    /// The job is no heartbeat, and expects no pings.
    #[error("the job is no heartbeat, and expects no pings")]
    NoHeartbeat,
    /// The job makes no requests, and has no secret.
    #[error("the job makes no HTTP requests, and has no secret")]
    NoRequest,
    /// The job is pinged more often than is of use.
    #[error("the job was pinged {most} times within {within_s} seconds")]
    TooManyPings {
        /// How many pings it takes.
        most: u32,
        /// In how many seconds.
        within_s: u32,
    },
    /// The tenant's schedule did not answer.
    #[error("the schedule is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
