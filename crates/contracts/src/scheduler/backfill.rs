//! Filling in a past range of a job's times.

use ids::{BackfillId, JobId};

use crate::Timestamp;

/// Asks for the times of a past range to be run that did not run.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackfillJob {
    /// Of which job.
    pub job_id: JobId,
    /// From then on.
    pub from: Timestamp,
    /// Until before then; not in the future.
    pub until: Timestamp,
}

/// Names one backfill of a job.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetJobBackfill {
    /// Of which job.
    pub job_id: JobId,
    /// Which.
    pub backfill_id: BackfillId,
}

/// Asks for a page of a job's backfills, newest first.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListJobBackfills {
    /// Of which job.
    pub job_id: JobId,
    /// Only older than this one.
    #[serde(default)]
    pub before: Option<BackfillId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of backfills.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobBackfillPage {
    /// Newest first.
    pub items: Vec<JobBackfill>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_before: Option<BackfillId>,
}

/// A backfill as it stands.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobBackfill {
    /// The id.
    pub backfill_id: BackfillId,
    /// Of which job.
    pub job_id: JobId,
    /// From then on.
    pub from: Timestamp,
    /// Until before then.
    pub until: Timestamp,
    /// How far it is.
    pub status: BackfillStatus,
    /// How many times the range has.
    pub times: u64,
    /// How many of them it began a run for.
    pub begun: u64,
    /// How many stay as they are: they ran, or what became of them is not on record any more.
    pub kept: u64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
}

/// How far a backfill is.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum BackfillStatus {
    /// Some of its times are still to be looked at.
    Running,
    /// All of its times are on record; their runs may go on.
    Completed,
    /// It was cancelled, or its job's schedule was changed.
    Cancelled,
}
