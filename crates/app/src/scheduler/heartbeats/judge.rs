//! What becomes of a time at which a ping was expected.

use contracts::Timestamp;
use contracts::scheduler::{Ping, RunOutcome, Task};
use domain::job::{counts_early, ping_due_ms};
use schedule::Plan;

use super::super::runs::rfc3339;
use super::super::{SchedulePorts, plan};
use crate::ports::{HeartbeatState, JobRecord, PingEffect, RunProgress, RunRecord, StoreError};

/// How many pending runs of a job are looked at in one turn.
pub(crate) const JUDGED: u32 = 1_000;

/// When a run of a heartbeat is to be judged: at once where a ping came early for it, and else when its grace is over.
pub(crate) fn due_at(job: &JobRecord, plan: &Plan, nominal: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let Task::Heartbeat { grace_ms } = job.task else { return None };
    let early = job.heartbeat.as_ref().and_then(|state| state.early.as_ref());
    if early.is_some_and(|early| counts_early(plan, early.at.unix_ms(), nominal.unix_ms())) {
        return Some(now);
    }
    Some(Timestamp::from_unix_ms(ping_due_ms(nominal.unix_ms(), grace_ms)))
}

/// Judges the pending runs of a job, as it is stored: those for which a ping came early, and those whose grace is over.
/// They as they stand then.
pub(crate) fn judge(
    ports: &SchedulePorts,
    job: &JobRecord,
    now: Timestamp,
) -> Result<Vec<RunRecord>, StoreError> {
    let Some(mut state) = job.heartbeat.clone() else { return Ok(Vec::new()) };
    // A schedule that is not understood names no time for which a ping could have been early.
    let plan = plan::of(job).ok();
    let mut runs = Vec::new();
    for mut run in ports.store.pending_runs(job.job_id, JUDGED)? {
        let nominal_ms = run.scheduled_for.unix_ms();
        let is_for_it = |early: &Ping| {
            plan.as_ref().is_some_and(|plan| counts_early(plan, early.at.unix_ms(), nominal_ms))
        };
        run.progress = match state.early.take_if(|early| is_for_it(early)) {
            Some(early) => met(run.progress, &early),
            None if run.progress.due_at.is_some_and(|due_at| due_at <= now) => unmet(&run, &state, now),
            None => continue,
        };
        runs.push(run);
    }
    if !runs.is_empty() {
        let judged: Vec<_> = runs.iter().map(|run| (run.run_id, run.progress.clone())).collect();
        let effect = PingEffect { ping: None, state: &state, judged: &judged, recovers: None };
        ports.store.take_ping(job.job_id, effect, now)?;
    }
    Ok(runs)
}

/// A run that was told of in time.
pub(super) fn met(progress: RunProgress, ping: &Ping) -> RunProgress {
    RunProgress { outcome: RunOutcome::Succeeded, error: None, ..told(progress, ping) }
}

/// A run that was told to have failed.
pub(super) fn failed(progress: RunProgress, ping: &Ping) -> RunProgress {
    let error = match &ping.message {
        Some(message) => format!("it was pinged as failed: {message}"),
        None => "it was pinged as failed".to_owned(),
    };
    RunProgress { outcome: RunOutcome::Failed, error: Some(error), ..told(progress, ping) }
}

fn told(progress: RunProgress, ping: &Ping) -> RunProgress {
    RunProgress {
        due_at: None,
        started_at: Some(ping.began_at.unwrap_or(ping.at)),
        ended_at: Some(ping.at),
        ping: Some(ping.clone()),
        ..progress
    }
}

/// A run that nobody told of.
fn unmet(run: &RunRecord, state: &HeartbeatState, now: Timestamp) -> RunProgress {
    let at = |time: Timestamp| rfc3339(time.unix_ms());
    let due_at = run.progress.due_at.unwrap_or(now);
    let last = match (&state.last, state.began_at) {
        (_, Some(began_at)) => format!("it began at {}, and its end was not told", at(began_at)),
        (Some(last), None) => format!("the last was at {}", at(last.at)),
        (None, None) => "none ever came".to_owned(),
    };
    RunProgress {
        outcome: RunOutcome::Failed,
        due_at: None,
        ended_at: Some(now),
        error: Some(format!("no ping came by {}; {last}", at(due_at))),
        ..run.progress.clone()
    }
}
