//! Jobs in memory.

use app::ports::{
    JobRecord, JobState, JobStore, KeyUse, LATE_MS, RUNS_KEPT, RunProgress, RunRecord, StoreError, Trigger,
};
use contracts::Timestamp;
use contracts::scheduler::{JobStanding, JobStatus, RunOutcome};
use ids::JobId;

use super::runs::{is_open, skipped};
use super::store::{MemoryScheduleStore, STORE, State};

impl State {
    pub(super) fn advance(
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
}

impl JobStore for MemoryScheduleStore {
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
            let (failing_since, heartbeat) = (stored.failing_since, stored.heartbeat.clone());
            let before = std::mem::replace(stored, JobRecord { failing_since, heartbeat, ..job.clone() });
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
            state.pings.remove(&job_id);
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
}
