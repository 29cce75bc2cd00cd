//! Alerts: runs that ended are judged, and what a job is to be told of goes out as an event, once.
//!
//! The key of the event is made of the run that led to it: however often telling it is tried, it is one event.

use contracts::Timestamp;
use contracts::scheduler::{Ping, RunOutcome, Task};
use domain::job::{Alert, Ending};
use futures_util::future::join_all;
use ids::TenantId;
use mesh::TraceContext;
use serde_json::json;

use super::SchedulePorts;
use super::pipeline_tasks::PATIENCE_MS;
use super::runs::rfc3339;
use crate::ports::{AlertRecord, EndedRun, Firing, JobRecord, StoreError};

/// The source of the events.
const SOURCE: &str = "generic";
/// The type of the event that tells of failures.
pub(super) const FAILING: &str = "job.failing";
/// The type of the event that tells that it is over.
pub(super) const RECOVERED: &str = "job.recovered";
/// How many runs are judged in one turn.
const JUDGED: u32 = 500;
/// How many alerts are told in one turn: with the tries of a turn, within the calls that the platform allows.
const TOLD: u32 = 5;
/// How long to wait before the second try, in milliseconds; it doubles, up to [`LONGEST_MS`].
const FIRST_DELAY_MS: u64 = 5_000;
const LONGEST_MS: u64 = 60 * 60 * 1_000;

/// Judges the runs that ended.
pub(super) fn judge(ports: &SchedulePorts) -> Result<(), StoreError> {
    for ended in ports.store.ended_runs(JUDGED)? {
        let job = ports.store.job(ended.job_id)?;
        let state = ports.store.alert_state(ended.job_id)?;
        // The job may have been told meanwhile to tell of nothing.
        let Some((job, wanted)) = job.and_then(|job| job.policy.alert.map(|alert| (job, alert))) else {
            ports.store.put_judgement(&ended, state, None)?;
            continue;
        };
        let ending = match ended.outcome {
            RunOutcome::Succeeded => Ending::Good,
            _ => Ending::Bad(ended.count),
        };
        let (state, alert) = state.after(ending, wanted.after);
        let alert = match alert {
            Some(alert) => Some(record(ports, &job, &ended, alert)?),
            None => None,
        };
        ports.store.put_judgement(&ended, state, alert.as_ref())?;
    }
    Ok(())
}

fn record(
    ports: &SchedulePorts,
    job: &JobRecord,
    ended: &EndedRun,
    alert: Alert,
) -> Result<AlertRecord, StoreError> {
    let run = ports.store.run(ended.run_id)?;
    let told = run.as_ref().map(|run| {
        json!({
            "id": run.run_id,
            "scheduled_for": rfc3339(run.scheduled_for.unix_ms()),
            "outcome": run.progress.outcome,
            "attempts": run.progress.attempts,
            "error": run.progress.error,
            "trace_id": run.trace.trace_id(),
        })
    });
    let ping = job.heartbeat.as_ref().and_then(|state| state.last.as_ref());
    let ping = ping.map(|Ping { at, status, message, .. }| {
        json!({ "at": rfc3339(at.unix_ms()), "status": status, "message": message })
    });
    let mut job = json!({ "id": ended.job_id, "name": job.name });
    if let Some(ping) = ping {
        job["last_ping"] = ping;
    }
    let (kind, payload) = match alert {
        Alert::Failing { streak } => (FAILING, json!({ "job": job, "failures": streak, "run": told })),
        Alert::Recovered => (RECOVERED, json!({ "job": job, "run": told })),
    };
    Ok(AlertRecord {
        key: format!("{kind}:{}", ended.run_id),
        job_id: ended.job_id,
        kind: kind.into(),
        payload: payload.to_string(),
        attempts: 0,
        due_at: ports.clock.now(),
    })
}

/// Sends the events that are due. One that is not taken is tried again; what went wrong is given back, for the log.
pub(super) async fn tell(ports: &SchedulePorts, tenant: TenantId) -> Result<Vec<String>, StoreError> {
    let due = ports.store.due_alerts(ports.clock.now(), TOLD)?;
    let told = due.into_iter().map(async |alert| {
        let mut random = [0; 24];
        ports.random.fill(&mut random);
        let task =
            Task::Event { source: SOURCE.into(), kind: alert.kind.clone(), payload: alert.payload.clone() };
        let firing = Firing {
            tenant,
            job_id: alert.job_id,
            idempotency_key: alert.key.clone(),
            scheduled_for: alert.due_at,
            trace: TraceContext::from_random(random),
            task,
            patience_ms: PATIENCE_MS,
        };
        let outcome = ports.tasks.run(&firing).await;
        (alert, outcome)
    });
    let mut failures = Vec::new();
    for (alert, outcome) in join_all(told).await {
        let Err(error) = outcome else {
            ports.store.drop_alert(&alert.key)?;
            continue;
        };
        failures.push(format!("{}: {}", alert.key, error.detail));
        let delay = FIRST_DELAY_MS.saturating_mul(1 << alert.attempts.min(20)).min(LONGEST_MS);
        let due_at = Timestamp::from_unix_ms(ports.clock.now().unix_ms().saturating_add(delay));
        ports.store.put_off_alert(&alert.key, due_at)?;
    }
    Ok(failures)
}
