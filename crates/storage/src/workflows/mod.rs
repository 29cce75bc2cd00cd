//! Runs of workflows over SQL.

mod row;

use app::ports::{NewRun, RunChange, RunStore, StepRecord, StoreError, WorkflowRun};
use async_trait::async_trait;
use contracts::Timestamp;
use domain::workflow::RunStatus;
use ids::TenantId;

use crate::sql::{SqlDatabase, Statement, values};
use row::{RunRow, StepRow};

/// Runs over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlRunStore<D> {
    database: D,
}

impl<D> SqlRunStore<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> RunStore for SqlRunStore<D> {
    async fn insert(
        &self,
        tenant: TenantId,
        run: &NewRun,
        check_at: Timestamp,
    ) -> Result<WorkflowRun, StoreError> {
        let insert = Statement::new(
            include_str!("../../queries/workflow_runs/insert.sql"),
            values![
                tenant,
                &run.run_id,
                run.workflow.as_str(),
                &run.params,
                run.request_key.as_ref(),
                &run.request_sha256,
                &run.actor,
                &run.traceparent,
                run.created_at,
                check_at,
            ],
        );
        let by_request = Statement::new(
            include_str!("../../queries/workflow_runs/by_request.sql"),
            values![tenant, run.workflow.as_str(), run.request_key.as_ref()],
        );
        let answers = self.database.batch(vec![insert, by_request, select(tenant, &run.run_id)]).await?;
        for rows in answers.iter().skip(1) {
            if let Some(found) = rows.first::<RunRow, _>()? {
                return Ok(found);
            }
        }
        Err(StoreError::new(self.database.name(), format!("the run id `{}` is taken", run.run_id)))
    }

    async fn get(&self, tenant: TenantId, run_id: &str) -> Result<Option<WorkflowRun>, StoreError> {
        self.database.query(select(tenant, run_id)).await?.first::<RunRow, _>()
    }

    async fn change(
        &self,
        tenant: TenantId,
        run_id: &str,
        change: &RunChange,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let allowed = |from: &RunStatus| match change.status {
            Some(next) => from.allows(next),
            None => !from.has_ended(),
        };
        let from: Vec<_> = RunStatus::ALL.into_iter().filter(allowed).map(RunStatus::as_str).collect();
        let update = Statement::new(
            include_str!("../../queries/workflow_runs/change.sql"),
            values![
                tenant,
                run_id,
                change.status.map(RunStatus::as_str),
                change.progress.as_ref(),
                change.output.as_ref(),
                change.error.as_ref(),
                now,
                serde_json::json!(from).to_string(),
            ],
        );
        Ok(!self.database.query(update).await?.is_empty())
    }

    async fn record_step(&self, tenant: TenantId, run_id: &str, step: &StepRecord) -> Result<(), StoreError> {
        let upsert = Statement::new(
            include_str!("../../queries/workflow_runs/step_upsert.sql"),
            values![
                tenant,
                run_id,
                step.position,
                &step.name,
                step.status.as_str(),
                step.attempts,
                step.started_at,
                step.ended_at,
                step.error.as_ref(),
            ],
        );
        if self.database.query(upsert).await?.is_empty() {
            let text = format!("the tenant has no run `{run_id}`");
            return Err(StoreError::new(self.database.name(), text));
        }
        Ok(())
    }

    async fn steps(&self, tenant: TenantId, run_id: &str) -> Result<Vec<StepRecord>, StoreError> {
        let list =
            Statement::new(include_str!("../../queries/workflow_runs/steps.sql"), values![tenant, run_id]);
        self.database.query(list).await?.read::<StepRow, _>()
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<WorkflowRun>, StoreError> {
        let due = Statement::new(include_str!("../../queries/workflow_runs/due.sql"), values![now, limit]);
        self.database.query(due).await?.read::<RunRow, _>()
    }

    async fn open(&self, tenant: TenantId, limit: u32) -> Result<Vec<WorkflowRun>, StoreError> {
        let open =
            Statement::new(include_str!("../../queries/workflow_runs/open.sql"), values![tenant, limit]);
        self.database.query(open).await?.read::<RunRow, _>()
    }

    async fn defer(&self, tenant: TenantId, run_id: &str, check_at: Timestamp) -> Result<(), StoreError> {
        let defer = Statement::new(
            include_str!("../../queries/workflow_runs/defer.sql"),
            values![tenant, run_id, check_at],
        );
        self.database.query(defer).await.map(|_| ())
    }
}

fn select(tenant: TenantId, run_id: &str) -> Statement {
    Statement::new(include_str!("../../queries/workflow_runs/select.sql"), values![tenant, run_id])
}
