//! Runs of a job: what came of each time.

use ids::{EventId, RunId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Ping;
use crate::page::PageRequest;
use crate::request::{FromQuery, Query};
use crate::{Timestamp, schema};

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
    /// What asked for it.
    pub trigger: Trigger,
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
    /// How long it took, from the beginning of the first try to the end of the last, in milliseconds; `null` before.
    #[schema(required)]
    pub duration_ms: Option<u64>,
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
    /// Each try, oldest first.
    #[schema(max_items = 13)]
    pub tries: Vec<Try>,
    /// The event that it sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<schema::EventId>)]
    pub event_id: Option<EventId>,
    /// The workflow that it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub workflow: Option<RunWorkflow>,
    /// What an HTTP request was answered, where that was a success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 200, maximum = 299)]
    pub status_code: Option<u16>,
    /// How many events a purge removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub purged_events: Option<u64>,
    /// The ping that settled it, of a heartbeat. `started_at` is when what it tells of began, or when it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ping: Option<Ping>,
    /// The trace of the run.
    #[schema(pattern = "^[0-9a-f]{32}$", example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    pub trace_id: String,
}

/// One try of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Try {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `null` while it is being made, and of one that was interrupted.
    #[schema(required)]
    pub ended_at: Option<Timestamp>,
    /// How long it took, in milliseconds; `null` where its end is not known.
    #[schema(required)]
    pub duration_ms: Option<u64>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<String>,
}

/// A workflow that a run started; it is at `/v1/workflows/{name}/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunWorkflow {
    /// Its name.
    #[schema(example = "account_report")]
    pub name: String,
    /// Its run's id.
    #[schema(example = "rep_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f")]
    pub id: String,
}

/// What asked for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The job's schedule.
    Schedule,
    /// `POST /v1/jobs/{id}/run`.
    Caller,
    /// A backfill, for a time that had passed.
    Backfill,
}

/// How long something took, in milliseconds; none before its end.
#[must_use]
pub fn duration_ms(started_at: Option<Timestamp>, ended_at: Option<Timestamp>) -> Option<u64> {
    Some(ended_at?.unix_ms().saturating_sub(started_at?.unix_ms()))
}

/// How much later than due something began, in milliseconds; not negative.
#[must_use]
pub fn lateness_ms(scheduled_for: Timestamp, started_at: Option<Timestamp>) -> Option<u64> {
    started_at.map(|started| started.unix_ms().saturating_sub(scheduled_for.unix_ms()))
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
