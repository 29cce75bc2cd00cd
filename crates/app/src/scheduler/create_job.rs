//! Creating a job: what a job may be, and that one key makes one job.

use contracts::TenantCall;
use contracts::scheduler::{Concurrency, CreateJob, Job, JobError, Policy, Task};
use domain::job::MAX_INTERVAL_MS;
use ids::JobId;
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};

use super::fire_due::BATCH;
use super::pipeline_tasks::PATIENCE_MS;
use super::tenant_jobs::unavailable;
use super::{MAX_JOBS, SchedulePorts, convert, ledger, plan};
use crate::ports::{JobRecord, KeyUse};

/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 200;
/// The longest source and type of a task's event, in bytes.
const MAX_WORD_BYTES: usize = 128;
/// The largest payload of a task, in bytes of JSON text.
const MAX_PAYLOAD_BYTES: usize = 64 * 1024;

/// The longest name of a concurrency group, in bytes.
const MAX_GROUP_BYTES: usize = 64;

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
    let key = context.idempotency_key.as_ref().map(|key| format!("create_job:{key}"));
    let request_hash = hash(&request)?;
    if let Some(used) = earlier_use(ports, key.as_deref(), &request_hash)? {
        // The job may be gone by now; making it again is not what the key asks for.
        let job = ports.store.job(used.job_id).map_err(unavailable)?.ok_or(JobError::NotFound)?;
        return Ok(convert::job(job));
    }
    let first = ledger::next_ms(&plan, plan::beginning(&request.schedule, now)).ok_or_else(|| {
        invalid("/schedule", "names no time from now on: look at its `end` and at the dates that it excludes")
    })?;
    if ports.store.job_count().map_err(unavailable)? >= MAX_JOBS {
        return Err(JobError::TooMany { limit: MAX_JOBS });
    }

    let job_id = JobId::from_parts(now.unix_ms(), ports.random.for_id());
    let mut job = JobRecord {
        job_id,
        name: request.name,
        schedule: plan::proper(request.schedule, &plan),
        calendar: request.calendar,
        task: request.task,
        retry: request.retry,
        policy: request.policy,
        created_at: now,
        state: ledger::FINISHED,
    };
    job.state = ledger::state(&job, Some(first));
    let key = key.map(|key| KeyUse { key, request_hash, job_id, run_id: None, used_at: now });
    ports.store.insert_job(&job, key.as_ref()).map_err(unavailable)?;
    Ok(convert::job(job))
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
    let name_chars = request.name.chars().count();
    if !(1..=MAX_NAME_CHARS).contains(&name_chars) || request.name.contains(char::is_control) {
        let detail = format!("must be 1 to {MAX_NAME_CHARS} characters, none of them a control character");
        return Err(invalid("/name", detail));
    }
    let Task::Event { source, kind, payload } = &request.task;
    for (pointer, word) in [("/task/source", source), ("/task/type", kind)] {
        if !(1..=MAX_WORD_BYTES).contains(&word.len()) {
            return Err(invalid(pointer, format!("must be 1 to {MAX_WORD_BYTES} bytes")));
        }
    }
    if payload.len() > MAX_PAYLOAD_BYTES {
        return Err(invalid("/task/payload", format!("must be at most {MAX_PAYLOAD_BYTES} bytes of JSON")));
    }
    serde_json::from_str::<IgnoredAny>(payload)
        .map_err(|error| invalid("/task/payload", format!("must be JSON: {error}")))?;
    convert::retry(request.retry).checked().map_err(|error| {
        let pointer = match error {
            domain::job::RetryError::Attempts => "/retry/max_attempts",
            domain::job::RetryError::Delay => "/retry/delay",
        };
        invalid(pointer, error)
    })?;
    check_policy(&request.policy)
}

fn check_policy(policy: &Policy) -> Result<(), JobError> {
    if policy.misfire_window_ms.is_some_and(|window| !(1_000..=MAX_INTERVAL_MS).contains(&window)) {
        return Err(invalid("/misfire_window", "must be between 1 second and 366 days"));
    }
    if policy.timeout_ms.is_some_and(|timeout| !(1_000..=PATIENCE_MS).contains(&u64::from(timeout))) {
        return Err(invalid("/timeout", "must be between 1 and 30 seconds"));
    }
    let Some(Concurrency { group, limit }) = &policy.concurrency else { return Ok(()) };
    if !(1..=MAX_GROUP_BYTES).contains(&group.len()) {
        return Err(invalid("/concurrency/group", format!("must be 1 to {MAX_GROUP_BYTES} bytes")));
    }
    if !(1..=BATCH).contains(limit) {
        return Err(invalid("/concurrency/limit", format!("must be 1 to {BATCH}")));
    }
    Ok(())
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
