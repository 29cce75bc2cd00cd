//! Approvals over SQL. Every change is one transaction that holds only for the version it was made of.

mod row;

use app::ports::{
    ApprovalChange, ApprovalRow, ApprovalStore, AskedContent, AuditRow, DecisionRow, StoreError,
};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::workflows::ListApprovals;
use domain::approval::ApprovalStatus;
use ids::{ApprovalId, TenantId};

use crate::sql::{SqlDatabase, Statement, values};
use row::{ApprovalJson, AuditJson, DecisionJson};

/// Approvals over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlApprovalStore<D> {
    database: D,
}

impl<D> SqlApprovalStore<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> ApprovalStore for SqlApprovalStore<D> {
    async fn create(
        &self,
        tenant: TenantId,
        approval_id: ApprovalId,
        content: &AskedContent,
        audit: &AuditRow,
    ) -> Result<(), StoreError> {
        let AskedContent { content, content_hash, revision, asked, asked_at, expires_at } = content;
        let insert = Statement::new(
            include_str!("../../queries/approvals/insert.sql"),
            values![
                tenant,
                approval_id,
                content,
                content_hash,
                *revision,
                serde_json::json!(asked).to_string(),
                *asked_at,
                *expires_at,
            ],
        );
        let first = Statement::new(
            include_str!("../../queries/approvals/audit_first.sql"),
            values![tenant, approval_id, audit.at, &audit.actor, &audit.action, &audit.detail],
        );
        let answers = self.database.batch(vec![insert, first, select(tenant, approval_id)]).await?;
        if answers.last().is_none_or(|rows| rows.is_empty()) {
            let text = format!("the tenant has no run `{approval_id}`");
            return Err(StoreError::new(self.database.name(), text));
        }
        Ok(())
    }

    async fn get(
        &self,
        tenant: TenantId,
        approval_id: ApprovalId,
    ) -> Result<Option<ApprovalRow>, StoreError> {
        self.database.query(select(tenant, approval_id)).await?.first::<ApprovalJson, _>()
    }

    async fn list(&self, tenant: TenantId, query: &ListApprovals) -> Result<Vec<ApprovalRow>, StoreError> {
        self.database.query(list_statement(tenant, query)).await?.read::<ApprovalJson, _>()
    }

    async fn decisions(
        &self,
        tenant: TenantId,
        approval_id: ApprovalId,
    ) -> Result<Vec<DecisionRow>, StoreError> {
        let sql = include_str!("../../queries/approvals/decisions.sql");
        let rows = self.database.query(Statement::new(sql, values![tenant, approval_id])).await?;
        rows.read::<DecisionJson, _>()
    }

    async fn history(&self, tenant: TenantId, approval_id: ApprovalId) -> Result<Vec<AuditRow>, StoreError> {
        let sql = include_str!("../../queries/approvals/history.sql");
        let rows = self.database.query(Statement::new(sql, values![tenant, approval_id])).await?;
        rows.read::<AuditJson, _>()
    }

    async fn change(
        &self,
        tenant: TenantId,
        approval_id: ApprovalId,
        version: u32,
        change: &ApprovalChange,
    ) -> Result<bool, StoreError> {
        let AuditRow { at, actor, action, detail } = &change.audit;
        let mut statements = vec![Statement::new(
            include_str!("../../queries/approvals/audit.sql"),
            values![tenant, approval_id, version, *at, actor, action, detail],
        )];
        statements.extend(change.decision.as_ref().map(|row| decide(tenant, approval_id, version, row)));
        let (status, reason) = change.concluded.as_ref().map(|(s, reason)| (*s, reason.as_ref())).unzip();
        let content = change.content.as_ref();
        let asked = change.level.as_ref().map(|(_, asked)| serde_json::json!(asked).to_string());
        statements.push(Statement::new(
            include_str!("../../queries/approvals/change.sql"),
            values![
                tenant,
                approval_id,
                version,
                *at,
                status.map(ApprovalStatus::as_str),
                reason.flatten(),
                change.level.as_ref().map(|(level, _)| *level),
                asked,
                content.map(|content| &content.content),
                content.map(|content| &content.content_hash),
                content.map(|content| content.revision),
                content.map(|content| content.asked_at),
                content.map(|content| content.expires_at),
            ],
        ));
        let changed_at = statements.len() - 1;
        statements.extend(change.check_at.map(|check_at| hasten(tenant, approval_id, version + 1, check_at)));
        let answers = self.database.batch(statements).await?;
        Ok(answers.get(changed_at).is_some_and(|rows| !rows.is_empty()))
    }

    async fn seen(&self, tenant: TenantId, approval_id: ApprovalId, version: u32) -> Result<(), StoreError> {
        let seen = Statement::new(
            include_str!("../../queries/approvals/seen.sql"),
            values![tenant, approval_id, version],
        );
        self.database.query(seen).await.map(|_| ())
    }
}

fn select(tenant: TenantId, approval_id: ApprovalId) -> Statement {
    Statement::new(include_str!("../../queries/approvals/select.sql"), values![tenant])
        .and("id =", approval_id)
}

/// The query behind [`ApprovalStore::list`]: only the conditions that were asked for, so that an index serves them.
fn list_statement(tenant: TenantId, query: &ListApprovals) -> Statement {
    let select = match &query.approver {
        Some(approver) => Statement::new(
            include_str!("../../queries/approvals/select_asking.sql"),
            values![tenant, approver],
        ),
        None => Statement::new(include_str!("../../queries/approvals/select.sql"), values![tenant]),
    };
    select.and_if("status =", query.status.as_ref()).and_if("id <", query.before).newest(query.limit)
}

fn decide(tenant: TenantId, approval_id: ApprovalId, version: u32, row: &DecisionRow) -> Statement {
    Statement::new(
        include_str!("../../queries/approvals/decide.sql"),
        values![
            tenant,
            approval_id,
            version,
            row.revision,
            &row.approver,
            row.choice.as_str(),
            row.comment.as_ref(),
            &row.actor,
            &row.content_hash,
            row.decided_at,
        ],
    )
}

/// Has the sweep look soon whether the workflow saw the change to `version`.
fn hasten(tenant: TenantId, approval_id: ApprovalId, version: u32, check_at: Timestamp) -> Statement {
    Statement::new(
        include_str!("../../queries/workflow_runs/hasten.sql"),
        values![tenant, approval_id, check_at, version],
    )
}
