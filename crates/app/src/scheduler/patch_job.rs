//! Changing what a job is. The ledger is not touched: times that came keep their records, under the schedule that named
//! them, and the new schedule names times from now on.

use contracts::Timestamp;
use contracts::scheduler::{
    ChangeJob, Job, JobError, JobStatus, Policy, PolicyChange, PolicySetting, Task, Timing,
};

use super::bring_up::{bring_up, just_after};
use super::create_job::invalid;
use super::heartbeats::{alerting, is_heartbeat};
use super::read_job::find;
use super::tenant_jobs::unavailable;
use super::{SchedulePorts, convert, definition, http_tasks, ledger, plan};
use crate::ports::{JobRecord, JobState, TimeRange};

pub(super) fn change_job(ports: &SchedulePorts, request: ChangeJob) -> Result<Job, JobError> {
    let ChangeJob { job_id, version, name, timing, task, retry, policy } = request;
    let stored = find(ports, job_id)?;
    if version.is_some_and(|version| version != stored.version) {
        return Err(JobError::Changed { version: stored.version });
    }
    let now = ports.clock.now();
    let had_secret = matches!(stored.task, Task::Http(_));
    let mut changed = stored.clone();
    if let Some(name) = name {
        definition::check_name(&name)?;
        changed.name = name;
    }
    if let Some(task) = task {
        definition::check_task(&task)?;
        if is_heartbeat(&task) != is_heartbeat(&changed.task) {
            let detail =
                "cannot be changed: a heartbeat stays one, and no other job becomes one; make another job";
            return Err(invalid("/task/kind", detail));
        }
        changed.task = http_tasks::sealed(ports, task, Some(&stored.task));
    }
    if let Some(retry) = retry {
        definition::check_retry(retry)?;
        changed.retry = retry;
    }
    changed.policy = alerting(&changed.task, changed_policy(changed.policy, policy));
    definition::check_policy(&changed.policy)?;
    if ports.part.number() > 0 && changed.policy.concurrency.is_some() {
        let detail = "cannot be given to this job afterwards, since the tenant has very many jobs: create it anew \
                      with its group";
        return Err(invalid("/concurrency", detail));
    }
    let moved = timing.map(|timing| retimed(&mut changed, timing, now)).transpose()?.flatten();
    if is_heartbeat(&changed.task) {
        let plan = plan::of(&changed)?;
        let JobRecord { task, retry, policy, calendar, .. } = &changed;
        definition::check_heartbeat(task, *retry, policy, calendar, &plan)?;
    }
    if changed == stored {
        return Ok(convert::job(stored));
    }

    changed.version = stored.version.saturating_add(1);
    if let Some(first_ms) = moved {
        // All is judged by now. What came of the old schedule is settled by it, and by the policies that went with it.
        let before = bring_up(ports, stored, now)?;
        // What it fills in, the old schedule named.
        ports.store.cancel_backfill(job_id, now).map_err(unavailable)?;
        // A heartbeat that was pinged as failed may be ahead of now.
        let until = before.state.cursor.map_or(just_after(now), |cursor| cursor.max(just_after(now)));
        let until = if changed.heartbeat.is_some() { until } else { just_after(now) };
        changed.forgotten = Some(TimeRange { from: Timestamp::from_unix_ms(0), until });
        changed.state = match changed.state.status {
            JobStatus::Paused => JobState {
                status: JobStatus::Paused,
                cursor: Some(Timestamp::from_unix_ms(first_ms)),
                wake_at: None,
                resumed_at: None,
            },
            JobStatus::Active | JobStatus::Finished => {
                changed.state = ledger::FINISHED;
                ledger::state(&changed, Some(first_ms))
            }
        };
    }
    ports.store.change_job(&changed).map_err(unavailable)?;
    let task = changed.task.clone();
    let job = convert::job(changed);
    // A secret that was there before was shown before.
    Ok(if had_secret { job } else { http_tasks::shown(job, &task) })
}

/// Gives the job another schedule; the first time that it names from now on. None where it is the one that it has.
fn retimed(job: &mut JobRecord, timing: Timing, now: Timestamp) -> Result<Option<u64>, JobError> {
    let Timing { schedule, calendar } = timing;
    let plan = plan::plan(&schedule, &calendar, job.created_at)?;
    let schedule = plan::proper(schedule, &plan);
    if (&schedule, &calendar) == (&job.schedule, &job.calendar) {
        return Ok(None);
    }
    let first = ledger::next_ms(&plan, just_after(now).unix_ms()).ok_or_else(|| {
        invalid(
            "/schedule",
            "names no time from now on: look at its `at`, at its `end` and at the dates that it excludes",
        )
    })?;
    job.schedule = schedule;
    job.calendar = calendar;
    Ok(Some(first))
}

fn changed_policy(policy: Policy, change: PolicyChange) -> Policy {
    let PolicyChange { misfire, misfire_window_ms, overlap, timeout_ms, concurrency, alert, cleared } =
        change;
    let kept = |setting| !cleared.contains(&setting);
    Policy {
        misfire: misfire.unwrap_or(policy.misfire),
        misfire_window_ms: misfire_window_ms
            .or(policy.misfire_window_ms.filter(|_| kept(PolicySetting::MisfireWindow))),
        overlap: overlap.unwrap_or(policy.overlap),
        timeout_ms: timeout_ms.or(policy.timeout_ms.filter(|_| kept(PolicySetting::Timeout))),
        concurrency: concurrency.or(policy.concurrency.filter(|_| kept(PolicySetting::Concurrency))),
        alert: alert.or(policy.alert.filter(|_| kept(PolicySetting::Alert))),
    }
}
