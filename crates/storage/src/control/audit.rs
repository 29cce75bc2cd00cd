//! The audit over SQL: an entry goes in with the change that it tells of, in one transaction.

use app::ports::{AuditQuery, AuditTrail, StoreError};
use async_trait::async_trait;
use audit::{Act, Entry, Head};
use ids::TenantId;
use serde::Deserialize;

use super::SqlControl;
use crate::sql::{SqlDatabase, Statement, Value, values};

/// How often an act is tried that others keep overtaking. Each try loses to an act that was written, and operators are
/// few.
const TRIES: u32 = 24;
const COLUMNS: &str =
    "sequence, at, actor, role, tenant_id, action, target, before, after, trace_id, previous, hash";

/// What must hold for an act and its change to be written: SQL whose parameters are plain question marks.
pub(super) struct Condition {
    sql: String,
    values: Vec<Value>,
}

impl Condition {
    pub(super) fn new(sql: &str, values: Vec<Value>) -> Self {
        Self { sql: sql.to_owned(), values }
    }
}

#[derive(Deserialize)]
struct HeadRow {
    sequence: u64,
    hash: String,
    at: u64,
}

impl From<HeadRow> for Head {
    fn from(HeadRow { sequence, hash, at: at_ms }: HeadRow) -> Self {
        Self { sequence, hash, at_ms }
    }
}

#[derive(Deserialize)]
struct EntryRow {
    sequence: u64,
    at: u64,
    actor: String,
    role: String,
    tenant_id: Option<TenantId>,
    action: String,
    target: Option<String>,
    before: Option<String>,
    after: Option<String>,
    trace_id: String,
    previous: String,
    hash: String,
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        let EntryRow { sequence, at: at_ms, actor, role, tenant_id: tenant, action, .. } = row;
        let (target, before, after, trace_id) = (row.target, row.before, row.after, row.trace_id);
        let act = Act { at_ms, actor, role, tenant, action, target, before, after, trace_id };
        Self { sequence, act, previous: row.previous, hash: row.hash }
    }
}

/// The statement that puts `entry` in where `condition` holds, and gives a row where it did.
fn insert(entry: &Entry, condition: &Condition) -> Statement {
    let Act { at_ms, actor, role, tenant, action, target, before, after, trace_id } = &entry.act;
    let mut values = values![
        entry.sequence as f64,
        *at_ms as f64,
        actor,
        role,
        *tenant,
        action,
        target.clone(),
        before.clone(),
        after.clone(),
        trace_id,
        &entry.previous,
        &entry.hash
    ];
    values.extend(condition.values.iter().cloned());
    let condition = &condition.sql;
    let sql = format!(
        "INSERT INTO audit ({COLUMNS}) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
        WHERE {condition} RETURNING sequence, hash, at"
    );
    Statement { sql, values }
}

impl<D: SqlDatabase> SqlControl<D> {
    async fn head(&self) -> Result<Head, StoreError> {
        let sql = "SELECT sequence, hash, at FROM audit ORDER BY sequence DESC LIMIT 1";
        let head = self.database.query(Statement::new(sql, Vec::new())).await?.first::<HeadRow, Head>()?;
        Ok(head.unwrap_or_default())
    }

    /// Writes an act and its change together where `condition` holds. Whether it did.
    pub(super) async fn act(
        &self,
        act: &Act,
        condition: &Condition,
        change: Statement,
    ) -> Result<bool, StoreError> {
        self.act_all(act, condition, vec![change]).await
    }

    /// As [`SqlControl::act`], with several changes, in their order.
    pub(super) async fn act_all(
        &self,
        act: &Act,
        condition: &Condition,
        changes: Vec<Statement>,
    ) -> Result<bool, StoreError> {
        Ok(self.link(act, condition, changes).await?.is_some())
    }

    /// Two writers at once follow the same head; the second to arrive is refused by the unique `previous`, with its
    /// change, and tries again after the first. An error is told apart from that by looking at the head again: that
    /// needs no reading of a message, and finds an entry whose reply alone was lost.
    async fn link(
        &self,
        act: &Act,
        condition: &Condition,
        changes: Vec<Statement>,
    ) -> Result<Option<Entry>, StoreError> {
        let mut head = self.head().await?;
        let mut tries = 1;
        loop {
            let entry = head.follow(act);
            // The entry first: its condition is about what was there before the change.
            let statements = [insert(&entry, condition)].into_iter().chain(changes.clone()).collect();
            let error = match self.database.batch(statements).await {
                Ok(answers) => {
                    let written = answers.first().is_some_and(|rows| !rows.is_empty());
                    return Ok(written.then_some(entry));
                }
                Err(error) => error,
            };
            let found = "SELECT sequence, hash, at FROM audit WHERE hash = ?1";
            let found = self.database.query(Statement::new(found, values![&entry.hash])).await?;
            if !found.is_empty() {
                return Ok(Some(entry));
            }
            let now = self.head().await?;
            if now == head || tries == TRIES {
                return Err(error);
            }
            (head, tries) = (now, tries + 1);
        }
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> AuditTrail for SqlControl<D> {
    async fn append(&self, act: &Act) -> Result<Entry, StoreError> {
        let entry = self.link(act, &Condition::new("1", Vec::new()), Vec::new()).await?;
        entry.ok_or_else(|| StoreError::new(self.database.name(), "an entry of the audit was not written"))
    }

    async fn entries(&self, query: &AuditQuery) -> Result<Vec<Entry>, StoreError> {
        let AuditQuery { actor, tenant, action, target, trace_id, since, before, limit } = query;
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE 1");
        let mut select = Statement::new(&sql, Vec::new())
            .and_if("actor =", actor.clone())
            .and_if("tenant_id =", *tenant)
            .and_if("action =", action.clone())
            .and_if("target =", target.clone())
            .and_if("trace_id =", trace_id.clone())
            .and_if("sequence <", before.map(|before| before as f64));
        if let Some(since) = since {
            // Times follow the sequence, so that a time bounds it: no row before it is looked at.
            select = select.and("sequence >= (SELECT min(sequence) FROM audit WHERE at >=", *since);
            select.sql.push(')');
        }
        select.values.push((*limit).into());
        select.sql.push_str(&format!(" ORDER BY sequence DESC LIMIT ?{}", select.values.len()));
        self.database.query(select).await?.read::<EntryRow, _>()
    }

    async fn entries_after(&self, sequence: u64, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE sequence > ?1 ORDER BY sequence LIMIT ?2");
        let select = Statement::new(&sql, values![sequence as f64, limit]);
        self.database.query(select).await?.read::<EntryRow, _>()
    }
}
