//! What happens when a job's times pile up.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which of several times that came while nobody looked are run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Misfire {
    /// The latest; those before it are missed.
    #[default]
    Last,
    /// Each, oldest first.
    All,
    /// None that is more than a minute late, or than `misfire_window` says.
    None,
}

impl Misfire {
    /// What one must be, for a refusal.
    pub(super) const ACCEPTED: &str = "must be `last`, `all` or `none`";
}

/// What becomes of a time that comes while an earlier run of the job is not over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// It runs beside it.
    #[default]
    Allow,
    /// It is skipped.
    Skip,
    /// One waits for the earlier run's end; others are skipped.
    QueueOne,
    /// It runs, and the earlier one is cancelled. A try that is being made is not called back; what it does is not on
    /// record.
    CancelPrevious,
}

impl Overlap {
    /// What one must be, for a refusal.
    pub(super) const ACCEPTED: &str = "must be `allow`, `skip`, `queue_one` or `cancel_previous`";
}

/// A limit that jobs share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Concurrency {
    /// The jobs that name the same group share it.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:/-]+$", example = "crm")]
    pub group: String,
    /// A try of this job begins while fewer than this many of the group are being made.
    #[schema(minimum = 1, maximum = 20, example = 1)]
    pub limit: u32,
}

impl Concurrency {
    /// The highest limit.
    pub const MAX_LIMIT: u32 = 20;
}

/// When failures are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertPolicy {
    /// After so many runs in a row that failed or were missed. It is told once, by an event `job.failing`, and by one
    /// `job.recovered` when a run succeeds again.
    #[schema(minimum = 1, maximum = 1000, example = 3)]
    pub after: u32,
}

impl AlertPolicy {
    /// The most runs in a row that can be waited for.
    pub const MAX_AFTER: u32 = 1_000;
}

/// How the waits between tries are spread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetryJitter {
    /// Not at all.
    #[default]
    None,
    /// Anywhere between nothing and the wait.
    Full,
}
