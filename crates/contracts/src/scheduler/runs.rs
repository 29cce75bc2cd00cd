//! What came of each firing.

use ids::{EventId, JobId, RunId};

use super::Ping;
use crate::Timestamp;
use crate::pipeline::work::WorkDone;

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
    /// The ping that settled it, of a heartbeat.
    #[serde(default)]
    pub ping: Option<Ping>,
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
