//! Creating a job: what a job may be, and that one key makes one job.

use contracts::TenantCall;
use contracts::scheduler::{CreateJob, Job, JobError};
use domain::job::marked;
use ids::JobId;
use sha2::{Digest, Sha256};

use super::tenant_jobs::unavailable;
use super::{SchedulePorts, convert, definition, heartbeats, http_tasks, ledger, plan};
use crate::ports::{JobRecord, KeyUse};

/// How long an idempotency key is remembered: a week.
pub(super) const KEY_KEPT_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

pub(super) fn create_job(
    ports: &SchedulePorts,
    context: &TenantCall,
    request: CreateJob,
) -> Result<Job, JobError> {
    let now = ports.clock.now();
    check(&request)?;
    let plan = plan::plan(&request.schedule, &request.calendar, now)?;
    let CreateJob { task, retry, policy, calendar, .. } = &request;
    definition::check_heartbeat(task, *retry, policy, calendar, &plan)?;
    let key = key(context);
    let request_hash = hash(&request)?;
    if let Some(used) = earlier_use(ports, key.as_deref(), &request_hash)? {
        // The job may be gone by now; making it again is not what the key asks for.
        let job = ports.store.job(used.job_id).map_err(unavailable)?.ok_or(JobError::NotFound)?;
        let task = job.task.clone();
        return Ok(http_tasks::shown(convert::job(job), &task));
    }
    let first = ledger::next_ms(&plan, plan::beginning(&request.schedule, now)).ok_or_else(|| {
        invalid("/schedule", "names no time from now on: look at its `end` and at the dates that it excludes")
    })?;
    let room = ports.part.room_for(&request);
    if ports.store.job_count().map_err(unavailable)? >= room {
        return Err(JobError::TooMany { limit: room });
    }

    let job_id = JobId::from_parts(now.unix_ms(), marked(ports.part.number(), ports.random.for_id()));
    let mut job = JobRecord {
        job_id,
        version: 1,
        name: request.name,
        schedule: plan::proper(request.schedule, &plan),
        calendar: request.calendar,
        heartbeat: heartbeats::fresh(ports, &request.task),
        policy: heartbeats::alerting(&request.task, request.policy),
        task: http_tasks::sealed(ports, request.task, None),
        retry: request.retry,
        created_at: now,
        forgotten: None,
        failing_since: None,
        state: ledger::FINISHED,
    };
    job.state = ledger::state(&job, Some(first));
    let key = key.map(|key| KeyUse { key, request_hash, job_id, run_id: None, used_at: now });
    ports.store.insert_job(&job, key.as_ref()).map_err(unavailable)?;
    let task = job.task.clone();
    Ok(http_tasks::shown(convert::job(job), &task))
}

/// The call's idempotency key, apart from those of other methods.
pub(super) fn key(context: &TenantCall) -> Option<String> {
    context.idempotency_key.as_ref().map(|key| format!("create_job:{key}"))
}

/// What the key was used for before, if it was.
pub(super) fn earlier_use(
    ports: &SchedulePorts,
    key: Option<&str>,
    request_hash: &str,
) -> Result<Option<KeyUse>, JobError> {
    let Some(key) = key else { return Ok(None) };
    let now_ms = ports.clock.now().unix_ms();
    let oldest = contracts::Timestamp::from_unix_ms(now_ms.saturating_sub(KEY_KEPT_MS));
    ports.store.forget_keys(oldest).map_err(unavailable)?;
    match ports.store.key_use(key).map_err(unavailable)? {
        Some(used) if used.request_hash != request_hash => Err(JobError::KeyReused),
        used => Ok(used),
    }
}

fn check(request: &CreateJob) -> Result<(), JobError> {
    definition::check_name(&request.name)?;
    definition::check_task(&request.task)?;
    definition::check_retry(request.retry)?;
    definition::check_policy(&request.policy)
}

pub(super) fn invalid(pointer: &str, detail: impl ToString) -> JobError {
    JobError::Invalid { pointer: pointer.into(), detail: detail.to_string() }
}

/// SHA-256 of the request's fields, lower-case hexadecimal.
fn hash(request: &CreateJob) -> Result<String, JobError> {
    let text = serde_json::to_vec(request).map_err(|error| JobError::Unavailable {
        detail: format!("the request cannot be hashed: {error}"),
    })?;
    Ok(hex::encode(Sha256::digest(text)))
}
