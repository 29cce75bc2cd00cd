//! The index of instances over SQL. What ends and begins them keeps it by triggers, see its migration.

mod row;

use app::ports::{InstanceIndex, InstanceQuery, InstanceRecord, SteeredWorkflow, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use domain::workflow::RunStatus;
use ids::TenantId;

use crate::sql::{SqlDatabase, Statement, values};
use row::InstanceRow;

/// The index over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlInstanceIndex<D> {
    database: D,
}

impl<D> SqlInstanceIndex<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> InstanceIndex for SqlInstanceIndex<D> {
    /// A statement for each pair of workflow and status that the filters leave, in one batch: each finds its newest rows
    /// at one end of an index, and together they are at most thirty times the page.
    async fn find(&self, query: &InstanceQuery) -> Result<Vec<InstanceRecord>, StoreError> {
        let workflows = query.workflow.map_or_else(SteeredWorkflow::all, |one| vec![one]);
        let statuses = query.status.map_or_else(|| RunStatus::ALL.to_vec(), |one| vec![one]);
        // Behind every time and every id.
        let newest = || (Timestamp::from_unix_ms(8_640_000_000_000_000), String::new());
        let (at, id) = query.before.clone().unwrap_or_else(newest);
        let mut statements = Vec::with_capacity(workflows.len() * statuses.len());
        for workflow in &workflows {
            for status in &statuses {
                let mut bound = values![workflow.as_str(), status.as_str(), at, &id, query.limit];
                let sql = match query.tenant {
                    Some(tenant) => {
                        bound.push(tenant.into());
                        include_str!("../../queries/instances/list_of_tenant.sql")
                    }
                    None => include_str!("../../queries/instances/list.sql"),
                };
                statements.push(Statement::new(sql, bound));
            }
        }
        let mut found: Vec<InstanceRecord> = Vec::new();
        for rows in self.database.batch(statements).await? {
            found.extend(rows.read::<InstanceRow, InstanceRecord>()?);
        }
        found.sort_by(|a, b| (b.started_at, &b.id).cmp(&(a.started_at, &a.id)));
        found.truncate(query.limit as usize);
        Ok(found)
    }

    async fn get(&self, id: &str) -> Result<Option<InstanceRecord>, StoreError> {
        let get = Statement::new(include_str!("../../queries/instances/get.sql"), values![id]);
        self.database.query(get).await?.first::<InstanceRow, _>()
    }

    async fn mark(
        &self,
        tenant: TenantId,
        id: &str,
        status: RunStatus,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let from: Vec<_> = RunStatus::ALL.into_iter().filter(|from| !from.has_ended()).collect();
        let from: Vec<_> = from.into_iter().map(RunStatus::as_str).collect();
        let mark = Statement::new(
            include_str!("../../queries/instances/mark.sql"),
            values![tenant, id, status.as_str(), now, serde_json::json!(from).to_string()],
        );
        Ok(!self.database.query(mark).await?.is_empty())
    }
}
