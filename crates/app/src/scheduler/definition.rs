//! What a job may be: the same for a new one and for one that is changed. Schedules are judged by [`plan`](super::plan).

use contracts::scheduler::{Calendar, Concurrency, JobError, Misfire, Overlap, Policy, RetryPolicy, Task};
use domain::job::{MAX_ALERT_AFTER, MAX_INTERVAL_MS, checked_grace};
use schedule::{Occurrence, Plan};
use serde::de::IgnoredAny;

use super::create_job::invalid;
use super::fire_due::BATCH;
use super::pipeline_tasks::PATIENCE_MS;
use super::{convert, http_tasks};

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
        Task::Http(request) => http_tasks::check(request),
        Task::Report { .. } | Task::Purge {} | Task::Sync { .. } => Ok(()),
        Task::Heartbeat { grace_ms } => {
            checked_grace(*grace_ms).map(drop).map_err(|error| invalid("/task/grace", error))
        }
    }
}

/// For how many times at once a heartbeat may expect a ping.
const MAX_EXPECTED: usize = 100;

/// A heartbeat is pinged and not run: how others run has no meaning for it, and whoever says it counts on something.
pub(super) fn check_heartbeat(
    task: &Task,
    retry: RetryPolicy,
    policy: &Policy,
    calendar: &Calendar,
    plan: &Plan,
) -> Result<(), JobError> {
    let Task::Heartbeat { grace_ms } = task else { return Ok(()) };
    let mut times = plan.occurrences(0).filter(Occurrence::fires).map(|time| time.at_ms);
    if let (Some(first), Some(after)) = (times.next(), times.nth(MAX_EXPECTED - 1))
        && after - first < *grace_ms
    {
        let detail =
            format!("is so long that {MAX_EXPECTED} times of the schedule come within it: make it shorter");
        return Err(invalid("/task/grace", detail));
    }
    let meaningless = [
        ("/retry", retry != RetryPolicy::default()),
        ("/misfire", policy.misfire != Misfire::default()),
        ("/overlap", policy.overlap != Overlap::default()),
        ("/timeout", policy.timeout_ms.is_some()),
        ("/concurrency", policy.concurrency.is_some()),
        ("/schedule/jitter", calendar.jitter_ms != 0),
    ];
    match meaningless.into_iter().find(|(_, set)| *set) {
        Some((pointer, _)) => Err(invalid(pointer, "must be left out: a heartbeat is pinged, and not run")),
        None => Ok(()),
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
