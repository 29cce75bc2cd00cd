//! Changing a job: delete, pause, resume.

use contracts::Timestamp;
use contracts::scheduler::{GetJob, Job, JobError, JobStatus, RunOutcome};

use super::ledger::{Settled, settled};
use super::read_job::find;
use super::tenant_jobs::unavailable;
use super::{SchedulePorts, convert, heartbeats};
use crate::ports::{JobRecord, JobState, PingEffect, RunProgress, RunRecord};

pub(super) fn delete_job(ports: &SchedulePorts, request: GetJob) -> Result<(), JobError> {
    match ports.store.delete_job(request.job_id).map_err(unavailable)? {
        true => Ok(()),
        false => Err(JobError::NotFound),
    }
}

/// A run that was begun goes on, its further tries included. Times that had come and were not begun are on record as
/// paused, now; those that come from now on, when it is resumed.
pub(super) fn pause_job(ports: &SchedulePorts, request: GetJob) -> Result<Job, JobError> {
    let job = find(ports, request.job_id)?;
    let now = ports.clock.now();
    if job.state.status != JobStatus::Active {
        expect_nothing(ports, &job, now)?;
        return Ok(convert::job(job));
    }
    let just_after = Timestamp::from_unix_ms(now.unix_ms().saturating_add(1));
    let mut settled = settle_until(ports, &job, just_after, now)?;
    // A single time that has come will not come again.
    if settled.state.status == JobStatus::Active {
        settled.state = JobState { status: JobStatus::Paused, wake_at: None, ..settled.state };
    }
    let paused = change(ports, job.clone(), settled)?;
    expect_nothing(ports, &job, now)?;
    Ok(paused)
}

/// A heartbeat that is paused expects no more pings, for times that came before either.
fn expect_nothing(ports: &SchedulePorts, job: &JobRecord, now: Timestamp) -> Result<(), JobError> {
    let (Some(state), JobStatus::Active | JobStatus::Paused) = (&job.heartbeat, job.state.status) else {
        return Ok(());
    };
    let pending = ports.store.pending_runs(job.job_id, heartbeats::JUDGED).map_err(unavailable)?;
    let paused = |run: RunRecord| {
        let error = Some("the job was paused before a ping came".to_owned());
        let progress = RunProgress {
            outcome: RunOutcome::Paused,
            due_at: None,
            ended_at: Some(now),
            error,
            ..run.progress
        };
        (run.run_id, progress)
    };
    let judged: Vec<_> = pending.into_iter().map(paused).collect();
    let effect = PingEffect { ping: None, state, judged: &judged, recovers: None };
    ports.store.take_ping(job.job_id, effect, now).map_err(unavailable)
}

/// Times that passed while the job was paused are not made up for; they are on record as paused.
pub(super) fn resume_job(ports: &SchedulePorts, request: GetJob) -> Result<Job, JobError> {
    let job = find(ports, request.job_id)?;
    if job.state.status != JobStatus::Paused {
        return Ok(convert::job(job));
    }
    let now = ports.clock.now();
    let settled = settle_until(ports, &job, now, now)?;
    change(ports, job, settled)
}

/// Settles as paused what came before `until`.
fn settle_until(
    ports: &SchedulePorts,
    job: &JobRecord,
    until: Timestamp,
    now: Timestamp,
) -> Result<Settled, JobError> {
    let state = JobState { resumed_at: Some(until), ..job.state };
    settled(ports, &JobRecord { state, ..job.clone() }, now, 1)
}

fn change(ports: &SchedulePorts, mut job: JobRecord, settled: Settled) -> Result<Job, JobError> {
    settled.store(ports, &job).map_err(unavailable)?;
    job.state = settled.state;
    Ok(convert::job(job))
}
