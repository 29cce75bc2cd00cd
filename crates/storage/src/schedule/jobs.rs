//! Jobs, over the SQLite of a tenant's object.

use app::ports::{JobRecord, JobState, JobStore, KeyUse, LATE_MS, RUNS_KEPT, RunRecord, StoreError};
use contracts::Timestamp;
use contracts::scheduler::JobStanding;
use ids::JobId;
use mesh::durable::Storage;

use super::row::{self, CountRow, JobRow};
use super::{SqlScheduleStore, broken, query};
use crate::sql::{Statement, values};

impl SqlScheduleStore {
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
}

impl JobStore for SqlScheduleStore {
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
                job.heartbeat.as_ref().map(Self::heartbeat).transpose()?,
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
}
