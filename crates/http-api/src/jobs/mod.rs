//! Scheduled jobs: what a client asks for, and what it sees of them.

mod change;
mod create;
mod interval;
mod policy;
mod schedule;

use ids::{EventId, JobId, RunId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use change::ChangeJob;
pub use create::CreateJob;
pub(crate) use create::required_interval;
pub use interval::{Interval, NotAnInterval};
pub use policy::{Concurrency, Misfire, Overlap, RetryJitter};
pub use schedule::{AtSchedule, CronSchedule, EverySchedule, Fold, Gap, Schedule};

use crate::page::PageRequest;
use crate::request::{FromQuery, Query};
use crate::{Payload, Timestamp, schema};

/// What a job does when it fires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// Sends an event, as `POST /v1/events` would.
    Event {
        /// A provider of the catalog, or `generic`.
        #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_-]+$", example = "generic")]
        source: String,
        /// The event's type.
        #[serde(rename = "type")]
        #[schema(
            min_length = 1,
            max_length = 128,
            pattern = "^[A-Za-z0-9._:/-]+$",
            example = "digest.requested"
        )]
        r#type: String,
        /// The event itself; at most 64 KiB of JSON text.
        payload: Payload,
    },
}

impl Task {
    /// The largest payload of an event task, in bytes of JSON text.
    pub const MAX_PAYLOAD_BYTES: usize = 64 * 1024;
}

/// How a failed run is tried again: after `delay`, then after twice as long each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Retry {
    /// Tries in total.
    #[serde(default = "Retry::default_attempts")]
    #[schema(minimum = 1, maximum = 10, default = 3)]
    pub max_attempts: u32,
    /// The wait before the second try, at most an hour.
    #[serde(default = "Retry::default_delay")]
    #[schema(required = false)]
    pub delay: Interval,
    /// How the waits are spread.
    #[serde(default)]
    #[schema(required = false)]
    pub jitter: RetryJitter,
}

impl Retry {
    /// The longest delay, in seconds.
    pub const MAX_DELAY_SECONDS: u32 = 3600;

    const fn default_attempts() -> u32 {
        3
    }

    const fn default_delay() -> Interval {
        match Interval::from_seconds(2) {
            Some(delay) => delay,
            None => unreachable!(),
        }
    }
}

impl Default for Retry {
    /// Three tries, two seconds before the second.
    fn default() -> Self {
        Self {
            max_attempts: Self::default_attempts(),
            delay: Self::default_delay(),
            jitter: RetryJitter::None,
        }
    }
}

/// Whether a job fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// It fires when due.
    Active,
    /// It waits to be resumed.
    Paused,
    /// Its schedule names no more times.
    Finished,
}

/// A job as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// The id.
    #[schema(value_type = schema::JobId)]
    pub id: JobId,
    /// Counts its changes, from 1. A change may name the version that it takes the place of.
    #[schema(minimum = 1, example = 1)]
    pub version: u32,
    /// Its name, for people.
    #[schema(example = "Nightly digest")]
    pub name: String,
    /// Whether it fires.
    pub status: JobStatus,
    /// When it fires.
    pub schedule: Schedule,
    /// What it does.
    pub task: Task,
    /// How a failed run is tried again.
    pub retry: Retry,
    /// Which of several times that came while nobody looked are run.
    pub misfire: Misfire,
    /// How late a time may still be run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub misfire_window: Option<Interval>,
    /// What becomes of a time that comes while an earlier run is not over.
    pub overlap: Overlap,
    /// How long one try may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub timeout: Option<Interval>,
    /// With which other jobs it shares a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub concurrency: Option<Concurrency>,
    /// The next time it fires; `null` when it is paused or finished.
    #[schema(required)]
    pub next_run_at: Option<Timestamp>,
    /// The next ten times, or as many as there are.
    #[schema(max_items = 10)]
    pub preview: Vec<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    /// Its time passed while the scheduler was down or busy.
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

impl RunOutcome {
    /// Every outcome with its text.
    pub const ALL: [(Self, &str); 10] = [
        (Self::Pending, "pending"),
        (Self::Waiting, "waiting"),
        (Self::Running, "running"),
        (Self::Succeeded, "succeeded"),
        (Self::Failed, "failed"),
        (Self::Missed, "missed"),
        (Self::Paused, "paused"),
        (Self::SkippedGap, "skipped_gap"),
        (Self::SkippedOverlap, "skipped_overlap"),
        (Self::Cancelled, "cancelled"),
    ];
}

/// A text that is no outcome of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownOutcome;

impl std::fmt::Display for UnknownOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = RunOutcome::ALL.map(|(_, name)| name);
        write!(f, "must be one of `{}`", names.join("`, `"))
    }
}

impl std::error::Error for UnknownOutcome {}

impl std::str::FromStr for RunOutcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, UnknownOutcome> {
        Self::ALL
            .into_iter()
            .find(|(_, name)| *name == text)
            .map(|(outcome, _)| outcome)
            .ok_or(UnknownOutcome)
    }
}

/// What a change of clocks did to a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ClockChange {
    /// The clocks skip this local time, so that it ran at the next valid instant.
    Shifted {
        /// The time on the wall.
        #[schema(example = "2026-03-29T02:30:00")]
        local_time: String,
    },
    /// The clocks show the local time twice; this is the first.
    FirstOfTwo,
    /// The clocks show the local time twice; this is the second.
    SecondOfTwo,
    /// The clocks skip these local times, and so did the job.
    Skipped {
        /// The first of them.
        #[schema(example = "2026-03-29T02:00:00")]
        first_local_time: String,
        /// The last of them.
        #[schema(example = "2026-03-29T02:30:00")]
        last_local_time: String,
    },
}

/// What came of one firing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// The id.
    #[schema(value_type = schema::RunId)]
    pub id: RunId,
    /// The time it was due; where it stands for several times, the last of them.
    pub scheduled_for: Timestamp,
    /// How many times of the schedule it stands for: 1 for what ran or will.
    #[schema(minimum = 1, example = 1)]
    pub count: u64,
    /// The first of them, where it stands for several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub first_scheduled_for: Option<Timestamp>,
    /// What a change of clocks did to the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub clock_change: Option<ClockChange>,
    /// When the first try began; `null` before.
    #[schema(required)]
    pub started_at: Option<Timestamp>,
    /// When the last try ended; `null` before.
    #[schema(required)]
    pub ended_at: Option<Timestamp>,
    /// How much later than due the first try began, in milliseconds; `null` before.
    #[schema(required)]
    pub lateness_ms: Option<u64>,
    /// How it stands.
    pub outcome: RunOutcome,
    /// How often it was tried.
    pub attempts: u32,
    /// What the last failed try said, or why there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<String>,
    /// The event that it sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::EventId>)]
    pub event_id: Option<EventId>,
    /// The trace of the run.
    #[schema(pattern = "^[0-9a-f]{32}$", example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    pub trace_id: String,
}

/// How much later than due something began, in milliseconds; not negative.
#[must_use]
pub fn lateness_ms(scheduled_for: Timestamp, started_at: Option<Timestamp>) -> Option<u64> {
    started_at.map(|started| started.unix_ms().saturating_sub(scheduled_for.unix_ms()))
}

/// The query of `GET /v1/jobs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListJobs {
    /// The page.
    pub page: PageRequest<JobId>,
}

impl FromQuery for ListJobs {
    fn read(query: &Query) -> Option<Self> {
        Some(Self { page: query.page("jobs", &[]) })
    }
}

/// The query of `GET /v1/jobs/{id}/runs`.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListRuns {
    /// Only runs with this outcome.
    pub outcome: Option<RunOutcome>,
    /// The page.
    #[param(ignore)]
    pub page: PageRequest<RunId>,
}

impl FromQuery for ListRuns {
    fn read(query: &Query) -> Option<Self> {
        Some(Self { outcome: query.value("outcome"), page: query.page("runs", &["outcome"]) })
    }
}
