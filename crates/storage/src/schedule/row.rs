//! Rows of a schedule and their conversion to the port's records.

use app::ports::{
    BackfillRecord, JobRecord, JobState, KeyUse, OpenRuns, RunProgress, RunRecord, RunSpan, TimeRange,
    Trigger,
};
use contracts::Timestamp;
use contracts::scheduler::{BackfillStatus, JobStatus, Policy, RetryJitter, RetryPolicy, RunOutcome};
use ids::{BackfillId, EventId, JobId, RunId, TenantId};
use mesh::{ParseTraceError, TraceContext};
use serde::{Deserialize, Serialize};

use super::heartbeats::StoredHeartbeat;

#[derive(Deserialize)]
pub(super) struct OwnerRow {
    pub(super) tenant: TenantId,
    pub(super) entered: u32,
}

#[derive(Deserialize)]
pub(super) struct CountRow {
    pub(super) count: u32,
}

#[derive(Deserialize)]
pub(super) struct WakeRow {
    pub(super) at: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct JobIdRow {
    pub(super) id: JobId,
}

#[derive(Deserialize)]
pub(super) struct IdRow {
    #[serde(rename = "id")]
    _id: RunId,
}

#[derive(Deserialize)]
pub(super) struct KeyRow {
    key: String,
    request_hash: String,
    job_id: JobId,
    run_id: Option<RunId>,
    used_at: Timestamp,
}

impl From<KeyRow> for KeyUse {
    fn from(row: KeyRow) -> Self {
        let KeyRow { key, request_hash, job_id, run_id, used_at } = row;
        Self { key, request_hash, job_id, run_id, used_at }
    }
}

#[derive(Deserialize)]
pub(super) struct JobRow {
    id: JobId,
    name: String,
    schedule: String,
    task: String,
    max_attempts: u32,
    delay_ms: u32,
    status: String,
    next_run_at: Option<Timestamp>,
    created_at: Timestamp,
    calendar: String,
    cursor: Option<Timestamp>,
    resumed_at: Option<Timestamp>,
    policy: String,
    version: u32,
    forgotten_from: Option<Timestamp>,
    forgotten_until: Option<Timestamp>,
    failing_since: Option<Timestamp>,
    heartbeat: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct OpenRow {
    begun: u32,
    waiting: u32,
    next_due: Option<Timestamp>,
}

/// A record that was dropped.
#[derive(Deserialize)]
pub(super) struct DroppedRow {
    pub(super) job_id: JobId,
    asked_by: String,
    outcome: String,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
}

impl DroppedRow {
    /// Whether it told what became of a time of the schedule.
    pub(super) fn is_of_a_time(&self) -> bool {
        self.asked_by != trigger_name(Trigger::Caller) && self.outcome != outcome_name(RunOutcome::SkippedGap)
    }
}

#[derive(Deserialize)]
pub(super) struct BackfillRow {
    id: BackfillId,
    job_id: JobId,
    from_at: Timestamp,
    until_at: Timestamp,
    cursor: Timestamp,
    due_at: Option<Timestamp>,
    status: String,
    times: u64,
    begun: u64,
    kept: u64,
    created_at: Timestamp,
    ended_at: Option<Timestamp>,
    request_key: Option<String>,
}

impl TryFrom<BackfillRow> for BackfillRecord {
    type Error = RowError;

    fn try_from(row: BackfillRow) -> Result<Self, RowError> {
        Ok(Self {
            backfill_id: row.id,
            job_id: row.job_id,
            range: TimeRange { from: row.from_at, until: row.until_at },
            cursor: row.cursor,
            due_at: row.due_at,
            status: named("backfills.status", BACKFILLS, backfill_status_name, row.status)?,
            times: row.times,
            begun: row.begun,
            kept: row.kept,
            created_at: row.created_at,
            ended_at: row.ended_at,
            request_key: row.request_key,
        })
    }
}

const BACKFILLS: [BackfillStatus; 3] =
    [BackfillStatus::Running, BackfillStatus::Completed, BackfillStatus::Cancelled];

pub(super) const fn backfill_status_name(status: BackfillStatus) -> &'static str {
    match status {
        BackfillStatus::Running => "running",
        BackfillStatus::Completed => "completed",
        BackfillStatus::Cancelled => "cancelled",
    }
}

impl From<OpenRow> for OpenRuns {
    fn from(OpenRow { begun, waiting, next_due }: OpenRow) -> Self {
        Self { begun, waiting, next_due }
    }
}

/// What the column `policy` holds.
#[derive(Default, Deserialize, Serialize)]
pub(super) struct StoredPolicy {
    #[serde(flatten)]
    policy: Policy,
    #[serde(default)]
    retry_jitter: RetryJitter,
}

impl StoredPolicy {
    pub(super) fn of(job: &JobRecord) -> Self {
        Self { policy: job.policy.clone(), retry_jitter: job.retry.jitter }
    }
}

#[derive(Deserialize)]
pub(super) struct RunRow {
    id: RunId,
    job_id: JobId,
    asked_by: String,
    scheduled_for: Timestamp,
    traceparent: String,
    outcome: String,
    attempts: u32,
    due_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    error: Option<String>,
    event_id: Option<EventId>,
    first_for: Option<Timestamp>,
    count: u64,
    clock_change: Option<String>,
    tries: Option<String>,
    done: Option<String>,
    ping: Option<String>,
    task: Option<String>,
}

/// Why a row does not convert.
#[derive(Debug)]
pub(super) enum RowError {
    /// A column holds no name of its kind.
    Name { column: &'static str, given: String },
    /// A column's JSON is not of its type.
    Json { column: &'static str, error: serde_json::Error },
    /// The trace is none.
    Trace(ParseTraceError),
}

impl std::fmt::Display for RowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name { column, given } => write!(f, "`{column}`: unknown name `{given}`"),
            Self::Json { column, error } => write!(f, "`{column}`: {error}"),
            Self::Trace(error) => write!(f, "`runs.traceparent`: {error}"),
        }
    }
}

impl TryFrom<JobRow> for JobRecord {
    type Error = RowError;

    fn try_from(row: JobRow) -> Result<Self, RowError> {
        let StoredPolicy { policy, retry_jitter } = json("jobs.policy", &row.policy)?;
        Ok(Self {
            policy,
            failing_since: row.failing_since,
            heartbeat: row
                .heartbeat
                .map(|text| json::<StoredHeartbeat>("jobs.heartbeat", &text))
                .transpose()?
                .map(Into::into),
            job_id: row.id,
            version: row.version,
            forgotten: row
                .forgotten_from
                .zip(row.forgotten_until)
                .map(|(from, until)| TimeRange { from, until }),
            name: row.name,
            schedule: json("jobs.schedule", &row.schedule)?,
            calendar: json("jobs.calendar", &row.calendar)?,
            task: json("jobs.task", &row.task)?,
            retry: RetryPolicy {
                max_attempts: row.max_attempts,
                delay_ms: row.delay_ms,
                jitter: retry_jitter,
            },
            created_at: row.created_at,
            state: JobState {
                status: named("jobs.status", STATUSES, status_name, row.status)?,
                cursor: row.cursor,
                wake_at: row.next_run_at,
                resumed_at: row.resumed_at,
            },
        })
    }
}

impl TryFrom<RunRow> for RunRecord {
    type Error = RowError;

    fn try_from(row: RunRow) -> Result<Self, RowError> {
        Ok(Self {
            run_id: row.id,
            job_id: row.job_id,
            trigger: named("runs.asked_by", TRIGGERS, trigger_name, row.asked_by)?,
            scheduled_for: row.scheduled_for,
            span: row.first_for.map(|first| RunSpan { count: row.count, first }),
            clock_change: row.clock_change.map(|text| json("runs.clock_change", &text)).transpose()?,
            task: row.task.map(|text| json("runs.task", &text)).transpose()?,
            trace: row.traceparent.parse::<TraceContext>().map_err(RowError::Trace)?,
            progress: RunProgress {
                outcome: named("runs.outcome", OUTCOMES, outcome_name, row.outcome)?,
                attempts: row.attempts,
                due_at: row.due_at,
                started_at: row.started_at,
                ended_at: row.ended_at,
                error: row.error,
                tries: row.tries.map_or(Ok(Vec::new()), |text| json("runs.tries", &text))?,
                event_id: row.event_id,
                done: row.done.map(|text| json("runs.done", &text)).transpose()?,
                ping: row.ping.map(|text| json("runs.ping", &text)).transpose()?,
            },
        })
    }
}

const STATUSES: [JobStatus; 3] = [JobStatus::Active, JobStatus::Paused, JobStatus::Finished];
const TRIGGERS: [Trigger; 3] = [Trigger::Schedule, Trigger::Caller, Trigger::Backfill];
pub(super) const OUTCOMES: [RunOutcome; 10] = [
    RunOutcome::Pending,
    RunOutcome::Running,
    RunOutcome::Succeeded,
    RunOutcome::Failed,
    RunOutcome::Missed,
    RunOutcome::Paused,
    RunOutcome::SkippedGap,
    RunOutcome::Waiting,
    RunOutcome::SkippedOverlap,
    RunOutcome::Cancelled,
];

pub(super) const fn status_name(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Active => "active",
        JobStatus::Paused => "paused",
        JobStatus::Finished => "finished",
    }
}

pub(super) const fn trigger_name(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Schedule => "schedule",
        Trigger::Caller => "caller",
        Trigger::Backfill => "backfill",
    }
}

pub(super) const fn outcome_name(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Pending => "pending",
        RunOutcome::Running => "running",
        RunOutcome::Succeeded => "succeeded",
        RunOutcome::Failed => "failed",
        RunOutcome::Missed => "missed",
        RunOutcome::Paused => "paused",
        RunOutcome::SkippedGap => "skipped_gap",
        RunOutcome::Waiting => "waiting",
        RunOutcome::SkippedOverlap => "skipped_overlap",
        RunOutcome::Cancelled => "cancelled",
    }
}

pub(super) fn named<T: Copy, const N: usize>(
    column: &'static str,
    all: [T; N],
    name: impl Fn(T) -> &'static str,
    given: String,
) -> Result<T, RowError> {
    all.into_iter().find(|one| name(*one) == given).ok_or(RowError::Name { column, given })
}

fn json<T: for<'de> Deserialize<'de>>(column: &'static str, text: &str) -> Result<T, RowError> {
    serde_json::from_str(text).map_err(|error| RowError::Json { column, error })
}
