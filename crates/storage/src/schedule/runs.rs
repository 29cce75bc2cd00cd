//! The ledger, over the SQLite of a tenant's object.

use std::collections::BTreeMap;

use app::ports::{LedgerStore, OpenRuns, RUNS_KEPT_MS, RunProgress, RunRecord, StoreError};
use contracts::Timestamp;
use contracts::scheduler::{RunOutcome, Try};
use ids::{JobId, RunId};
use mesh::durable::{Rows, Storage, StorageError};

use super::row::{self, RunRow};
use super::{SqlScheduleStore, broken, query};
use crate::sql::{Statement, values};

impl SqlScheduleStore {
    /// The tries as they are stored; nothing of a run that was never tried.
    fn tries(tries: &[Try]) -> Result<Option<String>, StoreError> {
        (!tries.is_empty()).then(|| Self::json(&tries)).transpose()
    }

    /// Drops records, and keeps for their jobs of which times nobody knows any more; says how many.
    pub(super) fn dropping(storage: &Storage, statement: Statement) -> Result<u32, StorageError> {
        let dropped = Self::run(storage, statement)?.typed::<row::DroppedRow>()?;
        let mut forgotten = BTreeMap::<JobId, (Timestamp, u64)>::new();
        for row in dropped.iter().filter(|row| row.is_of_a_time()) {
            let until = row.last.unix_ms().saturating_add(1);
            let range = forgotten.entry(row.job_id).or_insert((row.first, until));
            *range = (range.0.min(row.first), range.1.max(until));
        }
        for (job_id, (from, until)) in forgotten {
            Self::run(storage, query!("forget_times", values![job_id, from, until]))?;
        }
        Ok(dropped.len() as u32)
    }

    pub(super) fn insert_run(run: &RunRecord) -> Result<Statement, StoreError> {
        let RunProgress {
            outcome,
            attempts,
            due_at,
            started_at,
            ended_at,
            error,
            tries,
            event_id,
            done,
            ping,
        } = &run.progress;
        let clock_change = run.clock_change.as_ref().map(Self::json).transpose()?;
        Ok(query!(
            "insert_run",
            values![
                run.run_id,
                run.job_id,
                row::trigger_name(run.trigger),
                run.scheduled_for,
                run.trace.to_string(),
                row::outcome_name(*outcome),
                *attempts,
                *due_at,
                *started_at,
                *ended_at,
                error.as_ref(),
                *event_id,
                run.span.map(|span| span.first),
                run.span.map_or(1, |span| span.count),
                clock_change,
                Self::tries(tries)?,
                done.as_ref().map(Self::json).transpose()?,
                ping.as_ref().map(Self::json).transpose()?,
            ]
        ))
    }
}

impl SqlScheduleStore {
    /// What stores how a run stands, and all that follows from it, within a transaction; it answers with the run where it
    /// did.
    pub(super) fn progress(
        &self,
        run_id: RunId,
        progress: &RunProgress,
        now: Timestamp,
    ) -> Result<impl FnOnce(&Storage) -> Result<Rows, StorageError> + use<>, StoreError> {
        let RunProgress {
            outcome,
            attempts,
            due_at,
            started_at,
            ended_at,
            error,
            tries,
            event_id,
            done,
            ping,
        } = progress;
        let set = query!(
            "set_progress",
            values![
                run_id,
                row::outcome_name(*outcome),
                *attempts,
                *due_at,
                *started_at,
                *ended_at,
                error.as_ref(),
                *event_id,
                Self::tries(tries)?,
                done.as_ref().map(Self::json).transpose()?,
                ping.as_ref().map(Self::json).transpose()?,
            ]
        );
        let standing = match outcome {
            RunOutcome::Failed => Some(query!("set_failing", values![run_id, now])),
            RunOutcome::Succeeded => Some(query!("clear_failing", values![run_id])),
            _ => None,
        };
        // While it goes on itself, nothing of its job begins.
        let is_over = !matches!(outcome, RunOutcome::Pending | RunOutcome::Waiting | RunOutcome::Running);
        let begin = is_over.then(|| query!("begin_waiting", values![run_id, now]));
        Ok(move |storage: &Storage| {
            let changed = Self::run(storage, set)?;
            if let Some(standing) = standing.filter(|_| !changed.is_empty()) {
                Self::run(storage, standing)?;
            }
            if let Some(begin) = begin {
                Self::run(storage, begin)?;
            }
            Ok::<_, StorageError>(changed)
        })
    }
}

impl LedgerStore for SqlScheduleStore {
    fn open_runs(&self, job_id: JobId) -> Result<OpenRuns, StoreError> {
        let open = self.first::<row::OpenRow, _>(query!("open_runs", values![job_id]))?;
        Ok(open.unwrap_or_default())
    }

    fn run(&self, run_id: RunId) -> Result<Option<RunRecord>, StoreError> {
        self.first::<RunRow, _>(query!("run", values![run_id]))
    }

    fn runs(&self, job_id: JobId, before: Option<RunId>, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.all::<RunRow, _>(match before {
            Some(before) => query!("runs_before", values![job_id, limit, before]),
            None => query!("runs", values![job_id, limit]),
        })
    }

    fn runs_with(
        &self,
        job_id: JobId,
        outcome: RunOutcome,
        before: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let values = values![job_id, limit, before, row::outcome_name(outcome)];
        self.all::<RunRow, _>(query!("runs_with", values))
    }

    fn due_runs(&self, now: Timestamp, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.all::<RunRow, _>(query!("due_runs", values![now, limit]))
    }

    fn set_progress(
        &self,
        run_id: RunId,
        progress: &RunProgress,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let set = self.progress(run_id, progress, now)?;
        let changed = self.storage.transaction(set).map_err(broken)?;
        Ok(!changed.is_empty())
    }

    fn release_running(&self, now: Timestamp) -> Result<u32, StoreError> {
        let released = self.all::<row::IdRow, row::IdRow>(query!("release_running", values![now]))?;
        Ok(released.len() as u32)
    }

    fn drop_old_runs(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        // Ids begin with the time at which they were made.
        let oldest = RunId::from_parts(now.unix_ms().saturating_sub(RUNS_KEPT_MS), [0; 10]);
        let drop =
            |storage: &Storage| Self::dropping(storage, query!("drop_old_runs", values![oldest, limit]));
        self.storage.transaction(drop).map_err(broken)
    }
}
