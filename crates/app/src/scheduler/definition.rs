//! What a job may be: the same for a new one and for one that is changed. Schedules are judged by [`plan`](super::plan).

use contracts::scheduler::{Concurrency, JobError, Policy, RetryPolicy, Task};
use domain::job::{MAX_ALERT_AFTER, MAX_INTERVAL_MS};
use serde::de::IgnoredAny;

use super::convert;
use super::create_job::invalid;
use super::fire_due::BATCH;
use super::pipeline_tasks::PATIENCE_MS;

/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 200;
/// The longest source and type of a task's event, in bytes.
const MAX_WORD_BYTES: usize = 128;
/// The largest payload of a task, in bytes of JSON text.
const MAX_PAYLOAD_BYTES: usize = 64 * 1024;

/// The longest name of a concurrency group, in bytes.
const MAX_GROUP_BYTES: usize = 64;

/// What people call it.
pub(super) fn check_name(name: &str) -> Result<(), JobError> {
    let name_chars = name.chars().count();
    if !(1..=MAX_NAME_CHARS).contains(&name_chars) || name.contains(char::is_control) {
        let detail = format!("must be 1 to {MAX_NAME_CHARS} characters, none of them a control character");
        return Err(invalid("/name", detail));
    }
    Ok(())
}

/// What it does.
pub(super) fn check_task(task: &Task) -> Result<(), JobError> {
    match task {
        Task::Event { source, kind, payload } => {
            for (pointer, word) in [("/task/source", source), ("/task/type", kind)] {
                if !(1..=MAX_WORD_BYTES).contains(&word.len()) {
                    return Err(invalid(pointer, format!("must be 1 to {MAX_WORD_BYTES} bytes")));
                }
            }
            check_json("/task/payload", payload)
        }
        Task::Workflow { params, .. } => check_json("/task/params", params),
        Task::Report { .. } | Task::Purge {} => Ok(()),
    }
}

fn check_json(pointer: &str, text: &str) -> Result<(), JobError> {
    if text.len() > MAX_PAYLOAD_BYTES {
        return Err(invalid(pointer, format!("must be at most {MAX_PAYLOAD_BYTES} bytes of JSON")));
    }
    serde_json::from_str::<IgnoredAny>(text)
        .map(drop)
        .map_err(|error| invalid(pointer, format!("must be JSON: {error}")))
}

/// How it is tried again.
pub(super) fn check_retry(retry: RetryPolicy) -> Result<(), JobError> {
    convert::retry(retry).checked().map_err(|error| {
        let pointer = match error {
            domain::job::RetryError::Attempts => "/retry/max_attempts",
            domain::job::RetryError::Delay => "/retry/delay",
        };
        invalid(pointer, error)
    })?;
    Ok(())
}

/// What happens when times pile up.
pub(super) fn check_policy(policy: &Policy) -> Result<(), JobError> {
    if policy.misfire_window_ms.is_some_and(|window| !(1_000..=MAX_INTERVAL_MS).contains(&window)) {
        return Err(invalid("/misfire_window", "must be between 1 second and 366 days"));
    }
    if policy.timeout_ms.is_some_and(|timeout| !(1_000..=PATIENCE_MS).contains(&u64::from(timeout))) {
        return Err(invalid("/timeout", "must be between 1 and 30 seconds"));
    }
    if policy.alert.is_some_and(|alert| !(1..=MAX_ALERT_AFTER).contains(&alert.after)) {
        return Err(invalid("/alert/after", format!("must be 1 to {MAX_ALERT_AFTER}")));
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
