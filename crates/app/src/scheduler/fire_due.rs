//! The alarm: begins what is due, carries it out, and sets itself again.
//!
//! Whatever interrupts it, nothing is lost and nothing happens twice. A nominal time becomes a stored run in the same
//! write that moves the job on; a try is stored before it is made; its idempotency key makes another try of the same run
//! harmless; and the alarm is set anew only at the end, so that an interrupted handler is called again.

use std::collections::BTreeMap;

use contracts::Timestamp;
use contracts::scheduler::{Concurrency, RetryJitter, RunOutcome, Try};
use domain::job::spread;
use futures_util::future::join_all;
use ids::{JobId, RunId, TenantId};
use mesh::TraceContext;

use super::ledger::settled;
use super::pipeline_tasks::PATIENCE_MS;
use super::spans::try_name;
use super::{SchedulePorts, alerts, backfill, convert, heartbeats, http_tasks, watchdog};
use crate::ports::{
    Firing, JobRecord, JobState, RunProgress, RunRecord, StoreError, TaskEffect, TaskError, Trigger,
};
use crate::traces::span_of;

/// How many runs one alarm tries; the next, set to now, goes on. The platform allows a request 32 calls of other
/// Workers. New times are begun only while there is room, so a backlog shows as missed times and not as a growing table.
pub(super) const BATCH: u32 = 20;

/// How many due runs are looked at to find those: some may have to wait for others of their group.
const LOOKED_AT: u32 = 5 * BATCH;

/// How many runs past their age are dropped in one turn.
const DROPPED: u32 = 100;

/// After how long a try that was begun and not ended counts as interrupted: well past the longest call.
const ABANDONED_AFTER_MS: u64 = 2 * PATIENCE_MS;

/// Tries past its policy that a run gets when tries of it were interrupted: whether such a one took effect is unknown
/// until another says so, yet a run that brings its object down each time must come to an end.
const SPARE_TRIES: u32 = 3;

/// How long to wait when the store itself fails.
const TROUBLE_PAUSE_MS: u64 = 60_000;

/// The longest that an endpoint may put off the next try: an hour.
const LONGEST_RETRY_AFTER_MS: u64 = 60 * 60 * 1_000;

/// When to look again at a job whose stored schedule is not understood: an hour later.
const NOT_UNDERSTOOD_MS: u64 = 60 * 60 * 1_000;

/// What an alarm did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FireReport {
    /// Whose schedule; none when nothing was ever written to it.
    pub tenant: Option<TenantId>,
    /// What was tried, and what was found missed.
    pub runs: Vec<FiredRun>,
    /// The store failed, and the rest waits for the next alarm.
    pub trouble: Option<StoreError>,
    /// Alerts that were not taken, and why; they are tried again.
    pub untold: Vec<String>,
    /// The registry of schedules did not take the tenant in: the next alarm tries again.
    pub unregistered: Option<StoreError>,
}

/// One try, or one record of missed times, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiredRun {
    /// The job.
    pub job_id: JobId,
    /// The run.
    pub run_id: RunId,
    /// Its trace.
    pub trace: TraceContext,
    /// The time that it is for.
    pub scheduled_for: Timestamp,
    /// When its first try began; none where there was none.
    pub first_tried_at: Option<Timestamp>,
    /// The try that was made just now; none where there was none.
    pub tried: Option<Try>,
    /// How it stands; `Pending` when it will be tried again.
    pub outcome: RunOutcome,
    /// How often it was tried.
    pub attempts: u32,
    /// How much later than its nominal time this try began, in milliseconds.
    pub lateness_ms: u64,
    /// How long this try took, in milliseconds.
    pub duration_ms: u64,
    /// What went wrong; for operators.
    pub error: Option<String>,
}

impl FiredRun {
    /// The outcome's name.
    #[must_use]
    pub const fn outcome_name(&self) -> &'static str {
        match self.outcome {
            RunOutcome::Pending => "pending",
            RunOutcome::Running => "running",
            RunOutcome::Succeeded => "succeeded",
            RunOutcome::Failed => "failed",
            RunOutcome::Missed => "missed",
            RunOutcome::Paused => "paused",
            RunOutcome::SkippedGap => "skipped_gap",
            RunOutcome::Waiting => "waiting",
            RunOutcome::SkippedOverlap => "skipped_overlap",
            RunOutcome::Cancelled => "cancelled",
        }
    }
}

/// Begins and tries what is due, then sets the alarm to what is due next.
///
/// # Errors
/// [`StoreError`] when the alarm could not be set: the platform has to call again. Any other trouble is part of the
/// report, and the alarm is set.
pub async fn fire_due(ports: &SchedulePorts) -> Result<FireReport, StoreError> {
    let mut report = FireReport::default();
    report.trouble = work(ports, &mut report).await.err();
    // For a schedule of before there was a registry. What is due does not wait for it.
    if let Some(tenant) = report.tenant {
        report.unregistered = watchdog::enter(ports, tenant).await.err();
    }
    let rearmed = match report.trouble {
        None => ports.rearm().await,
        // Not at once: what failed now would fail again, and again.
        Some(_) => ports.alarm.set(Some(later(ports.clock.now(), TROUBLE_PAUSE_MS))).await,
    };
    rearmed.map(|()| report)
}

async fn work(ports: &SchedulePorts, report: &mut FireReport) -> Result<(), StoreError> {
    let Some(tenant) = ports.store.owner()? else { return Ok(()) };
    report.tenant = Some(tenant);
    let now = ports.clock.now();
    ports.store.drop_old_runs(now, DROPPED)?;
    // Runs that wait for others of their group do not keep the times of other jobs from beginning.
    let waiting = ports.store.due_runs(now, LOOKED_AT)?.len() as u32;
    let room = LOOKED_AT.saturating_sub(waiting).min(BATCH);
    for job in ports.store.due_jobs(now, room)? {
        report.runs.extend(begin(ports, &job, now)?);
    }
    backfill::go_on(ports, now, room)?;

    let mut tries = Vec::new();
    let mut groups = BTreeMap::<String, u32>::new();
    for run in ports.store.due_runs(now, LOOKED_AT)? {
        if tries.len() == BATCH as usize {
            break;
        }
        // Runs go with their job, so there is one; and if not, there is nothing to do.
        let Some(job) = ports.store.job(run.job_id)? else { continue };
        if job.heartbeat.is_some() {
            let judged = heartbeats::judge(ports, &job, now)?;
            report.runs.extend(judged.iter().map(|run| fired(run, now, now)));
            continue;
        }
        // All tries are made here, so those of this turn are all there are.
        if let Some(Concurrency { group, limit }) = &job.policy.concurrency {
            let tried = groups.entry(group.clone()).or_default();
            if *tried >= *limit {
                continue;
            }
            *tried += 1;
        }
        tries.push(attempt(ports, tenant, job, run));
    }
    let mut trouble = None;
    for tried in join_all(tries).await {
        match tried {
            Ok(fired) => report.runs.push(fired),
            Err(error) => trouble = Some(error),
        }
    }
    alerts::judge(ports)?;
    report.untold = alerts::tell(ports, tenant).await?;
    trouble.map_or(Ok(()), Err)
}

/// Turns the times of a job that have come into runs: those to be tried, and records of the others.
fn begin(ports: &SchedulePorts, job: &JobRecord, now: Timestamp) -> Result<Vec<FiredRun>, StoreError> {
    let settled = match settled(ports, job, now, 1) {
        Ok(settled) => settled,
        // A build that knows this schedule may come; until then, the other jobs go on.
        Err(error) => {
            let state = JobState { wake_at: Some(later(now, NOT_UNDERSTOOD_MS)), ..job.state };
            ports.store.advance_job(job.job_id, state, &[], None)?;
            return Err(StoreError::new(
                "TENANT_SCHEDULE",
                format!("`{}` is not understood: {error}", job.job_id),
            ));
        }
    };
    settled.store(ports, job)?;
    let judged = heartbeats::judge(ports, job, now)?;
    let silent = [RunOutcome::Pending, RunOutcome::Waiting];
    let told = settled.runs.iter().filter(|run| !silent.contains(&run.progress.outcome));
    Ok(told.chain(&judged).map(|run| fired(run, now, now)).collect())
}

/// Makes one try of a run and records what came of it.
async fn attempt(
    ports: &SchedulePorts,
    tenant: TenantId,
    job: JobRecord,
    mut run: RunRecord,
) -> Result<FiredRun, StoreError> {
    let began = ports.clock.now();
    let interrupted = run.progress.outcome == RunOutcome::Running;
    if interrupted
        && let Some(cut_off) = run.progress.tries.last_mut()
        && cut_off.ended_at.is_none()
    {
        cut_off.error = Some("it was interrupted, so whether it took effect is unknown".into());
    }
    if interrupted && run.progress.attempts >= job.retry.max_attempts + SPARE_TRIES {
        let error = "its last try was interrupted, so whether it took effect is unknown".to_owned();
        run.progress = RunProgress {
            outcome: RunOutcome::Failed,
            due_at: None,
            ended_at: Some(began),
            error: Some(error),
            ..run.progress
        };
        ports.store.set_progress(run.run_id, &run.progress, began)?;
        return Ok(fired(&run, began, began));
    }

    run.progress.tries.push(Try { started_at: began, ended_at: None, error: None });
    run.progress.outcome = RunOutcome::Running;
    run.progress.attempts += 1;
    run.progress.started_at = run.progress.started_at.or(Some(began));
    run.progress.due_at = Some(later(began, ABANDONED_AFTER_MS));
    ports.store.set_progress(run.run_id, &run.progress, began)?;

    let firing = Firing {
        tenant,
        job_id: run.job_id,
        idempotency_key: idempotency_key(&run),
        scheduled_for: run.scheduled_for,
        // What the try has done is part of it, and not of the run's other tries.
        trace: run.trace.within(span_of(&try_name(run.run_id, run.progress.attempts))),
        task: http_tasks::of_run(run.task.clone(), job.task),
        patience_ms: job.policy.timeout_ms.map_or(PATIENCE_MS, u64::from),
    };
    let outcome = ports.tasks.run(&firing).await;

    let ended = ports.clock.now();
    run.progress.ended_at = Some(ended);
    run.progress.due_at = None;
    let mut for_operators = None;
    match outcome {
        Ok(effect) => {
            run.progress.outcome = RunOutcome::Succeeded;
            match effect {
                TaskEffect::Event(event_id) => run.progress.event_id = Some(event_id),
                TaskEffect::Work(done) => run.progress.done = Some(done),
            }
            run.progress.error = None;
        }
        Err(TaskError { reason, detail, transient, retry_after_ms }) => {
            let retry = convert::retry(job.retry);
            let delay = if transient { retry.delay_after(run.progress.attempts) } else { None };
            let delay = delay.map(|delay| match job.retry.jitter {
                RetryJitter::None => delay,
                RetryJitter::Full => spread(delay, chance(ports)),
            });
            let asked = retry_after_ms.unwrap_or_default().min(LONGEST_RETRY_AFTER_MS);
            let delay = delay.map(|delay| delay.max(asked));
            run.progress.error = Some(reason);
            for_operators = Some(detail);
            run.progress.outcome = if delay.is_some() { RunOutcome::Pending } else { RunOutcome::Failed };
            run.progress.due_at = delay.map(|delay| later(ended, delay));
        }
    }
    if let Some(made) = run.progress.tries.last_mut() {
        made.ended_at = Some(ended);
        made.error.clone_from(&run.progress.error);
    }
    // The job may have been deleted meanwhile, and its runs with it, or the run cancelled: then there is nothing left to
    // record.
    ports.store.set_progress(run.run_id, &run.progress, ended)?;
    let tried = run.progress.tries.last().cloned();
    Ok(FiredRun { error: for_operators, tried, ..fired(&run, began, ended) })
}

/// The nominal time for a run of the schedule, then or afterwards, so that the effect is one for each time; the run for one that a caller
/// asked for.
fn idempotency_key(run: &RunRecord) -> String {
    match run.trigger {
        Trigger::Schedule | Trigger::Backfill => run.scheduled_for.unix_ms().to_string(),
        Trigger::Caller => run.run_id.to_string(),
    }
}

fn fired(run: &RunRecord, began: Timestamp, ended: Timestamp) -> FiredRun {
    FiredRun {
        job_id: run.job_id,
        run_id: run.run_id,
        trace: run.trace,
        scheduled_for: run.scheduled_for,
        first_tried_at: run.progress.started_at,
        tried: None,
        outcome: run.progress.outcome,
        attempts: run.progress.attempts,
        lateness_ms: began.unix_ms().saturating_sub(run.scheduled_for.unix_ms()),
        duration_ms: ended.unix_ms().saturating_sub(began.unix_ms()),
        error: run.progress.error.clone(),
    }
}

fn chance(ports: &SchedulePorts) -> u64 {
    let mut bytes = [0; 8];
    ports.random.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

pub(super) fn later(time: Timestamp, ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(time.unix_ms().saturating_add(ms))
}
