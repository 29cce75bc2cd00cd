//! Changing a job: delete, pause, resume.

use contracts::Timestamp;
use contracts::scheduler::{GetJob, Job, JobError, JobStatus};
use domain::job::Missed;

use super::read_job::find;
use super::tenant_jobs::unavailable;
use super::{SchedulePorts, convert, runs};
use crate::ports::{JobRecord, JobState, RunRecord};

pub(super) fn delete_job(ports: &SchedulePorts, request: GetJob) -> Result<(), JobError> {
    match ports.store.delete_job(request.job_id).map_err(unavailable)? {
        true => Ok(()),
        false => Err(JobError::NotFound),
    }
}

/// A run that was begun goes on, its further tries included. Times that had come and were not begun are recorded as
/// missed.
pub(super) fn pause_job(ports: &SchedulePorts, request: GetJob) -> Result<Job, JobError> {
    let job = find(ports, request.job_id)?;
    let Some(next) = job.state.next_run_at.filter(|_| job.state.status == JobStatus::Active) else {
        return Ok(convert::job(job));
    };
    let paused = JobState { status: JobStatus::Paused, next_run_at: None };
    let Some(due) = convert::schedule(&job.schedule).due(next.unix_ms(), ports.clock.now().unix_ms()) else {
        return change(ports, job, paused, None);
    };
    let count = due.missed.map_or(0, |missed| missed.count) + 1;
    let overdue = Missed { count, first_ms: next.unix_ms(), last_ms: due.latest_ms };
    let missed = runs::missed(ports, &job, overdue, "the job was paused before it ran");
    // A single time that has come will not come again.
    let status = if due.next_ms.is_some() { JobStatus::Paused } else { JobStatus::Finished };
    change(ports, job, JobState { status, ..paused }, Some(missed))
}

/// Times that passed while the job was paused are not made up for. A single time that passed is recorded as missed,
/// and the job is finished.
pub(super) fn resume_job(ports: &SchedulePorts, request: GetJob) -> Result<Job, JobError> {
    let job = find(ports, request.job_id)?;
    if job.state.status != JobStatus::Paused {
        return Ok(convert::job(job));
    }
    let schedule = convert::schedule(&job.schedule);
    let created_ms = job.created_at.unix_ms();
    match schedule.next_after(created_ms, ports.clock.now().unix_ms()) {
        Some(next_ms) => {
            let next_run_at = Some(Timestamp::from_unix_ms(next_ms));
            change(ports, job, JobState { status: JobStatus::Active, next_run_at }, None)
        }
        None => {
            let at_ms = schedule.first(created_ms);
            let passed = Missed { count: 1, first_ms: at_ms, last_ms: at_ms };
            let missed = runs::missed(ports, &job, passed, "the job was paused");
            let finished = JobState { status: JobStatus::Finished, next_run_at: None };
            change(ports, job, finished, Some(missed))
        }
    }
}

fn change(
    ports: &SchedulePorts,
    mut job: JobRecord,
    state: JobState,
    missed: Option<RunRecord>,
) -> Result<Job, JobError> {
    ports.store.advance_job(job.job_id, state, missed.as_slice(), None).map_err(unavailable)?;
    job.state = state;
    Ok(convert::job(job))
}
