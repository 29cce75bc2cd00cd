//! The ledger in memory.

use app::ports::{
    LedgerStore, OpenRuns, RUNS_KEPT_MS, RunProgress, RunRecord, StoreError, TimeRange, Trigger,
};
use contracts::Timestamp;
use contracts::scheduler::RunOutcome;
use ids::{JobId, RunId};

use super::store::{MemoryScheduleStore, State};

impl State {
    pub(super) fn all_runs(&self) -> impl Iterator<Item = &RunRecord> {
        self.runs.values().flatten()
    }

    pub(super) fn run_mut(&mut self, run_id: RunId) -> Option<&mut RunRecord> {
        self.runs.values_mut().flatten().find(|run| run.run_id == run_id)
    }

    /// Drops records; of which times nobody knows any more is kept with their jobs.
    pub(super) fn drop_runs(&mut self, dropped: &[RunId]) {
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
    pub(super) fn begin_waiting(&mut self, job_id: JobId, now: Timestamp) {
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
}

impl State {
    /// Stores how a run stands, unless it was cancelled; says whether it did.
    pub(super) fn progress(&mut self, run_id: RunId, progress: &RunProgress, now: Timestamp) -> bool {
        let Some(run) = self.run_mut(run_id) else { return false };
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
        if let Some(job) = self.jobs.get_mut(&job_id).filter(|_| changed) {
            match progress.outcome {
                RunOutcome::Failed => job.failing_since = job.failing_since.or(Some(now)),
                RunOutcome::Succeeded => job.failing_since = None,
                _ => {}
            }
        }
        if changed && ends {
            self.run_ended(job_id, run_id, progress.outcome, count);
        }
        self.begin_waiting(job_id, now);
        changed
    }
}

impl LedgerStore for MemoryScheduleStore {
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
        self.act("schedule.set_progress", |state| Ok(state.progress(run_id, progress, now)))
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
}

pub(super) fn skipped(run: &RunRecord) -> bool {
    run.progress.outcome == RunOutcome::SkippedGap
}

pub(super) fn is_open(run: &RunRecord) -> bool {
    matches!(run.progress.outcome, RunOutcome::Pending | RunOutcome::Waiting | RunOutcome::Running)
}
