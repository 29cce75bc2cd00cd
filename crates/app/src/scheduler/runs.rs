//! New runs: one that waits to be tried, and one that stands for times nobody ran.

use contracts::Timestamp;
use contracts::scheduler::{ClockChange, RunOutcome};
use domain::job::{Change, Entry, Piece, Verdict};
use ids::RunId;
use mesh::TraceContext;
use schedule::{Kind, Occurrence};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::SchedulePorts;
use crate::ports::{JobRecord, RunProgress, RunRecord, RunSpan, Trigger};

/// A run that is due now. Its trace is its own: its tries belong together, whatever asked for it.
pub(super) fn pending(
    ports: &SchedulePorts,
    job: &JobRecord,
    trigger: Trigger,
    scheduled_for: Timestamp,
) -> RunRecord {
    let now = ports.clock.now();
    let mut random = [0; 24];
    ports.random.fill(&mut random);
    RunRecord {
        run_id: RunId::from_parts(now.unix_ms(), ports.random.for_id()),
        job_id: job.job_id,
        trigger,
        scheduled_for,
        span: None,
        clock_change: None,
        trace: TraceContext::from_random(random),
        task: None,
        progress: RunProgress {
            outcome: RunOutcome::Pending,
            attempts: 0,
            due_at: Some(now),
            started_at: None,
            ended_at: None,
            error: None,
            tries: Vec::new(),
            event_id: None,
            done: None,
            ping: None,
        },
    }
}

/// What the ledger says of one time or several: a run to be tried, or one that stands for times nobody ran.
pub(super) fn recorded(ports: &SchedulePorts, job: &JobRecord, entry: &Entry) -> RunRecord {
    let scheduled_for = Timestamp::from_unix_ms(entry.last_ms);
    let run = pending(ports, job, Trigger::Schedule, scheduled_for);
    let first = Timestamp::from_unix_ms(entry.first_ms);
    let span = (entry.count > 1).then_some(RunSpan { count: entry.count, first });
    let clock_change = entry.change.map(clock_change);
    let (outcome, why) = match entry.verdict {
        Verdict::Run => return RunRecord { clock_change, ..run },
        Verdict::Wait => {
            let progress = RunProgress { outcome: RunOutcome::Waiting, due_at: None, ..run.progress };
            return RunRecord { progress, clock_change, ..run };
        }
        Verdict::Missed => (RunOutcome::Missed, MISSED),
        Verdict::Paused => (RunOutcome::Paused, PAUSED),
        Verdict::SkippedGap => (RunOutcome::SkippedGap, "the clocks skip it"),
        Verdict::SkippedOverlap => (RunOutcome::SkippedOverlap, "an earlier run was not over"),
    };
    let error = match (&clock_change, entry.count) {
        (Some(ClockChange::Skipped { first_local_time: first, last_local_time: last }), count)
            if count > 1 =>
        {
            format!("did not run {count} times, from {first} to {last} local time: {why}")
        }
        (Some(ClockChange::Skipped { first_local_time: time, .. }), _) => {
            format!("did not run at {time} local time: {why}")
        }
        (_, count) => did_not_run(count, entry.first_ms, entry.last_ms, why),
    };
    let progress = RunProgress { outcome, due_at: None, error: Some(error), ..run.progress };
    RunRecord { progress, span, clock_change, ..run }
}

/// What a change of clocks did to a time that fires.
pub(super) fn clock_change_of(time: &Occurrence) -> Option<ClockChange> {
    match time.kind {
        Kind::Exact | Kind::Skipped { .. } => None,
        Kind::Shifted { civil } => Some(ClockChange::Shifted { local_time: civil.to_string() }),
        Kind::FirstOfTwo => Some(ClockChange::FirstOfTwo),
        Kind::SecondOfTwo => Some(ClockChange::SecondOfTwo),
    }
}

/// A record of times that did not run, of which only some stay.
pub(super) fn shortened(record: &RunRecord, piece: &Piece) -> RunRecord {
    let why = if record.progress.outcome == RunOutcome::Paused { PAUSED } else { MISSED };
    let error = did_not_run(piece.count, piece.first_ms, piece.last_ms, why);
    let first = Timestamp::from_unix_ms(piece.first_ms);
    RunRecord {
        scheduled_for: Timestamp::from_unix_ms(piece.last_ms),
        span: (piece.count > 1).then_some(RunSpan { count: piece.count, first }),
        clock_change: None,
        progress: RunProgress { error: Some(error), ..record.progress.clone() },
        ..record.clone()
    }
}

fn did_not_run(count: u64, first_ms: u64, last_ms: u64, why: &str) -> String {
    match count {
        1 => format!("did not run at {}: {why}", rfc3339(last_ms)),
        _ => {
            let (first, last) = (rfc3339(first_ms), rfc3339(last_ms));
            format!("did not run {count} times, from {first} to {last}: {why}")
        }
    }
}

const MISSED: &str = "the scheduler was down or busy";
const PAUSED: &str = "the job was paused";

fn clock_change(change: Change) -> ClockChange {
    match change {
        Change::Shifted(civil) => ClockChange::Shifted { local_time: civil.to_string() },
        Change::FirstOfTwo => ClockChange::FirstOfTwo,
        Change::SecondOfTwo => ClockChange::SecondOfTwo,
        Change::Skipped(first, last) => {
            ClockChange::Skipped { first_local_time: first.to_string(), last_local_time: last.to_string() }
        }
    }
}

pub(super) fn rfc3339(ms: u64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| format!("{ms} ms"))
}
