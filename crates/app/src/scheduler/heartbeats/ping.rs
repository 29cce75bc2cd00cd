//! Taking a ping.

use contracts::Timestamp;
use contracts::scheduler::{
    Job, JobError, JobStatus, Ping, PingJob, PingStatus, PingTaken, Pings, RunOutcome, Task,
};
use domain::job::{MAX_MESSAGE_CHARS, may_be_early};
use ids::JobId;

use super::super::bring_up::bring_up;
use super::super::ledger::settled;
use super::super::read_job::find;
use super::super::tenant_jobs::unavailable;
use super::super::{SchedulePorts, convert, plan};
use super::judge::{JUDGED, failed, judge, met};
use crate::ports::{HeartbeatState, JobRecord, PINGS_KEPT, PingEffect, RunRecord};

/// How many pings a job takes within [`WITHIN_S`]: ten times what its shortest interval needs.
const MOST: u32 = 100;
/// In how many seconds.
const WITHIN_S: u32 = 10;

/// How many turns it takes at most to get to a job's next time, past those that the clocks skip.
const AHEAD: u32 = 10;

pub(super) fn ping(ports: &SchedulePorts, request: PingJob) -> Result<PingTaken, JobError> {
    let PingJob { job_id, status, message } = request;
    let now = ports.clock.now();
    let job = find(ports, job_id)?;
    counted(pinged(&job)?, now)?;
    // What came by now is judged by what was known before this ping.
    if job.state.status == JobStatus::Active {
        bring_up(ports, job.clone(), now)?;
    }
    judge(ports, &find(ports, job_id)?, now).map_err(unavailable)?;
    let job = find(ports, job_id)?;

    let mut state = pinged(&job)?.clone();
    state.counted = Some(counted(&state, now)?);
    let began_at = match status {
        PingStatus::Start => state.began_at.replace(now).and(None),
        PingStatus::Success | PingStatus::Fail => state.began_at.take(),
    };
    let ping = Ping { at: now, status, message: message.and_then(shortened), began_at };
    let last = state.last.replace(ping.clone()).filter(|last| last.status == PingStatus::Success);
    let mut expected = match status {
        PingStatus::Start => Vec::new(),
        PingStatus::Success | PingStatus::Fail => {
            ports.store.pending_runs(job_id, JUDGED).map_err(unavailable)?
        }
    };
    let mut recovers = None;
    if expected.is_empty() {
        match status {
            PingStatus::Start => {}
            PingStatus::Success => {
                let is_late = job.failing_since.is_some();
                let last_ms = last.map(|last| last.at.unix_ms());
                if may_be_early(&plan::of(&job)?, now.unix_ms(), grace_ms(&job), is_late, last_ms) {
                    state.early = Some(ping.clone());
                }
                if is_late {
                    let last = ports.store.runs_with(job_id, RunOutcome::Failed, None, 1);
                    recovers = last.map_err(unavailable)?.first().map(|run| run.run_id);
                }
            }
            PingStatus::Fail => expected.extend(ahead(ports, job)?),
        }
    }
    let judged: Vec<_> = expected
        .iter()
        .map(|run| match status {
            PingStatus::Fail => (run.run_id, failed(run.progress.clone(), &ping)),
            PingStatus::Success | PingStatus::Start => (run.run_id, met(run.progress.clone(), &ping)),
        })
        .collect();
    let effect = PingEffect { ping: Some(&ping), state: &state, judged: &judged, recovers };
    ports.store.take_ping(job_id, effect, now).map_err(unavailable)?;
    Ok(PingTaken { settled: expected.into_iter().map(|run| run.scheduled_for).collect(), ping })
}

pub(super) fn rotate(ports: &SchedulePorts, job_id: JobId) -> Result<Job, JobError> {
    let mut job = find(ports, job_id)?;
    let state = HeartbeatState { secret: super::secret(ports), ..pinged(&job)?.clone() };
    let effect = PingEffect { ping: None, state: &state, judged: &[], recovers: None };
    ports.store.take_ping(job_id, effect, ports.clock.now()).map_err(unavailable)?;
    job.heartbeat = Some(state);
    Ok(convert::job(job))
}

pub(super) fn list(ports: &SchedulePorts, job_id: JobId) -> Result<Pings, JobError> {
    pinged(&find(ports, job_id)?)?;
    Ok(Pings { items: ports.store.pings(job_id, PINGS_KEPT).map_err(unavailable)? })
}

/// What a heartbeat keeps of its pings.
fn pinged(job: &JobRecord) -> Result<&HeartbeatState, JobError> {
    job.heartbeat.as_ref().ok_or(JobError::NoHeartbeat)
}

const fn grace_ms(job: &JobRecord) -> u64 {
    match job.task {
        Task::Heartbeat { grace_ms } => grace_ms,
        _ => 0,
    }
}

/// Counts one more ping: how many there are, since when.
fn counted(state: &HeartbeatState, now: Timestamp) -> Result<(Timestamp, u32), JobError> {
    let window_ms = u64::from(WITHIN_S) * 1_000;
    match state.counted {
        Some((since, count)) if now.unix_ms() < since.unix_ms().saturating_add(window_ms) => {
            if count >= MOST {
                return Err(JobError::TooManyPings { most: MOST, within_s: WITHIN_S });
            }
            Ok((since, count + 1))
        }
        _ => Ok((now, 1)),
    }
}

/// The next time of an active job, before it comes: what is to be told of it is known already. None where no time is to
/// come, or the job is paused.
fn ahead(ports: &SchedulePorts, mut job: JobRecord) -> Result<Option<RunRecord>, JobError> {
    for _ in 0..AHEAD {
        let (JobStatus::Active, Some(next)) = (job.state.status, job.state.cursor) else { return Ok(None) };
        // As if it had come.
        let one = settled(ports, &job, next, 1)?;
        one.store(ports, &job).map_err(unavailable)?;
        job.state = one.state;
        if let Some(run) = one.runs.into_iter().find(|run| run.progress.outcome == RunOutcome::Pending) {
            return Ok(Some(run));
        }
    }
    Ok(None)
}

/// A message as it is kept; none where nothing is left of it.
fn shortened(message: String) -> Option<String> {
    let kept = |char: &char| !char.is_control() || *char == '\n';
    let kept: String = message.trim().chars().filter(kept).take(MAX_MESSAGE_CHARS).collect();
    (!kept.is_empty()).then_some(kept)
}
