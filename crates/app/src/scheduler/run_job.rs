//! Running a job now: writes the run down; the alarm, which is due at once, carries it out.

use contracts::TenantCall;
use contracts::scheduler::{GetJob, JobError, JobRun};

use super::create_job::earlier_use;
use super::read_job::find;
use super::tenant_jobs::unavailable;
use super::{SchedulePorts, convert, runs};
use crate::ports::{KeyUse, Trigger};

pub(super) fn run_job(
    ports: &SchedulePorts,
    context: &TenantCall,
    request: GetJob,
) -> Result<JobRun, JobError> {
    let job = find(ports, request.job_id)?;
    if job.heartbeat.is_some() {
        return Err(JobError::Heartbeat);
    }
    let now = ports.clock.now();
    let key = context.idempotency_key.as_ref().map(|key| format!("run_job:{key}"));
    let request_hash = request.job_id.to_string();
    if let Some(run_id) = earlier_use(ports, key.as_deref(), &request_hash)?.and_then(|used| used.run_id) {
        let run = ports.store.run(run_id).map_err(unavailable)?.ok_or(JobError::NotFound)?;
        return Ok(convert::run(run));
    }
    let run = runs::pending(ports, &job, Trigger::Caller, now);
    let key = key.map(|key| KeyUse {
        key,
        request_hash,
        job_id: job.job_id,
        run_id: Some(run.run_id),
        used_at: now,
    });
    ports
        .store
        .advance_job(job.job_id, job.state, std::slice::from_ref(&run), key.as_ref())
        .map_err(unavailable)?;
    Ok(convert::run(run))
}
