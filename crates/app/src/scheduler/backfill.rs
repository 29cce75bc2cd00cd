//! Filling in a past range: asked for by a caller, carried out a few runs a turn by the alarm.
//!
//! A backfill has a cursor of its own. What one turn does is one write: its runs, what is left of the records that stood
//! for their times, and the cursor; so each time has one record, whatever crashes.

use contracts::scheduler::{
    BackfillJob, BackfillStatus, GetJobBackfill, JobBackfill, JobBackfillPage, JobError, ListJobBackfills,
    Overlap, RunOutcome,
};
use contracts::{TenantCall, Timestamp};
use domain::job::{self, Filling, OnRecord, fill};
use ids::BackfillId;
use schedule::{Occurrence, Plan};

use super::bring_up::bring_up;
use super::create_job::invalid;
use super::fire_due::{BATCH, later};
use super::read_job::{cut, find};
use super::tenant_jobs::unavailable;
use super::{SchedulePorts, plan, runs};
use crate::ports::{BackfillRecord, JobRecord, RecordCut, RunRecord, StoreError, TimeRange, Trigger};

/// The most times that one backfill may have.
const MAX_BACKFILL_TIMES: u64 = 10_000;

/// How far times are counted to name their number in a refusal.
const COUNTED: usize = 200_000;

/// When to look again where nothing says when there will be room.
const AGAIN_MS: u64 = 60_000;

/// How many times are looked at in one turn.
const LOOKED_AT: usize = 500;

pub(super) fn backfill_job(
    ports: &SchedulePorts,
    context: &TenantCall,
    request: BackfillJob,
) -> Result<JobBackfill, JobError> {
    let BackfillJob { job_id, from, until } = request;
    let job = find(ports, job_id)?;
    if job.heartbeat.is_some() {
        return Err(JobError::Heartbeat);
    }
    let now = ports.clock.now();
    let key = context.idempotency_key.as_deref();
    if let Some(before) =
        key.map(|key| ports.store.backfill_by_key(key)).transpose().map_err(unavailable)?.flatten()
    {
        let same = (before.job_id, before.range) == (job_id, TimeRange { from, until });
        return if same { Ok(told(before)) } else { Err(JobError::KeyReused) };
    }
    if from >= until {
        return Err(invalid("/from", "must be earlier than `to`"));
    }
    if until > now {
        return Err(invalid("/to", "must not be in the future"));
    }
    let plan = plan::reaching_back(&job, from)?;
    let times = counted(&plan, from, until);
    if times > MAX_BACKFILL_TIMES {
        let more = if times >= COUNTED as u64 { "at least " } else { "" };
        let detail = format!(
            "the schedule names {more}{times} times in the range, and {MAX_BACKFILL_TIMES} are filled in at once: name a shorter one"
        );
        return Err(invalid("/to", detail));
    }
    if times == 0 {
        return Err(invalid("/from", "the schedule names no time in the range"));
    }
    // Every time that came has its record, so that what has none never had a run.
    let job = bring_up(ports, job, now)?;
    let job = find(ports, job.job_id)?;
    if let Some(forgotten) = job.forgotten.filter(|range| range.from < until && from < range.until) {
        let detail = format!(
            "must be {} or later: what became of earlier times is not on record any more, or their schedule was another",
            runs::rfc3339(forgotten.until.unix_ms())
        );
        return Err(invalid("/from", detail));
    }
    if let Some(other) = ports.store.running_backfill(job_id).map_err(unavailable)? {
        return Err(JobError::BackfillRunning { backfill_id: other.backfill_id });
    }
    let record = BackfillRecord {
        backfill_id: BackfillId::from_parts(now.unix_ms(), ports.random.for_id()),
        job_id,
        range: TimeRange { from, until },
        cursor: from,
        due_at: Some(now),
        status: BackfillStatus::Running,
        times,
        begun: 0,
        kept: 0,
        created_at: now,
        ended_at: None,
        request_key: key.map(str::to_owned),
    };
    ports.store.insert_backfill(&record).map_err(unavailable)?;
    Ok(told(record))
}

pub(super) fn get_backfill(ports: &SchedulePorts, request: &GetJobBackfill) -> Result<JobBackfill, JobError> {
    found(ports, request).map(told)
}

pub(super) fn list_backfills(
    ports: &SchedulePorts,
    request: &ListJobBackfills,
) -> Result<JobBackfillPage, JobError> {
    find(ports, request.job_id)?;
    let limit = request.limit.clamp(1, 200);
    let found = ports.store.backfills(request.job_id, request.before, limit + 1).map_err(unavailable)?;
    let (found, more) = cut(found, limit);
    let next_before = found.last().filter(|_| more).map(|record| record.backfill_id);
    Ok(JobBackfillPage { items: found.into_iter().map(told).collect(), next_before })
}

/// Begins no more runs, and takes those back that were not tried. One that has ended stays as it is.
pub(super) fn cancel_backfill(
    ports: &SchedulePorts,
    request: &GetJobBackfill,
) -> Result<JobBackfill, JobError> {
    let record = found(ports, request)?;
    if record.status == BackfillStatus::Running {
        ports.store.cancel_backfill(record.job_id, ports.clock.now()).map_err(unavailable)?;
    }
    found(ports, request).map(told)
}

/// Begins what there is room for; at most `room` runs over all backfills.
pub(super) fn go_on(ports: &SchedulePorts, now: Timestamp, mut room: u32) -> Result<(), StoreError> {
    for backfill in ports.store.due_backfills(now, BATCH)? {
        if room == 0 {
            break;
        }
        // Backfills go with their job, so there is one; and if not, there is nothing to do.
        let Some(job) = ports.store.job(backfill.job_id)? else { continue };
        let open = ports.store.open_runs(job.job_id)?;
        // Where runs may not overlap, a backfill's do not either: one follows the other.
        let most = if job.policy.overlap == Overlap::Allow { BATCH } else { 1 };
        let free = most.saturating_sub(open.begun + open.waiting).min(room);
        if free == 0 {
            let next = open.next_due.unwrap_or_else(|| later(now, AGAIN_MS));
            if next > now {
                ports.store.fill(&BackfillRecord { due_at: Some(next), ..backfill }, &[], &[])?;
            }
            continue;
        }
        let Ok(plan) = plan::reaching_back(&job, backfill.range.from) else {
            // Nothing of a schedule that this build does not know can be filled in.
            ports.store.cancel_backfill(job.job_id, now)?;
            continue;
        };
        room -= turn(ports, &job, &plan, backfill, free, now)?;
    }
    Ok(())
}

fn turn(
    ports: &SchedulePorts,
    job: &JobRecord,
    plan: &Plan,
    backfill: BackfillRecord,
    free: u32,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let until_ms = backfill.range.until.unix_ms();
    let times: Vec<_> = firing(plan, backfill.cursor.unix_ms(), until_ms).take(LOOKED_AT).collect();
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return ports.store.fill(&ended(backfill, now), &[], &[]).map(|()| 0);
    };
    let at = Timestamp::from_unix_ms;
    let mut on_record = ports.store.records_between(job.job_id, at(first.at_ms), at(last.at_ms))?;
    on_record.retain(|record| record.progress.outcome != RunOutcome::SkippedGap);
    let records: Vec<_> = on_record.iter().map(on).collect();
    let forgotten = job.forgotten.map_or((0, 0), |range| (range.from.unix_ms(), range.until.unix_ms()));
    let named =
        |from_ms: u64, last_ms: u64| firing(plan, from_ms, last_ms.saturating_add(1)).map(|time| time.at_ms);
    let Filling { runs: to_run, cuts, kept, looked_at } =
        fill(&times, &records, forgotten, free as usize, named);

    let begun: Vec<_> = to_run
        .iter()
        .map(|time| {
            let run = runs::pending(ports, job, Trigger::Backfill, at(time.at_ms));
            RunRecord { clock_change: runs::clock_change_of(time), ..run }
        })
        .collect();
    let cuts: Vec<_> = cuts.iter().map(|cut| taken_from(ports, job, &on_record[cut.record], cut)).collect();
    let next = times.get(looked_at).map(|next| at(next.at_ms));
    let cursor = next.unwrap_or_else(|| at(last.at_ms.saturating_add(1)));
    let count = begun.len() as u32;
    let went_on = BackfillRecord {
        cursor,
        due_at: Some(now),
        begun: backfill.begun + u64::from(count),
        kept: backfill.kept + kept,
        ..backfill
    };
    let done = firing(plan, cursor.unix_ms(), until_ms).next().is_none();
    let went_on = if done { ended(went_on, now) } else { went_on };
    ports.store.fill(&went_on, &cuts, &begun)?;
    Ok(count)
}

fn ended(backfill: BackfillRecord, now: Timestamp) -> BackfillRecord {
    BackfillRecord { status: BackfillStatus::Completed, due_at: None, ended_at: Some(now), ..backfill }
}

fn on(record: &RunRecord) -> OnRecord {
    let last_ms = record.scheduled_for.unix_ms();
    OnRecord {
        first_ms: record.span.map_or(last_ms, |span| span.first.unix_ms()),
        last_ms,
        count: record.span.map_or(1, |span| span.count),
        open: matches!(record.progress.outcome, RunOutcome::Missed | RunOutcome::Paused),
    }
}

/// A record without the times that run now.
fn taken_from(ports: &SchedulePorts, job: &JobRecord, record: &RunRecord, cut: &job::Cut) -> RecordCut {
    let stays = |piece: &job::Piece| runs::shortened(record, piece);
    let rest = |piece: &job::Piece| {
        let new = runs::pending(ports, job, record.trigger, record.scheduled_for);
        RunRecord { run_id: new.run_id, trace: new.trace, ..runs::shortened(record, piece) }
    };
    let (becomes, rest) = match (&cut.before, &cut.after) {
        (Some(before), Some(after)) => (Some(stays(before)), Some(rest(after))),
        (Some(piece), None) | (None, Some(piece)) => (Some(stays(piece)), None),
        (None, None) => (None, None),
    };
    RecordCut { run_id: record.run_id, becomes, rest }
}

/// The times that fire from `from_ms` to before `until_ms`.
fn firing(plan: &Plan, from_ms: u64, until_ms: u64) -> impl Iterator<Item = Occurrence> + '_ {
    plan.occurrences(from_ms).take_while(move |found| found.at_ms < until_ms).filter(Occurrence::fires)
}

fn counted(plan: &Plan, from: Timestamp, until: Timestamp) -> u64 {
    let (from_ms, until_ms) = (from.unix_ms(), until.unix_ms());
    match plan.counted(from_ms, until_ms) {
        Some(span) => span.map_or(0, |span| span.count),
        None => firing(plan, from_ms, until_ms).take(COUNTED).count() as u64,
    }
}

fn found(ports: &SchedulePorts, request: &GetJobBackfill) -> Result<BackfillRecord, JobError> {
    find(ports, request.job_id)?;
    let found = ports.store.backfill(request.job_id, request.backfill_id).map_err(unavailable)?;
    found.ok_or(JobError::BackfillNotFound)
}

fn told(record: BackfillRecord) -> JobBackfill {
    JobBackfill {
        backfill_id: record.backfill_id,
        job_id: record.job_id,
        from: record.range.from,
        until: record.range.until,
        status: record.status,
        times: record.times,
        begun: record.begun,
        kept: record.kept,
        created_at: record.created_at,
        ended_at: record.ended_at,
    }
}
