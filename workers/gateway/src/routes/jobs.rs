//! `/v1/jobs`.

use auth::Principal;
use contracts::pipeline::work::WorkDone;
use contracts::scheduler::{self, GetJob, PolicyChange, PolicySetting, Timing};
use http_api::jobs::{
    AlertPolicy, ChangeJob, Concurrency, CreateJob, Interval, Job, JobStatus, ListJobs, ListRuns, Retry,
    RetryJitter, Run, RunWorkflow, Task, Try, duration_ms, lateness_ms,
};
use http_api::{Code, Payload, Scope};

use super::{http_tasks, pings, policies, schedules, source, time};
use crate::exchange::Exchange;
use crate::failure::{Failure, failed};
use crate::middleware::auth::{authorize, authorize_principal, require};
use crate::respond::{Answer, Outcome};

/// Creates a job.
///
/// # Errors
/// As [`authorize`]; a bad header or body; what [`failed`] makes of the call.
pub async fn create(exchange: &Exchange<'_>) -> Outcome {
    let (call, principal) = authorize_principal(exchange).await?;
    let call = match exchange.idempotency_key()? {
        Some(key) => call.with_idempotency_key(key.as_str()),
        None => call,
    };
    let CreateJob {
        name,
        schedule,
        task,
        retry,
        misfire,
        misfire_window,
        overlap,
        timeout,
        concurrency,
        alert,
    } = exchange.json().await?;
    let (schedule, calendar) = schedules::inner(schedule);
    let request = scheduler::CreateJob {
        name,
        schedule,
        calendar,
        task: inner_task(task, &principal)?,
        retry: policies::inner_retry(retry),
        policy: scheduler::Policy {
            misfire: policies::inner_misfire(misfire),
            misfire_window_ms: misfire_window.map(Interval::ms),
            overlap: policies::inner_overlap(overlap),
            timeout_ms: timeout.map(policies::inner_timeout),
            concurrency: concurrency.map(policies::inner_concurrency),
            alert: alert.map(policies::inner_alert),
        },
    };
    let created = exchange.ports.scheduler.create_job(&call, request).await.map_err(failed)?;
    let location = format!("/v1/jobs/{}", created.job_id);
    Ok(Answer::json(201, &shown(exchange, &principal, created)?)?.with("location", location))
}

/// Jobs, newest first.
///
/// # Errors
/// As [`authorize`]; a bad query; what [`failed`] makes of the call.
pub async fn list(exchange: &Exchange<'_>) -> Outcome {
    let (call, principal) = authorize_principal(exchange).await?;
    let ListJobs { status, page } = exchange.query()?;
    let standing = status.map(policies::inner_standing);
    let request = scheduler::ListJobs { before: page.after, limit: page.limit, standing };
    let found = exchange.ports.scheduler.list_jobs(&call, request).await.map_err(failed)?;
    let items = found.items.into_iter().map(|job| shown(exchange, &principal, job));
    let items = items.collect::<Result<_, _>>()?;
    Answer::json(200, &page.answer(items, found.next_before))
}

/// One job.
///
/// # Errors
/// As [`authorize`]; [`Code::JobNotFound`]; what [`failed`] makes of the call.
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let (call, principal) = authorize_principal(exchange).await?;
    let found = exchange.ports.scheduler.get_job(&call, named(exchange)?).await.map_err(failed)?;
    Answer::json(200, &shown(exchange, &principal, found)?)
}

/// Changes a job.
///
/// # Errors
/// As [`get`]; a bad body; [`Code::JobChanged`].
pub async fn change(exchange: &Exchange<'_>) -> Outcome {
    let (call, principal) = authorize_principal(exchange).await?;
    let GetJob { job_id } = named(exchange)?;
    let ChangeJob {
        version,
        name,
        schedule,
        task,
        retry,
        misfire,
        misfire_window,
        overlap,
        timeout,
        concurrency,
        alert,
    } = exchange.json().await?;
    let cleared = [
        (misfire_window == Some(None), PolicySetting::MisfireWindow),
        (timeout == Some(None), PolicySetting::Timeout),
        (concurrency == Some(None), PolicySetting::Concurrency),
        (alert == Some(None), PolicySetting::Alert),
    ];
    let request = scheduler::ChangeJob {
        job_id,
        version,
        name,
        timing: schedule.map(|schedule| {
            let (schedule, calendar) = schedules::inner(schedule);
            Timing { schedule, calendar }
        }),
        task: task.map(|task| inner_task(task, &principal)).transpose()?,
        retry: retry.map(policies::inner_retry),
        policy: PolicyChange {
            misfire: misfire.map(policies::inner_misfire),
            misfire_window_ms: misfire_window.flatten().map(Interval::ms),
            overlap: overlap.map(policies::inner_overlap),
            timeout_ms: timeout.flatten().map(policies::inner_timeout),
            concurrency: concurrency.flatten().map(policies::inner_concurrency),
            alert: alert.flatten().map(policies::inner_alert),
            cleared: cleared
                .into_iter()
                .filter(|(cleared, _)| *cleared)
                .map(|(_, setting)| setting)
                .collect(),
        },
    };
    let changed = exchange.ports.scheduler.change_job(&call, request).await.map_err(failed)?;
    Answer::json(200, &shown(exchange, &principal, changed)?)
}

/// Deletes a job with its runs.
///
/// # Errors
/// As [`get`].
pub async fn delete(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    exchange.ports.scheduler.delete_job(&call, named(exchange)?).await.map_err(failed)?;
    Ok(Answer::empty(204))
}

/// Stops a job from firing.
///
/// # Errors
/// As [`get`].
pub async fn pause(exchange: &Exchange<'_>) -> Outcome {
    let (call, principal) = authorize_principal(exchange).await?;
    let paused = exchange.ports.scheduler.pause_job(&call, named(exchange)?).await.map_err(failed)?;
    Answer::json(200, &shown(exchange, &principal, paused)?)
}

/// Lets a job fire again.
///
/// # Errors
/// As [`get`].
pub async fn resume(exchange: &Exchange<'_>) -> Outcome {
    let (call, principal) = authorize_principal(exchange).await?;
    let resumed = exchange.ports.scheduler.resume_job(&call, named(exchange)?).await.map_err(failed)?;
    Answer::json(200, &shown(exchange, &principal, resumed)?)
}

/// Runs a job once, now.
///
/// # Errors
/// As [`get`].
pub async fn run(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let started = exchange.ports.scheduler.run_job(&call, named(exchange)?).await.map_err(failed)?;
    Answer::json(202, &public_run(started))
}

/// A job's runs, newest first.
///
/// # Errors
/// As [`get`], and a bad query.
pub async fn runs(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let GetJob { job_id } = named(exchange)?;
    let ListRuns { outcome, page } = exchange.query()?;
    let outcome = outcome.map(policies::inner_outcome);
    let request = scheduler::ListRuns { job_id, before: page.after, limit: page.limit, outcome };
    let found = exchange.ports.scheduler.list_runs(&call, request).await.map_err(failed)?;
    Answer::json(200, &page.answer(found.items.into_iter().map(public_run).collect(), found.next_before))
}

/// The task, which its job will have done in the key's place: what the key may not start by itself, its job may not.
fn inner_task(task: Task, principal: &Principal) -> Result<scheduler::Task, Failure> {
    Ok(match task {
        Task::Event { source, r#type, payload } => {
            source::check(&source, "/task/source")?;
            scheduler::Task::Event { source, kind: r#type, payload: payload.as_json().to_owned() }
        }
        Task::Workflow { name, params } => {
            require(principal, Scope::WorkflowsWrite)?;
            scheduler::Task::Workflow { name, params: params.as_json().to_owned() }
        }
        Task::Report { account, days } => {
            require(principal, Scope::ReportsWrite)?;
            scheduler::Task::Report { account, days }
        }
        Task::Http { url, method, headers, payload, body, .. } => {
            require(principal, Scope::SubscriptionsWrite)?;
            scheduler::Task::Http(http_tasks::inner(url, method, headers, payload, body))
        }
        Task::Purge {} => scheduler::Task::Purge {},
        Task::Sync { endpoint_id, max_pages } => {
            require(principal, Scope::WorkflowsWrite)?;
            scheduler::Task::Sync { endpoint_id, max_pages }
        }
        Task::Heartbeat { grace } => scheduler::Task::Heartbeat { grace_ms: grace.ms() },
    })
}

fn named(exchange: &Exchange<'_>) -> Result<GetJob, Failure> {
    Ok(GetJob { job_id: exchange.id(Code::JobNotFound)? })
}

/// A job as the holder of a key sees it: where a heartbeat is pinged is for those who may.
pub(super) fn shown(
    exchange: &Exchange<'_>,
    principal: &Principal,
    shown: scheduler::Job,
) -> Result<Job, Failure> {
    let may_ping = require(principal, Scope::JobsWrite).is_ok();
    let address = pings::address(exchange, principal.tenant_id, &shown);
    Ok(Job { ping_url: address.filter(|_| may_ping), ..job(shown)? })
}

fn job(job: scheduler::Job) -> Result<Job, Failure> {
    let scheduler::Job {
        job_id,
        version,
        name,
        schedule,
        calendar,
        task,
        retry,
        policy,
        status,
        next_run_at,
        preview,
        created_at,
        failing_since,
        heartbeat,
    } = job;
    let odd = |what: &str| Failure::internal(format!("the scheduler's `{job_id}` has {what}"));
    let secret = http_tasks::secret(&task);
    let schedule = schedules::public(schedule, calendar).ok_or_else(|| odd("an interval out of range"))?;
    let task = match task {
        scheduler::Task::Event { source, kind, payload } => Task::Event {
            source,
            r#type: kind,
            payload: Payload::from_json(payload).map_err(|_| odd("a payload that is not JSON"))?,
        },
        scheduler::Task::Workflow { name, params } => Task::Workflow {
            name,
            params: Payload::from_json(params).map_err(|_| odd("parameters that are not JSON"))?,
        },
        scheduler::Task::Report { account, days } => Task::Report { account, days },
        scheduler::Task::Http(request) => http_tasks::public(request),
        scheduler::Task::Purge {} => Task::Purge {},
        scheduler::Task::Sync { endpoint_id, max_pages } => Task::Sync { endpoint_id, max_pages },
        scheduler::Task::Heartbeat { grace_ms } => Task::Heartbeat {
            grace: schedules::interval(grace_ms).ok_or_else(|| odd("a grace out of range"))?,
        },
    };
    let delay =
        schedules::interval(u64::from(retry.delay_ms)).ok_or_else(|| odd("a retry delay out of range"))?;
    Ok(Job {
        id: job_id,
        version,
        name,
        status: match status {
            scheduler::JobStatus::Active => JobStatus::Active,
            scheduler::JobStatus::Paused => JobStatus::Paused,
            scheduler::JobStatus::Finished => JobStatus::Finished,
        },
        schedule,
        task,
        retry: Retry {
            max_attempts: retry.max_attempts,
            delay,
            jitter: match retry.jitter {
                scheduler::RetryJitter::None => RetryJitter::None,
                scheduler::RetryJitter::Full => RetryJitter::Full,
            },
        },
        misfire: policies::public_misfire(policy.misfire),
        misfire_window: policy.misfire_window_ms.and_then(schedules::interval),
        overlap: policies::public_overlap(policy.overlap),
        timeout: policy.timeout_ms.and_then(|timeout| schedules::interval(timeout.into())),
        concurrency: policy
            .concurrency
            .map(|scheduler::Concurrency { group, limit }| Concurrency { group, limit }),
        alert: policy.alert.map(|scheduler::AlertPolicy { after }| AlertPolicy { after }),
        next_run_at: next_run_at.map(time::public),
        preview: preview.into_iter().map(time::public).collect(),
        created_at: time::public(created_at),
        failing_since: failing_since.map(time::public),
        ping_url: None,
        secret,
        last_ping: heartbeat.and_then(|heartbeat| heartbeat.last).map(pings::public),
    })
}

fn public_run(run: scheduler::JobRun) -> Run {
    let scheduler::JobRun {
        run_id,
        trigger,
        scheduled_for,
        count,
        first_scheduled_for,
        clock_change,
        started_at,
        ended_at,
        outcome,
        attempts,
        error,
        tries,
        event_id,
        done,
        ping,
        trace_id,
    } = run;
    let (scheduled_for, started_at) = (time::public(scheduled_for), started_at.map(time::public));
    let ended_at = ended_at.map(time::public);
    let (workflow, purged_events, status_code) = match done {
        Some(WorkDone::Started { workflow: name, run_id: id }) => {
            (Some(RunWorkflow { name, id }), None, None)
        }
        Some(WorkDone::Purged { events }) => (None, Some(events), None),
        Some(WorkDone::Answered { status }) => (None, None, Some(status)),
        None => (None, None, None),
    };
    Run {
        id: run_id,
        trigger: policies::public_trigger(trigger),
        scheduled_for,
        count,
        first_scheduled_for: first_scheduled_for.map(time::public),
        clock_change: clock_change.map(schedules::clock_change),
        started_at,
        ended_at,
        duration_ms: duration_ms(started_at, ended_at),
        lateness_ms: lateness_ms(scheduled_for, started_at),
        outcome: policies::public_outcome(outcome),
        attempts,
        error,
        tries: tries.into_iter().map(public_try).collect(),
        event_id,
        workflow,
        status_code,
        purged_events,
        ping: ping.map(pings::public),
        trace_id,
    }
}

fn public_try(made: scheduler::Try) -> Try {
    let (started_at, ended_at) = (time::public(made.started_at), made.ended_at.map(time::public));
    Try { started_at, ended_at, duration_ms: duration_ms(Some(started_at), ended_at), error: made.error }
}
