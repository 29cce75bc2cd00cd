//! A tenant's jobs and runs in the SQLite of its Durable Object.
//!
//! The tables are made and moved on when the object starts ([`SCHEDULE`]), which needs no care for other versions: an
//! object runs one at a time. Its SQL answers at once, so that the port over it is synchronous.

mod alarm;
mod alerts;
mod row;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use app::ports::{
    BackfillRecord, JobRecord, JobState, KeyUse, LATE_MS, OpenRuns, RUNS_KEPT, RUNS_KEPT_MS, RecordCut,
    RunProgress, RunRecord, ScheduleStore, StoreError,
};
use contracts::Timestamp;
use contracts::scheduler::{JobStanding, RunOutcome, Try};
use ids::{BackfillId, JobId, RunId, TenantId};
use mesh::durable::{Migration, Migrations, Rows, Storage, StorageError};
use serde::Deserialize;

pub use alarm::ObjectAlarm;

use crate::sql::{Statement, Value, values};
use row::{CountRow, JobRow, KeyRow, OwnerRow, RunRow, WakeRow};

/// The schema of a schedule. Append-only: an object may be at any of these.
pub const SCHEDULE: Migrations = Migrations::new(&[
    Migration::sql("0001_initial", include_str!("0001_initial.sql")),
    Migration::sql("0002_ledger", include_str!("0002_ledger.sql")),
    Migration::sql("0003_changes", include_str!("0003_changes.sql")),
    Migration::sql("0004_registry", include_str!("0004_registry.sql")),
    Migration::sql("0005_history", include_str!("0005_history.sql")),
    Migration::sql("0006_backfills", include_str!("0006_backfills.sql")),
    Migration::sql("0007_work", include_str!("0007_work.sql")),
    Migration::sql("0008_alerts", include_str!("0008_alerts.sql")),
]);

/// What errors call the database.
const NAME: &str = "TENANT_SCHEDULE";

/// [`ScheduleStore`] over the database of one object.
#[derive(Debug, Clone)]
pub struct SqlScheduleStore {
    storage: Storage,
}

/// A statement from a file in `queries/schedule`.
macro_rules! query {
    ($name:literal, $values:expr) => {
        Statement::new(include_str!(concat!("../../queries/schedule/", $name, ".sql")), $values)
    };
}
use query;

impl SqlScheduleStore {
    /// Over a database that has taken the steps of [`SCHEDULE`].
    #[must_use]
    pub fn new(storage: Storage) -> Self {
        Self { storage }
    }

    fn run(storage: &Storage, statement: Statement) -> Result<Rows, StorageError> {
        let values: Vec<_> = statement.values.into_iter().map(Into::into).collect();
        storage.exec(&statement.sql, &values)
    }

    fn query(&self, statement: Statement) -> Result<Rows, StoreError> {
        Self::run(&self.storage, statement).map_err(broken)
    }

    /// All of the statements, or none; what the last one answered.
    fn execute(&self, statements: Vec<Statement>) -> Result<Rows, StoreError> {
        let all = |storage: &Storage| {
            statements.into_iter().try_fold(Rows::default(), |_, statement| Self::run(storage, statement))
        };
        self.storage.transaction(all).map_err(broken)
    }

    fn all<R, T>(&self, statement: Statement) -> Result<Vec<T>, StoreError>
    where
        R: for<'de> Deserialize<'de>,
        T: TryFrom<R, Error: std::fmt::Display>,
    {
        let rows = self.query(statement)?.typed::<R>().map_err(broken)?;
        rows.into_iter().map(|row| T::try_from(row).map_err(broken)).collect()
    }

    fn first<R, T>(&self, statement: Statement) -> Result<Option<T>, StoreError>
    where
        R: for<'de> Deserialize<'de>,
        T: TryFrom<R, Error: std::fmt::Display>,
    {
        let row = self.query(statement)?.first::<R>().map_err(broken)?;
        row.map(|row| T::try_from(row).map_err(broken)).transpose()
    }

    fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
        serde_json::to_string(value).map_err(broken)
    }

    fn insert_key(key: &KeyUse) -> Statement {
        let KeyUse { key, request_hash, job_id, run_id, used_at } = key;
        query!("insert_key", values![key, request_hash, *job_id, *run_id, *used_at])
    }

    /// Moves a job on and adds runs to it.
    fn advance(job_id: JobId, state: JobState, runs: &[RunRecord]) -> Result<Vec<Statement>, StoreError> {
        let status = row::status_name(state.status);
        let set_state = values![job_id, status, state.wake_at, state.cursor, state.resumed_at];
        let mut statements = vec![query!("set_job_state", set_state)];
        for run in runs {
            statements.push(Self::insert_run(run)?);
        }
        Ok(statements)
    }

    /// The tries as they are stored; nothing of a run that was never tried.
    fn tries(tries: &[Try]) -> Result<Option<String>, StoreError> {
        (!tries.is_empty()).then(|| Self::json(&tries)).transpose()
    }

    /// All of the statements, and what they make superfluous goes; or nothing.
    fn execute_and_prune(
        &self,
        statements: Vec<Statement>,
        job_id: JobId,
        added: &[RunRecord],
    ) -> Result<(), StoreError> {
        let all = |storage: &Storage| {
            for statement in statements {
                Self::run(storage, statement)?;
            }
            if added.is_empty() {
                return Ok(());
            }
            Self::dropping(storage, query!("prune_runs", values![job_id, RUNS_KEPT])).map(drop)
        };
        self.storage.transaction(all).map_err(broken)
    }

    /// Drops records, and keeps for their jobs of which times nobody knows any more; says how many.
    fn dropping(storage: &Storage, statement: Statement) -> Result<u32, StorageError> {
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

    fn insert_run(run: &RunRecord) -> Result<Statement, StoreError> {
        let RunProgress { outcome, attempts, due_at, started_at, ended_at, error, tries, event_id, done } =
            &run.progress;
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
            ]
        ))
    }
}

impl ScheduleStore for SqlScheduleStore {
    fn owner(&self) -> Result<Option<TenantId>, StoreError> {
        let owner = self.first::<OwnerRow, OwnerRow>(query!("owner", values![]))?;
        Ok(owner.map(|row| row.tenant))
    }

    fn claim(&self, tenant: TenantId) -> Result<TenantId, StoreError> {
        // Nearly always it is tied already, and reading costs less than a write that changes nothing.
        if let Some(owner) = self.owner()? {
            return Ok(owner);
        }
        self.query(query!("claim", values![tenant]))?;
        Ok(tenant)
    }

    fn is_entered(&self) -> Result<bool, StoreError> {
        let owner = self.first::<OwnerRow, OwnerRow>(query!("owner", values![]))?;
        Ok(owner.is_some_and(|row| row.entered == 1))
    }

    fn set_entered(&self) -> Result<(), StoreError> {
        self.query(query!("set_entered", values![])).map(drop)
    }

    fn insert_job(&self, job: &JobRecord, key: Option<&KeyUse>) -> Result<(), StoreError> {
        let insert = query!(
            "insert_job",
            values![
                job.job_id,
                &job.name,
                Self::json(&job.schedule)?,
                Self::json(&job.task)?,
                job.retry.max_attempts,
                job.retry.delay_ms,
                row::status_name(job.state.status),
                job.state.wake_at,
                job.created_at,
                Self::json(&job.calendar)?,
                job.state.cursor,
                job.state.resumed_at,
                Self::json(&row::StoredPolicy::of(job))?,
            ]
        );
        self.execute([insert].into_iter().chain(key.map(Self::insert_key)).collect()).map(drop)
    }

    fn job(&self, job_id: JobId) -> Result<Option<JobRecord>, StoreError> {
        self.first::<JobRow, _>(query!("job", values![job_id]))
    }

    fn jobs(&self, before: Option<JobId>, limit: u32) -> Result<Vec<JobRecord>, StoreError> {
        self.all::<JobRow, _>(query!("jobs", values![before, limit]))
    }

    fn jobs_standing(
        &self,
        standing: JobStanding,
        now: Timestamp,
        before: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<JobRecord>, StoreError> {
        let since = |ms: u64| Timestamp::from_unix_ms(now.unix_ms().saturating_sub(ms));
        self.all::<JobRow, _>(match standing {
            JobStanding::Due => query!("jobs_behind", values![since(0), before, limit]),
            JobStanding::Late => query!("jobs_behind", values![since(LATE_MS), before, limit]),
            JobStanding::Failing => query!("jobs_failing", values![before, limit]),
        })
    }

    fn job_ids(&self, after: Option<JobId>, limit: u32) -> Result<Vec<JobId>, StoreError> {
        let rows = self.all::<row::JobIdRow, row::JobIdRow>(query!("job_ids", values![after, limit]))?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    fn job_count(&self) -> Result<u32, StoreError> {
        let count = self.first::<CountRow, CountRow>(query!("job_count", values![]))?;
        Ok(count.map_or(0, |row| row.count))
    }

    fn change_job(&self, job: &JobRecord) -> Result<(), StoreError> {
        let task = Self::json(&job.task)?;
        let change = query!(
            "change_job",
            values![
                job.job_id,
                &job.name,
                Self::json(&job.schedule)?,
                task.clone(),
                job.retry.max_attempts,
                job.retry.delay_ms,
                row::status_name(job.state.status),
                job.state.wake_at,
                Self::json(&job.calendar)?,
                job.state.cursor,
                job.state.resumed_at,
                Self::json(&row::StoredPolicy::of(job))?,
                job.version,
                job.forgotten.map(|range| range.from),
                job.forgotten.map(|range| range.until),
            ]
        );
        self.execute(vec![query!("keep_tasks", values![job.job_id, task]), change]).map(drop)
    }

    fn delete_job(&self, job_id: JobId) -> Result<bool, StoreError> {
        let statements = vec![
            query!("delete_runs", values![job_id]),
            query!("delete_backfills", values![job_id]),
            query!("delete_job", values![job_id]),
        ];
        let deleted = self.execute(statements)?;
        Ok(!deleted.is_empty())
    }

    fn due_jobs(&self, now: Timestamp, limit: u32) -> Result<Vec<JobRecord>, StoreError> {
        self.all::<JobRow, _>(query!("due_jobs", values![now, limit]))
    }

    fn advance_job(
        &self,
        job_id: JobId,
        state: JobState,
        runs: &[RunRecord],
        key: Option<&KeyUse>,
    ) -> Result<(), StoreError> {
        let mut statements = Self::advance(job_id, state, runs)?;
        statements.extend(key.map(Self::insert_key));
        self.execute_and_prune(statements, job_id, runs)
    }

    fn replace_runs(
        &self,
        job_id: JobId,
        state: JobState,
        runs: &[RunRecord],
        cancelled_at: Timestamp,
    ) -> Result<(), StoreError> {
        let why = "a later run took its place before it was over";
        let mut statements = vec![query!("cancel_runs", values![job_id, cancelled_at, why])];
        statements.extend(Self::advance(job_id, state, runs)?);
        self.execute_and_prune(statements, job_id, runs)
    }

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
        let RunProgress { outcome, attempts, due_at, started_at, ended_at, error, tries, event_id, done } =
            progress;
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
            ]
        );
        let standing = match outcome {
            RunOutcome::Failed => Some(query!("set_failing", values![run_id, now])),
            RunOutcome::Succeeded => Some(query!("clear_failing", values![run_id])),
            _ => None,
        };
        let begin = query!("begin_waiting", values![run_id, now]);
        let both = |storage: &Storage| {
            let changed = Self::run(storage, set)?;
            if let Some(standing) = standing.filter(|_| !changed.is_empty()) {
                Self::run(storage, standing)?;
            }
            Self::run(storage, begin)?;
            Ok::<_, StorageError>(changed)
        };
        let changed = self.storage.transaction(both).map_err(broken)?;
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

    fn insert_backfill(&self, backfill: &BackfillRecord) -> Result<(), StoreError> {
        let insert = query!(
            "insert_backfill",
            values![
                backfill.backfill_id,
                backfill.job_id,
                backfill.range.from,
                backfill.range.until,
                backfill.cursor,
                backfill.due_at,
                row::backfill_status_name(backfill.status),
                backfill.times,
                backfill.begun,
                backfill.kept,
                backfill.created_at,
                backfill.ended_at,
                backfill.request_key.as_ref(),
            ]
        );
        self.query(insert).map(drop)
    }

    fn backfill(&self, job_id: JobId, backfill_id: BackfillId) -> Result<Option<BackfillRecord>, StoreError> {
        self.first::<row::BackfillRow, _>(query!("backfill", values![backfill_id, job_id]))
    }

    fn backfill_by_key(&self, key: &str) -> Result<Option<BackfillRecord>, StoreError> {
        self.first::<row::BackfillRow, _>(query!("backfill_by_key", values![key]))
    }

    fn running_backfill(&self, job_id: JobId) -> Result<Option<BackfillRecord>, StoreError> {
        self.first::<row::BackfillRow, _>(query!("running_backfill", values![job_id]))
    }

    fn backfills(
        &self,
        job_id: JobId,
        before: Option<BackfillId>,
        limit: u32,
    ) -> Result<Vec<BackfillRecord>, StoreError> {
        self.all::<row::BackfillRow, _>(query!("backfills", values![job_id, before, limit]))
    }

    fn due_backfills(&self, now: Timestamp, limit: u32) -> Result<Vec<BackfillRecord>, StoreError> {
        self.all::<row::BackfillRow, _>(query!("due_backfills", values![now, limit]))
    }

    fn records_between(
        &self,
        job_id: JobId,
        first: Timestamp,
        last: Timestamp,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let mut found: Vec<RunRecord> =
            self.all::<RunRow, _>(query!("records_between", values![job_id, first, last]))?;
        found.sort_by_key(|record| record.scheduled_for);
        Ok(found)
    }

    fn fill(
        &self,
        backfill: &BackfillRecord,
        cuts: &[RecordCut],
        runs: &[RunRecord],
    ) -> Result<(), StoreError> {
        let set = query!(
            "set_backfill",
            values![
                backfill.backfill_id,
                backfill.cursor,
                backfill.due_at,
                row::backfill_status_name(backfill.status),
                backfill.begun,
                backfill.kept,
                backfill.ended_at,
            ]
        );
        let mut statements = Vec::new();
        for RecordCut { run_id, becomes, rest } in cuts {
            statements.push(match becomes {
                Some(record) => query!(
                    "cut_run",
                    values![
                        *run_id,
                        record.scheduled_for,
                        record.span.map(|span| span.first),
                        record.span.map_or(1, |span| span.count),
                        record.progress.error.as_ref(),
                    ]
                ),
                None => query!("drop_run", values![*run_id]),
            });
            statements.extend(rest.iter().map(Self::insert_run).collect::<Result<Vec<_>, _>>()?);
        }
        statements.extend(runs.iter().map(Self::insert_run).collect::<Result<Vec<_>, _>>()?);
        let all = |storage: &Storage| {
            if Self::run(storage, set)?.is_empty() {
                return Ok(());
            }
            statements.into_iter().try_for_each(|statement| Self::run(storage, statement).map(drop))
        };
        self.storage.transaction(all).map_err(broken)
    }

    fn cancel_backfill(&self, job_id: JobId, now: Timestamp) -> Result<(), StoreError> {
        let why = "its backfill was cancelled";
        let statements = vec![
            query!("cancel_backfilled_runs", values![job_id, now, why]),
            query!("cancel_backfill", values![job_id, now]),
        ];
        self.execute(statements).map(drop)
    }

    fn key_use(&self, key: &str) -> Result<Option<KeyUse>, StoreError> {
        self.first::<KeyRow, _>(query!("key_use", values![key]))
    }

    fn forget_keys(&self, time: Timestamp) -> Result<(), StoreError> {
        self.query(query!("forget_keys", values![time])).map(drop)
    }

    fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        let wake = self.first::<WakeRow, WakeRow>(query!("next_wake", values![]))?;
        Ok(wake.and_then(|row| row.at))
    }
}

fn broken(error: impl std::fmt::Display) -> StoreError {
    StoreError::new(NAME, error)
}

impl From<JobId> for Value {
    fn from(id: JobId) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<BackfillId> for Value {
    fn from(id: BackfillId) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<RunId> for Value {
    fn from(id: RunId) -> Self {
        Self::Text(id.to_string())
    }
}
