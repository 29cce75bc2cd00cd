//! Jobs and runs in memory.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use app::ports::{
    AlertRecord, BackfillRecord, EndedRun, JobRecord, JobState, KeyUse, LATE_MS, OpenRuns, RUNS_KEPT,
    RUNS_KEPT_MS, RecordCut, RunProgress, RunRecord, ScheduleStore, StoreError, TimeRange, Trigger,
};
use contracts::Timestamp;
use contracts::scheduler::{BackfillStatus, JobStanding, JobStatus, RunOutcome};
use domain::job::AlertState;
use ids::{BackfillId, JobId, RunId, TenantId};

use crate::{Faults, run};

const STORE: &str = "MEMORY_SCHEDULE";

/// One tenant's jobs and runs in memory. Operations for [`Faults`]: `schedule.` and the method's name.
#[derive(Debug, Clone, Default)]
pub struct MemoryScheduleStore {
    faults: Faults,
    state: Rc<RefCell<State>>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    owner: Option<TenantId>,
    entered: bool,
    pub(super) jobs: BTreeMap<JobId, JobRecord>,
    pub(super) ended_seq: u64,
    pub(super) ended: Vec<EndedRun>,
    pub(super) alert_states: BTreeMap<JobId, AlertState>,
    pub(super) alerts: Vec<AlertRecord>,
    /// Of each job, oldest first.
    runs: HashMap<JobId, Vec<RunRecord>>,
    keys: BTreeMap<String, KeyUse>,
    backfills: BTreeMap<BackfillId, BackfillRecord>,
}

impl MemoryScheduleStore {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), state: Rc::default() }
    }

    /// The port is synchronous, the plan of failures is not: its turns are taken on the spot.
    pub(super) fn act<T>(
        &self,
        operation: &'static str,
        act: impl FnOnce(&mut State) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        run(self.faults.around(STORE, operation, || act(&mut self.state.borrow_mut())))
    }
}

impl State {
    fn all_runs(&self) -> impl Iterator<Item = &RunRecord> {
        self.runs.values().flatten()
    }

    fn run_mut(&mut self, run_id: RunId) -> Option<&mut RunRecord> {
        self.runs.values_mut().flatten().find(|run| run.run_id == run_id)
    }

    fn advance(
        &mut self,
        job_id: JobId,
        new: JobState,
        runs: &[RunRecord],
        key: Option<&KeyUse>,
    ) -> Result<(), StoreError> {
        if !self.jobs.contains_key(&job_id) {
            return Ok(());
        }
        self.put_key(key)?;
        if let Some(job) = self.jobs.get_mut(&job_id) {
            job.state = new;
        }
        let mut missed = Vec::new();
        let stored = self.runs.entry(job_id).or_default();
        for run in runs {
            let taken = stored.iter().any(|other| {
                (run.trigger, other.trigger) == (Trigger::Schedule, Trigger::Schedule)
                    && run.scheduled_for == other.scheduled_for
                    && skipped(run) == skipped(other)
            });
            if !taken {
                stored.push(run.clone());
                if run.progress.outcome == RunOutcome::Missed {
                    missed.push((run.run_id, run.span.map_or(1, |span| span.count)));
                }
            }
        }
        if !runs.is_empty() && self.running_backfill(job_id).is_none() {
            let stored = self.runs.get(&job_id).map(Vec::as_slice).unwrap_or_default();
            let surplus = stored.len().saturating_sub(RUNS_KEPT as usize);
            let dropped: Vec<_> =
                stored[..surplus].iter().filter(|run| !is_open(run)).map(|run| run.run_id).collect();
            self.drop_runs(&dropped);
        }
        for (run_id, count) in missed {
            self.run_ended(job_id, run_id, RunOutcome::Missed, count);
        }
        Ok(())
    }

    fn running_backfill(&self, job_id: JobId) -> Option<&BackfillRecord> {
        self.backfills.values().find(|one| one.job_id == job_id && one.status == BackfillStatus::Running)
    }

    /// Drops records; of which times nobody knows any more is kept with their jobs.
    fn drop_runs(&mut self, dropped: &[RunId]) {
        for (job_id, runs) in &mut self.runs {
            for run in runs.iter().filter(|run| dropped.contains(&run.run_id)) {
                if run.trigger == Trigger::Caller || skipped(run) {
                    continue;
                }
                let first = run.span.map_or(run.scheduled_for, |span| span.first);
                let until = Timestamp::from_unix_ms(run.scheduled_for.unix_ms() + 1);
                if let Some(job) = self.jobs.get_mut(job_id) {
                    let known = job.forgotten.unwrap_or(TimeRange { from: first, until });
                    job.forgotten =
                        Some(TimeRange { from: known.from.min(first), until: known.until.max(until) });
                }
            }
            runs.retain(|run| !dropped.contains(&run.run_id));
        }
    }

    /// The oldest that waits, once nothing of the job is begun.
    fn begin_waiting(&mut self, job_id: JobId, now: Timestamp) {
        let stored = self.runs.entry(job_id).or_default();
        let waits = |run: &RunRecord| run.progress.outcome == RunOutcome::Waiting;
        if stored.iter().any(|run| is_open(run) && !waits(run)) {
            return;
        }
        if let Some(run) = stored.iter_mut().find(|run| waits(run)) {
            run.progress.outcome = RunOutcome::Pending;
            run.progress.due_at = Some(now);
        }
    }

    fn put_key(&mut self, key: Option<&KeyUse>) -> Result<(), StoreError> {
        let Some(key) = key else { return Ok(()) };
        if self.keys.contains_key(&key.key) {
            return Err(StoreError::new(STORE, format!("key `{}` is taken", key.key)));
        }
        self.keys.insert(key.key.clone(), key.clone());
        Ok(())
    }
}

impl ScheduleStore for MemoryScheduleStore {
    fn owner(&self) -> Result<Option<TenantId>, StoreError> {
        self.act("schedule.owner", |state| Ok(state.owner))
    }

    fn claim(&self, tenant: TenantId) -> Result<TenantId, StoreError> {
        self.act("schedule.claim", |state| Ok(*state.owner.get_or_insert(tenant)))
    }

    fn is_entered(&self) -> Result<bool, StoreError> {
        self.act("schedule.is_entered", |state| Ok(state.entered))
    }

    fn set_entered(&self) -> Result<(), StoreError> {
        self.act("schedule.set_entered", |state| {
            state.entered = state.owner.is_some();
            Ok(())
        })
    }

    fn insert_job(&self, job: &JobRecord, key: Option<&KeyUse>) -> Result<(), StoreError> {
        self.act("schedule.insert_job", |state| {
            if state.jobs.contains_key(&job.job_id) {
                return Err(StoreError::new(STORE, format!("job `{}` is there already", job.job_id)));
            }
            state.put_key(key)?;
            state.jobs.insert(job.job_id, job.clone());
            Ok(())
        })
    }

    fn job(&self, job_id: JobId) -> Result<Option<JobRecord>, StoreError> {
        self.act("schedule.job", |state| Ok(state.jobs.get(&job_id).cloned()))
    }

    fn jobs(&self, before: Option<JobId>, limit: u32) -> Result<Vec<JobRecord>, StoreError> {
        self.act("schedule.jobs", |state| {
            let older =
                state.jobs.values().rev().filter(|job| before.is_none_or(|before| job.job_id < before));
            Ok(older.take(limit as usize).cloned().collect())
        })
    }

    fn jobs_standing(
        &self,
        standing: JobStanding,
        now: Timestamp,
        before: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<JobRecord>, StoreError> {
        self.act("schedule.jobs_standing", |state| {
            let behind = |job: &JobRecord, ms: u64| {
                let came = |at: Option<Timestamp>| at.is_some_and(|at| at.unix_ms() + ms <= now.unix_ms());
                let runs = state.runs.get(&job.job_id).map(Vec::as_slice).unwrap_or_default();
                came(job.state.wake_at) || runs.iter().any(|run| came(run.progress.due_at))
            };
            let stands = |job: &&JobRecord| match standing {
                JobStanding::Due => behind(job, 0),
                JobStanding::Late => behind(job, LATE_MS),
                JobStanding::Failing => job.failing_since.is_some(),
            };
            let older =
                state.jobs.values().rev().filter(|job| before.is_none_or(|before| job.job_id < before));
            Ok(older.filter(stands).take(limit as usize).cloned().collect())
        })
    }

    fn job_ids(&self, after: Option<JobId>, limit: u32) -> Result<Vec<JobId>, StoreError> {
        self.act("schedule.job_ids", |state| {
            let ids = state.jobs.keys().filter(|id| after.is_none_or(|after| **id > after));
            Ok(ids.take(limit as usize).copied().collect())
        })
    }

    fn job_count(&self) -> Result<u32, StoreError> {
        self.act("schedule.job_count", |state| Ok(state.jobs.len() as u32))
    }

    fn change_job(&self, job: &JobRecord) -> Result<(), StoreError> {
        self.act("schedule.change_job", |state| {
            let Some(stored) = state.jobs.get_mut(&job.job_id) else { return Ok(()) };
            let failing_since = stored.failing_since;
            let before = std::mem::replace(stored, JobRecord { failing_since, ..job.clone() });
            if before.task != job.task {
                for run in state.runs.entry(job.job_id).or_default().iter_mut().filter(|run| is_open(run)) {
                    run.task.get_or_insert_with(|| before.task.clone());
                }
            }
            Ok(())
        })
    }

    fn delete_job(&self, job_id: JobId) -> Result<bool, StoreError> {
        self.act("schedule.delete_job", |state| {
            state.runs.remove(&job_id);
            state.backfills.retain(|_, backfill| backfill.job_id != job_id);
            state.forget_alerts(job_id);
            Ok(state.jobs.remove(&job_id).is_some())
        })
    }

    fn due_jobs(&self, now: Timestamp, limit: u32) -> Result<Vec<JobRecord>, StoreError> {
        self.act("schedule.due_jobs", |state| {
            let active = state.jobs.values().filter(|job| job.state.status == JobStatus::Active);
            let mut due: Vec<_> =
                active.filter(|job| job.state.wake_at.is_some_and(|wake| wake <= now)).cloned().collect();
            due.sort_by_key(|job| (job.state.wake_at, job.job_id));
            due.truncate(limit as usize);
            Ok(due)
        })
    }

    fn advance_job(
        &self,
        job_id: JobId,
        new: JobState,
        runs: &[RunRecord],
        key: Option<&KeyUse>,
    ) -> Result<(), StoreError> {
        self.act("schedule.advance_job", |state| state.advance(job_id, new, runs, key))
    }

    fn replace_runs(
        &self,
        job_id: JobId,
        new: JobState,
        runs: &[RunRecord],
        cancelled_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.act("schedule.replace_runs", |state| {
            for run in state.runs.entry(job_id).or_default().iter_mut().filter(|run| is_open(run)) {
                run.progress = RunProgress {
                    outcome: RunOutcome::Cancelled,
                    due_at: None,
                    ended_at: Some(cancelled_at),
                    error: Some("a later run took its place before it was over".into()),
                    ..run.progress.clone()
                };
                run.task = None;
            }
            state.advance(job_id, new, runs, None)
        })
    }

    fn open_runs(&self, job_id: JobId) -> Result<OpenRuns, StoreError> {
        self.act("schedule.open_runs", |state| {
            let stored = state.runs.get(&job_id).map(Vec::as_slice).unwrap_or_default();
            let open = stored.iter().filter(|run| is_open(run)).count() as u32;
            let waiting =
                stored.iter().filter(|run| run.progress.outcome == RunOutcome::Waiting).count() as u32;
            let next_due =
                stored.iter().filter(|run| is_open(run)).filter_map(|run| run.progress.due_at).min();
            Ok(OpenRuns { begun: open - waiting, waiting, next_due })
        })
    }

    fn run(&self, run_id: RunId) -> Result<Option<RunRecord>, StoreError> {
        self.act("schedule.run", |state| Ok(state.run_mut(run_id).cloned()))
    }

    fn runs(&self, job_id: JobId, before: Option<RunId>, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.act("schedule.runs", |state| {
            let stored = state.runs.get(&job_id).map(Vec::as_slice).unwrap_or_default();
            let end = match before {
                Some(before) => stored.iter().position(|run| run.run_id == before).unwrap_or(0),
                None => stored.len(),
            };
            Ok(stored[..end].iter().rev().take(limit as usize).cloned().collect())
        })
    }

    fn runs_with(
        &self,
        job_id: JobId,
        outcome: RunOutcome,
        before: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<RunRecord>, StoreError> {
        self.act("schedule.runs_with", |state| {
            let stored = state.runs.get(&job_id).map(Vec::as_slice).unwrap_or_default();
            let end = match before {
                Some(before) => stored.iter().position(|run| run.run_id == before).unwrap_or(0),
                None => stored.len(),
            };
            let such = stored[..end].iter().rev().filter(|run| run.progress.outcome == outcome);
            Ok(such.take(limit as usize).cloned().collect())
        })
    }

    fn due_runs(&self, now: Timestamp, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.act("schedule.due_runs", |state| {
            let due = state.all_runs().filter(|run| run.progress.due_at.is_some_and(|due| due <= now));
            let mut due: Vec<_> = due.cloned().collect();
            due.sort_by_key(|run| (run.progress.due_at, run.run_id));
            due.truncate(limit as usize);
            Ok(due)
        })
    }

    fn set_progress(
        &self,
        run_id: RunId,
        progress: &RunProgress,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.act("schedule.set_progress", |state| {
            let Some(run) = state.run_mut(run_id) else { return Ok(false) };
            let over = |outcome| matches!(outcome, RunOutcome::Succeeded | RunOutcome::Failed);
            let ends = over(progress.outcome) && !over(run.progress.outcome);
            let changed = run.progress.outcome != RunOutcome::Cancelled;
            let count = run.span.map_or(1, |span| span.count);
            if changed {
                run.progress = progress.clone();
                if !is_open(run) {
                    run.task = None;
                }
            }
            let job_id = run.job_id;
            if let Some(job) = state.jobs.get_mut(&job_id).filter(|_| changed) {
                match progress.outcome {
                    RunOutcome::Failed => job.failing_since = job.failing_since.or(Some(now)),
                    RunOutcome::Succeeded => job.failing_since = None,
                    _ => {}
                }
            }
            if changed && ends {
                state.run_ended(job_id, run_id, progress.outcome, count);
            }
            state.begin_waiting(job_id, now);
            Ok(changed)
        })
    }

    fn release_running(&self, now: Timestamp) -> Result<u32, StoreError> {
        self.act("schedule.release_running", |state| {
            let mut released = 0;
            for run in state.runs.values_mut().flatten() {
                if run.progress.outcome == RunOutcome::Running {
                    run.progress.due_at = Some(now);
                    released += 1;
                }
            }
            Ok(released)
        })
    }

    fn drop_old_runs(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.act("schedule.drop_old_runs", |state| {
            let oldest = now.unix_ms().saturating_sub(RUNS_KEPT_MS);
            let mut old: Vec<_> = state
                .all_runs()
                .filter(|run| run.run_id.unix_ms() < oldest && !is_open(run))
                .filter(|run| state.running_backfill(run.job_id).is_none())
                .map(|run| run.run_id)
                .collect();
            old.sort_unstable();
            old.truncate(limit as usize);
            state.drop_runs(&old);
            Ok(old.len() as u32)
        })
    }

    fn insert_backfill(&self, backfill: &BackfillRecord) -> Result<(), StoreError> {
        self.act("schedule.insert_backfill", |state| {
            if state.running_backfill(backfill.job_id).is_some() {
                return Err(StoreError::new(STORE, "a backfill of the job runs"));
            }
            state.backfills.insert(backfill.backfill_id, backfill.clone());
            Ok(())
        })
    }

    fn backfill(&self, job_id: JobId, backfill_id: BackfillId) -> Result<Option<BackfillRecord>, StoreError> {
        self.act("schedule.backfill", |state| {
            Ok(state.backfills.get(&backfill_id).filter(|one| one.job_id == job_id).cloned())
        })
    }

    fn backfill_by_key(&self, key: &str) -> Result<Option<BackfillRecord>, StoreError> {
        self.act("schedule.backfill_by_key", |state| {
            Ok(state.backfills.values().find(|one| one.request_key.as_deref() == Some(key)).cloned())
        })
    }

    fn running_backfill(&self, job_id: JobId) -> Result<Option<BackfillRecord>, StoreError> {
        self.act("schedule.running_backfill", |state| Ok(state.running_backfill(job_id).cloned()))
    }

    fn backfills(
        &self,
        job_id: JobId,
        before: Option<BackfillId>,
        limit: u32,
    ) -> Result<Vec<BackfillRecord>, StoreError> {
        self.act("schedule.backfills", |state| {
            let own = state.backfills.values().rev().filter(|one| one.job_id == job_id);
            let older = own.filter(|one| before.is_none_or(|before| one.backfill_id < before));
            Ok(older.take(limit as usize).cloned().collect())
        })
    }

    fn due_backfills(&self, now: Timestamp, limit: u32) -> Result<Vec<BackfillRecord>, StoreError> {
        self.act("schedule.due_backfills", |state| {
            let due = state.backfills.values().filter(|one| one.due_at.is_some_and(|due| due <= now));
            let mut due: Vec<_> = due.cloned().collect();
            due.sort_by_key(|one| (one.due_at, one.backfill_id));
            due.truncate(limit as usize);
            Ok(due)
        })
    }

    fn records_between(
        &self,
        job_id: JobId,
        first: Timestamp,
        last: Timestamp,
    ) -> Result<Vec<RunRecord>, StoreError> {
        self.act("schedule.records_between", |state| {
            let stored = state.runs.get(&job_id).map(Vec::as_slice).unwrap_or_default();
            let within = |run: &&RunRecord| {
                run.trigger != Trigger::Caller
                    && run.scheduled_for >= first
                    && run.span.map_or(run.scheduled_for, |span| span.first) <= last
            };
            let mut found: Vec<_> = stored.iter().filter(within).cloned().collect();
            found.sort_by_key(|run| run.scheduled_for);
            Ok(found)
        })
    }

    fn fill(
        &self,
        backfill: &BackfillRecord,
        cuts: &[RecordCut],
        runs: &[RunRecord],
    ) -> Result<(), StoreError> {
        self.act("schedule.fill", |state| {
            let running = |one: &&mut BackfillRecord| one.status == BackfillStatus::Running;
            let Some(stored) = state.backfills.get_mut(&backfill.backfill_id).filter(running) else {
                return Ok(());
            };
            *stored = backfill.clone();
            let records = state.runs.entry(backfill.job_id).or_default();
            for RecordCut { run_id, becomes, rest } in cuts {
                match becomes {
                    Some(becomes) => {
                        records.iter_mut().filter(|run| run.run_id == *run_id).for_each(|run| {
                            *run = becomes.clone();
                        });
                    }
                    None => records.retain(|run| run.run_id != *run_id),
                }
                records.extend(rest.clone());
            }
            records.extend_from_slice(runs);
            Ok(())
        })
    }

    fn cancel_backfill(&self, job_id: JobId, now: Timestamp) -> Result<(), StoreError> {
        self.act("schedule.cancel_backfill", |state| {
            let own = state.backfills.values_mut().filter(|one| one.job_id == job_id);
            for backfill in own.filter(|one| one.status == BackfillStatus::Running) {
                backfill.status = BackfillStatus::Cancelled;
                backfill.due_at = None;
                backfill.ended_at = Some(now);
            }
            for run in state.runs.entry(job_id).or_default() {
                let untried = run.progress.outcome == RunOutcome::Pending && run.progress.attempts == 0;
                if run.trigger == Trigger::Backfill && untried {
                    run.progress.outcome = RunOutcome::Cancelled;
                    run.progress.due_at = None;
                    run.progress.ended_at = Some(now);
                    run.progress.error = Some("its backfill was cancelled".into());
                    run.task = None;
                }
            }
            Ok(())
        })
    }

    fn key_use(&self, key: &str) -> Result<Option<KeyUse>, StoreError> {
        self.act("schedule.key_use", |state| Ok(state.keys.get(key).cloned()))
    }

    fn forget_keys(&self, time: Timestamp) -> Result<(), StoreError> {
        self.act("schedule.forget_keys", |state| {
            state.keys.retain(|_, used| used.used_at >= time);
            Ok(())
        })
    }

    fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        self.act("schedule.next_wake", |state| {
            let jobs = state.jobs.values().filter(|job| job.state.status == JobStatus::Active);
            let jobs = jobs.filter_map(|job| job.state.wake_at);
            let backfills = state.backfills.values().filter_map(|backfill| backfill.due_at);
            let alerts = state.alerts.iter().map(|alert| alert.due_at);
            let judged = state.ended.first().map(|ended| {
                let run = state.all_runs().find(|run| run.run_id == ended.run_id);
                run.map_or(Timestamp::from_unix_ms(1), |run| run.scheduled_for)
            });
            let jobs = jobs.chain(alerts).chain(judged).chain(backfills);
            Ok(jobs.chain(state.all_runs().filter_map(|run| run.progress.due_at)).min())
        })
    }
}

fn skipped(run: &RunRecord) -> bool {
    run.progress.outcome == RunOutcome::SkippedGap
}

fn is_open(run: &RunRecord) -> bool {
    matches!(run.progress.outcome, RunOutcome::Pending | RunOutcome::Waiting | RunOutcome::Running)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_passes_the_suite() {
        crate::schedule::schedule_store_suite(|| Rc::new(MemoryScheduleStore::default()));
    }
}
