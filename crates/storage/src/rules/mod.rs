//! Rules and what they raised, over SQL.

mod row;

use std::collections::BTreeSet;

use app::ports::{CreationKey, NoticeQuery, RuleCreated, RuleStore, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::rules::{Notice, NoticeList, Rule, RuleDraft};
use ids::{EventId, NoticeId, RuleId, TenantId};

use crate::sql::{SqlDatabase, Statement, Value, values};
use row::{KeyedRow, RuleRow};

/// Rules over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlRuleStore<D> {
    database: D,
}

/// A statement from a file in `queries/rules`.
macro_rules! query {
    ($name:literal, $values:expr) => {
        Statement::new(include_str!(concat!("../../queries/rules/", $name, ".sql")), $values)
    };
}

impl<D> SqlRuleStore<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

/// The parameters of a draft, in the order of the statements.
fn of_draft(draft: &RuleDraft) -> Vec<Value> {
    let RuleDraft { name, scope, when, then, enabled, cooldown_hours } = draft;
    values![name, scope, when, then, u32::from(*enabled), *cooldown_hours]
}

fn list_name(list: NoticeList) -> &'static str {
    match list {
        NoticeList::Alerts => "alerts",
        NoticeList::Tasks => "tasks",
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> RuleStore for SqlRuleStore<D> {
    async fn create(
        &self,
        tenant: TenantId,
        rule: &Rule,
        key: Option<&CreationKey>,
        most: u32,
    ) -> Result<RuleCreated, StoreError> {
        let mut all = values![tenant, rule.rule_id, rule.version];
        all.extend(of_draft(&rule.draft));
        let hash = key.map(|key| &key.request_hash);
        all.extend(values![rule.created_at, key.map(|key| &key.key), hash, most]);
        // The key is looked up in the same transaction: whoever comes second finds what the first made.
        let by_key = query!("by_key", values![tenant, key.map(|key| &key.key)]);
        let answers = self.database.batch(vec![query!("insert", all), by_key]).await?;
        let [inserted, keyed] = answers.as_slice() else {
            return Err(StoreError::new(self.database.name(), "no answer to a statement"));
        };
        if !inserted.is_empty() {
            return Ok(RuleCreated::New);
        }
        let Some(row) = keyed.first::<KeyedRow, KeyedRow>()? else { return Ok(RuleCreated::TooMany) };
        if row.request_hash.as_ref() != hash {
            return Ok(RuleCreated::KeyReused);
        }
        Ok(keyed.first::<RuleRow, Rule>()?.map_or(RuleCreated::TooMany, RuleCreated::Before))
    }

    async fn get(&self, tenant: TenantId, rule_id: RuleId) -> Result<Option<Rule>, StoreError> {
        let select = query!("select", values![tenant]).and("id =", rule_id);
        self.database.query(select).await?.first::<RuleRow, _>()
    }

    async fn list(
        &self,
        tenant: TenantId,
        before: Option<RuleId>,
        limit: u32,
    ) -> Result<Vec<Rule>, StoreError> {
        let select = query!("select", values![tenant]).and_if("id <", before).newest(limit);
        self.database.query(select).await?.read::<RuleRow, _>()
    }

    async fn enabled(&self, tenant: TenantId) -> Result<Vec<Rule>, StoreError> {
        self.database.query(query!("enabled", values![tenant])).await?.read::<RuleRow, _>()
    }

    async fn replace(
        &self,
        tenant: TenantId,
        rule_id: RuleId,
        version: u32,
        draft: &RuleDraft,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut all = values![tenant, rule_id, version];
        all.extend(of_draft(draft));
        all.push(now.into());
        Ok(!self.database.query(query!("replace", all)).await?.is_empty())
    }

    async fn delete(&self, tenant: TenantId, rule_id: RuleId) -> Result<bool, StoreError> {
        Ok(!self.database.query(query!("delete", values![tenant, rule_id])).await?.is_empty())
    }

    async fn raise(&self, tenant: TenantId, notices: &[Notice]) -> Result<(), StoreError> {
        let unwritable = |error| StoreError::new(self.database.name(), error);
        let rules: BTreeSet<RuleId> = notices.iter().map(|notice| notice.rule_id).collect();
        let rules = serde_json::to_string(&rules).map_err(unwritable)?;
        let notices = serde_json::to_string(notices).map_err(unwritable)?;
        let raise = query!("raise", values![tenant, notices]);
        self.database.batch(vec![raise, query!("note", values![tenant, rules])]).await.map(drop)
    }

    async fn raised_of(&self, tenant: TenantId, event_id: EventId) -> Result<Vec<Notice>, StoreError> {
        let raised = query!("raised_of", values![tenant, event_id]);
        self.database.query(raised).await?.read::<Notice, Notice>()
    }

    async fn has_raised(
        &self,
        tenant: TenantId,
        rule_id: RuleId,
        account: Option<&str>,
        since: Timestamp,
        besides: EventId,
    ) -> Result<bool, StoreError> {
        let raised = query!("has_raised", values![tenant, rule_id, since, account, besides]);
        Ok(!self.database.query(raised).await?.is_empty())
    }

    async fn notices(&self, tenant: TenantId, query: &NoticeQuery) -> Result<Vec<Notice>, StoreError> {
        let NoticeQuery { list, settled, account, before, limit } = query;
        let mut select = query!("notices", values![tenant, list_name(*list)]);
        match settled {
            Some(true) => select.sql.push_str(" AND settled_at IS NOT NULL"),
            Some(false) => select.sql.push_str(" AND settled_at IS NULL"),
            None => {}
        }
        let select = select.and_if("account =", account.as_ref()).and_if("id <", *before).newest(*limit);
        self.database.query(select).await?.read::<Notice, Notice>()
    }

    async fn settle(
        &self,
        tenant: TenantId,
        list: NoticeList,
        notice_id: NoticeId,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<Notice>, StoreError> {
        let settle = query!("settle", values![tenant, list_name(list), notice_id, by, now]);
        let select = query!("notices", values![tenant, list_name(list)]).and("id =", notice_id);
        let answers = self.database.batch(vec![settle, select]).await?;
        answers.last().map_or(Ok(None), |rows| rows.first::<Notice, Notice>())
    }
}
