//! The scan of one object: what must hold of its alarm, jobs, ledgers and leases, and where it does not. Writes nothing.

use contracts::Timestamp;
use contracts::scheduler::{JobStatus, RunOutcome, ScanJobs, Scanned, Violation, ViolationKind};
use domain::job::{AlarmHealth, Fault, Recorded, ledger_faults};
use ids::{JobId, RunId};

use super::{SchedulePorts, plan};
use crate::ports::{JobRecord, RunRecord, StoreError, Trigger};

/// How many of a job's records are looked at, the latest.
const RECORDS: u32 = 200;
/// After how long what is due counts as left lying: well past the watchdog's rounds.
const LEFT_LYING_MS: u64 = 15 * 60_000;

/// Looks through the jobs that are asked for, and where it begins at the first also at the alarm, which stands as given.
pub(super) fn scan(
    ports: &SchedulePorts,
    alarm: Option<(AlarmHealth, Option<Timestamp>)>,
    request: ScanJobs,
) -> Result<Scanned, StoreError> {
    let now_ms = ports.clock.now().unix_ms();
    let limit = request.limit.clamp(1, 200);
    let mut ids = ports.store.job_ids(request.after, limit + 1)?;
    let more = ids.len() > limit as usize;
    ids.truncate(limit as usize);
    let mut seen = Seen { scanned: Scanned::default(), now_ms };
    if let Some((health, set_at)) = alarm.filter(|(health, _)| health.needs_setting()) {
        let detail = format!("{health:?}: it is set to {}", told(set_at));
        seen.found(ViolationKind::Alarm, None, None, detail);
    }
    for job_id in &ids {
        seen.scanned.jobs += 1;
        match ports.store.job(*job_id) {
            Ok(Some(job)) => seen.job(ports, &job),
            Ok(None) => {}
            Err(error) => seen.found(ViolationKind::UnknownState, Some(*job_id), None, error.to_string()),
        }
    }
    seen.scanned.next_after = ids.last().copied().filter(|_| more);
    Ok(seen.scanned)
}

struct Seen {
    scanned: Scanned,
    now_ms: u64,
}

impl Seen {
    fn found(&mut self, kind: ViolationKind, job_id: Option<JobId>, run_id: Option<RunId>, detail: String) {
        self.scanned.violations.push(Violation { kind, job_id, run_id, detail });
    }

    fn is_left_lying(&self, due_at: Timestamp) -> bool {
        due_at.unix_ms().saturating_add(LEFT_LYING_MS) < self.now_ms
    }

    fn job(&mut self, ports: &SchedulePorts, job: &JobRecord) {
        let job_id = Some(job.job_id);
        match job.state.wake_at {
            Some(wake_at) if self.is_left_lying(wake_at) => {
                self.found(ViolationKind::Overdue, job_id, None, format!("due at {}", told(Some(wake_at))));
            }
            None if job.state.status == JobStatus::Active => {
                self.found(ViolationKind::Overdue, job_id, None, "active, and due at no time".into());
            }
            _ => {}
        }
        let runs = match ports.store.runs(job.job_id, None, RECORDS) {
            Ok(runs) => runs,
            Err(error) => return self.found(ViolationKind::UnknownState, job_id, None, error.to_string()),
        };
        self.scanned.records += u32::try_from(runs.len()).unwrap_or(u32::MAX);
        self.leases(job, &runs);
        match plan::of(job) {
            Ok(plan) => {
                let from_ms = job
                    .forgotten
                    .map_or(0, |forgotten| forgotten.until.unix_ms())
                    .max(judged_from(job, &runs));
                let mut records: Vec<_> = runs.iter().filter_map(recorded).collect();
                records.sort_by_key(|record| record.first_ms);
                // A single time has its record in any order of things; a cursor is there while times are to come.
                let cursor_ms = job.state.cursor.map(Timestamp::unix_ms);
                for fault in ledger_faults(&plan, &records, from_ms, cursor_ms) {
                    let (kind, detail) = described(fault);
                    self.found(kind, job_id, None, detail);
                }
            }
            Err(error) => self.found(ViolationKind::UnknownState, job_id, None, error.to_string()),
        }
    }

    /// A run that something is still to happen to is due at some time, or waits for one that is not over.
    fn leases(&mut self, job: &JobRecord, runs: &[RunRecord]) {
        let job_id = Some(job.job_id);
        let begun =
            |run: &&RunRecord| matches!(run.progress.outcome, RunOutcome::Pending | RunOutcome::Running);
        let any_begun = runs.iter().any(|run| begun(&run));
        for run in runs {
            let (kind, what) = match run.progress.outcome {
                RunOutcome::Running => (ViolationKind::StuckLease, "its try was begun and never ended"),
                RunOutcome::Pending => (ViolationKind::Overdue, "nobody took it up"),
                // What it waits for may be older than what is looked at.
                RunOutcome::Waiting if !any_begun && runs.len() < RECORDS as usize => {
                    let detail = "it waits, and no earlier run is begun".to_owned();
                    self.found(ViolationKind::StuckLease, job_id, Some(run.run_id), detail);
                    continue;
                }
                _ => continue,
            };
            match run.progress.due_at {
                Some(due_at) if !self.is_left_lying(due_at) => {}
                due_at => {
                    let detail = format!("{what}: due at {}", told(due_at));
                    self.found(kind, job_id, Some(run.run_id), detail);
                }
            }
        }
    }
}

/// From when on what was read of a job, newest first, tells of every time. What a backfill did tells of times long past,
/// between which others were not read; those before the job's beginning are none of the schedule's.
fn judged_from(job: &JobRecord, runs: &[RunRecord]) -> u64 {
    let mut latest_ms = 0;
    let mut in_order = Vec::new();
    for record in runs.iter().rev().filter(|run| run.trigger == Trigger::Schedule).filter_map(recorded) {
        // A part of a record that a backfill cut is younger than what follows it.
        if record.first_ms >= latest_ms {
            latest_ms = record.last_ms;
            in_order.push(record.first_ms);
        }
    }
    let begins_ms = plan::beginning(&job.schedule, job.created_at);
    if runs.len() < RECORDS as usize {
        return begins_ms;
    }
    // The oldest may be such a part itself.
    in_order.get(1).map_or(u64::MAX, |first_ms| begins_ms.max(*first_ms))
}

/// The times of a run of the schedule, then or afterwards; nothing of what a caller asked for, or the clocks skip.
fn recorded(run: &RunRecord) -> Option<Recorded> {
    if run.trigger == Trigger::Caller || run.progress.outcome == RunOutcome::SkippedGap {
        return None;
    }
    let last_ms = run.scheduled_for.unix_ms();
    Some(Recorded {
        first_ms: run.span.map_or(last_ms, |span| span.first.unix_ms()),
        last_ms,
        count: run.span.map_or(1, |span| span.count),
    })
}

fn described(fault: Fault) -> (ViolationKind, String) {
    let at = |ms| told(Some(Timestamp::from_unix_ms(ms)));
    match fault {
        Fault::Gap { at_ms } => (ViolationKind::Gap, format!("{} has no record", at(at_ms))),
        Fault::Overlap { at_ms } => (ViolationKind::Overlap, format!("{} has two records", at(at_ms))),
        Fault::Unnamed { at_ms } => {
            (ViolationKind::Unnamed, format!("{} is on record and no time of the schedule", at(at_ms)))
        }
        Fault::Miscounted { at_ms, told, named } => (
            ViolationKind::Unnamed,
            format!(
                "the record from {} on stands for {told} times and the schedule names {named}",
                at(at_ms)
            ),
        ),
    }
}

fn told(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "no time".into(), |time| super::runs::rfc3339(time.unix_ms()))
}
