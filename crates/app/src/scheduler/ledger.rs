//! A job's times as they come: each gets its record, in the write that moves the job on.

use contracts::Timestamp;
use contracts::scheduler::{JobError, JobStatus, Misfire, Overlap};
use domain::job::{self, Open, Position, Steps, settle, wake_ms};
use schedule::Plan;

use super::tenant_jobs::unavailable;
use super::{SchedulePorts, heartbeats, plan, runs};
use crate::ports::{JobRecord, JobState, OpenRuns, RunRecord, StoreError};

/// How many times of one job are looked at in one turn. At some microseconds each, a turn stays far from the platform's
/// limits, and what is left comes in the next.
const TIMES: u32 = 5_000;

/// How many times of a heartbeat are put on record in one turn.
const EXPECTED: u32 = 500;

/// The records of the times that came, and the job after them.
pub(super) struct Settled {
    pub(super) runs: Vec<RunRecord>,
    pub(super) state: JobState,
    /// Whether the runs that are not over are cancelled.
    cancel_previous: bool,
}

impl Settled {
    /// Puts it on record.
    pub(super) fn store(&self, ports: &SchedulePorts, job: &JobRecord) -> Result<(), StoreError> {
        match self.cancel_previous {
            false => ports.store.advance_job(job.job_id, self.state, &self.runs, None),
            true => ports.store.replace_runs(job.job_id, self.state, &self.runs, ports.clock.now()),
        }
    }
}

/// Settles what came of an active job, or of one that is active from now on; at most `begin` runs begin.
///
/// # Errors
/// [`JobError::Invalid`] where the stored schedule is not understood; [`JobError::Unavailable`] when the store fails.
pub(super) fn settled(
    ports: &SchedulePorts,
    job: &JobRecord,
    now: Timestamp,
    begin: u32,
) -> Result<Settled, JobError> {
    settled_by(ports, job, now, begin, policy(job))
}

/// As [`settled`], with times that jitter puts off counted as come: each such run is due when jitter says.
///
/// # Errors
/// As [`settled`].
pub(super) fn settled_whole(
    ports: &SchedulePorts,
    job: &JobRecord,
    now: Timestamp,
    begin: u32,
) -> Result<Settled, JobError> {
    let usual = policy(job);
    let mut settled = settled_by(ports, job, now, begin, job::Policy { jitter_ms: 0, ..usual })?;
    for run in &mut settled.runs {
        if let Some(due_at) = &mut run.progress.due_at {
            let wake_ms = wake_ms(&identity(job), run.scheduled_for.unix_ms(), &usual);
            *due_at = (*due_at).max(Timestamp::from_unix_ms(wake_ms));
        }
    }
    Ok(settled)
}

fn settled_by(
    ports: &SchedulePorts,
    job: &JobRecord,
    now: Timestamp,
    begin: u32,
    policy: job::Policy,
) -> Result<Settled, JobError> {
    let plan = plan::of(job)?;
    let cursor = job.state.cursor.unwrap_or(now);
    let position =
        Position { cursor_ms: cursor.unix_ms(), resumed_ms: job.state.resumed_at.map(Timestamp::unix_ms) };
    // What is only expected costs no call.
    let begin = if job.heartbeat.is_some() { EXPECTED } else { begin.max(1) };
    let steps = Steps { runs: begin, times: TIMES };
    let identity = identity(job);
    // Where runs may overlap, nobody asks how many there are.
    let open = match policy.overlap {
        job::Overlap::Allow => OpenRuns::default(),
        _ => ports.store.open_runs(job.job_id).map_err(unavailable)?,
    };
    let open = Open { begun: open.begun, waiting: open.waiting };
    let found = settle(&plan, &identity, &policy, position, open, now.unix_ms(), steps);
    let mut runs: Vec<_> = found.entries.iter().map(|entry| runs::recorded(ports, job, entry)).collect();
    for run in runs.iter_mut().filter(|run| run.progress.due_at.is_some()) {
        let judged_at = heartbeats::due_at(job, &plan, run.scheduled_for, now);
        run.progress.due_at = judged_at.or(run.progress.due_at);
    }
    Ok(Settled { runs, state: state(job, found.next_ms), cancel_previous: found.cancel_previous })
}

/// How a job stands whose next nominal time is this.
pub(super) fn state(job: &JobRecord, next_ms: Option<u64>) -> JobState {
    let Some(next_ms) = next_ms else { return FINISHED };
    let wake_ms = wake_ms(&identity(job), next_ms, &policy(job));
    let next = Timestamp::from_unix_ms(next_ms);
    JobState {
        status: JobStatus::Active,
        cursor: Some(next),
        wake_at: Some(Timestamp::from_unix_ms(wake_ms)),
        resumed_at: job.state.resumed_at.filter(|resumed| *resumed > next),
    }
}

/// The next nominal time of a plan from an instant on.
pub(super) fn next_ms(plan: &Plan, from_ms: u64) -> Option<u64> {
    plan.occurrences(from_ms).next().map(|next| next.at_ms)
}

pub(super) const FINISHED: JobState =
    JobState { status: JobStatus::Finished, cursor: None, wake_at: None, resumed_at: None };

fn identity(job: &JobRecord) -> Vec<u8> {
    job.job_id.to_string().into_bytes()
}

fn policy(record: &JobRecord) -> job::Policy {
    if record.heartbeat.is_some() {
        // Whether a ping came can be told however late one looks.
        let usual = job::Policy::default();
        return job::Policy {
            misfire: job::Misfire::All,
            window_ms: record.policy.misfire_window_ms,
            ..usual
        };
    }
    job::Policy {
        misfire: match record.policy.misfire {
            Misfire::Last => job::Misfire::Last,
            Misfire::All => job::Misfire::All,
            Misfire::None => job::Misfire::None,
        },
        window_ms: record.policy.misfire_window_ms,
        overlap: match record.policy.overlap {
            Overlap::Allow => job::Overlap::Allow,
            Overlap::Skip => job::Overlap::Skip,
            Overlap::QueueOne => job::Overlap::QueueOne,
            Overlap::CancelPrevious => job::Overlap::CancelPrevious,
        },
        jitter_ms: record.calendar.jitter_ms.into(),
    }
}
