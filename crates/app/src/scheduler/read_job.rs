//! Reading: one job, jobs, a job's runs.

use contracts::scheduler::{GetJob, Job, JobError, JobPage, ListJobs, ListRuns, RunPage};
use ids::JobId;

use super::tenant_jobs::unavailable;
use super::{SchedulePorts, convert};
use crate::ports::JobRecord;

/// The most items a page has.
pub(super) const MAX_PAGE: u32 = 200;

pub(super) fn get_job(ports: &SchedulePorts, request: GetJob) -> Result<Job, JobError> {
    find(ports, request.job_id).map(convert::job)
}

pub(super) fn list_jobs(ports: &SchedulePorts, request: ListJobs) -> Result<JobPage, JobError> {
    let limit = request.limit.clamp(1, MAX_PAGE);
    // One more than asked for tells whether there is a next page.
    let jobs = match request.standing {
        None => ports.store.jobs(request.before, limit + 1),
        Some(standing) => ports.store.jobs_standing(standing, ports.clock.now(), request.before, limit + 1),
    };
    let jobs = jobs.map_err(unavailable)?;
    let (jobs, more) = cut(jobs, limit);
    let next_before = jobs.last().filter(|_| more).map(|job| job.job_id);
    Ok(JobPage { items: jobs.into_iter().map(convert::job).collect(), next_before })
}

pub(super) fn list_runs(ports: &SchedulePorts, request: ListRuns) -> Result<RunPage, JobError> {
    find(ports, request.job_id)?;
    let limit = request.limit.clamp(1, MAX_PAGE);
    let runs = match request.outcome {
        None => ports.store.runs(request.job_id, request.before, limit + 1),
        Some(outcome) => ports.store.runs_with(request.job_id, outcome, request.before, limit + 1),
    };
    let runs = runs.map_err(unavailable)?;
    let (runs, more) = cut(runs, limit);
    let next_before = runs.last().filter(|_| more).map(|run| run.run_id);
    Ok(RunPage { items: runs.into_iter().map(convert::run).collect(), next_before })
}

pub(super) fn find(ports: &SchedulePorts, job_id: JobId) -> Result<JobRecord, JobError> {
    ports.store.job(job_id).map_err(unavailable)?.ok_or(JobError::NotFound)
}

pub(super) fn cut<T>(mut items: Vec<T>, limit: u32) -> (Vec<T>, bool) {
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    (items, more)
}
