//! Backfills in memory.

use app::ports::{BackfillRecord, FillStore, RecordCut, RunRecord, StoreError, Trigger};
use contracts::Timestamp;
use contracts::scheduler::{BackfillStatus, RunOutcome};
use ids::{BackfillId, JobId};

use super::store::{MemoryScheduleStore, STORE, State};

impl State {
    pub(super) fn running_backfill(&self, job_id: JobId) -> Option<&BackfillRecord> {
        self.backfills.values().find(|one| one.job_id == job_id && one.status == BackfillStatus::Running)
    }
}

impl FillStore for MemoryScheduleStore {
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
}
