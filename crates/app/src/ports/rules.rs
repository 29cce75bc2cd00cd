//! The tenants' own rules, what they raised, and the workflows that they start.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::rules::{Notice, NoticeList, Rule, RuleDraft};
use ids::{EventId, NoticeId, RuleId, TenantId};
use mesh::TraceContext;
use serde_json::Value;

use super::{CreationKey, StoreError};

/// What came of making a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleCreated {
    /// It is stored.
    New,
    /// Its key made this rule before.
    Before(Rule),
    /// Its key made another rule before.
    KeyReused,
    /// There are as many as there may be.
    TooMany,
}

/// A query over notices, newest first. Absent fields do not narrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeQuery {
    /// Of this list.
    pub list: NoticeList,
    /// Settled, or not.
    pub settled: Option<bool>,
    /// About this account.
    pub account: Option<String>,
    /// Older than this one.
    pub before: Option<NoticeId>,
    /// At most this many.
    pub limit: u32,
}

/// Rules, and what they raised.
#[async_trait(?Send)]
pub trait RuleStore {
    /// Stores a rule, unless its key made one before or the tenant has `most`.
    async fn create(
        &self,
        tenant: TenantId,
        rule: &Rule,
        key: Option<&CreationKey>,
        most: u32,
    ) -> Result<RuleCreated, StoreError>;
    /// One rule.
    async fn get(&self, tenant: TenantId, rule_id: RuleId) -> Result<Option<Rule>, StoreError>;
    /// Rules, newest first.
    async fn list(
        &self,
        tenant: TenantId,
        before: Option<RuleId>,
        limit: u32,
    ) -> Result<Vec<Rule>, StoreError>;
    /// Every rule that is to be asked, oldest first.
    async fn enabled(&self, tenant: TenantId) -> Result<Vec<Rule>, StoreError>;
    /// Puts a draft in place of that of this version, and raises the version; says whether it did.
    async fn replace(
        &self,
        tenant: TenantId,
        rule_id: RuleId,
        version: u32,
        draft: &RuleDraft,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Removes a rule; says whether there was one. What it raised stays.
    async fn delete(&self, tenant: TenantId, rule_id: RuleId) -> Result<bool, StoreError>;
    /// Stores what rules raised, all at once, and notes on each rule how it did. What is there stays as it is, so that
    /// doing it twice does it once.
    async fn raise(&self, tenant: TenantId, notices: &[Notice]) -> Result<(), StoreError>;
    /// What was raised of an event, in the order of the ids.
    async fn raised_of(&self, tenant: TenantId, event_id: EventId) -> Result<Vec<Notice>, StoreError>;
    /// Whether a rule raised something about this account since then, of another event than this.
    async fn has_raised(
        &self,
        tenant: TenantId,
        rule_id: RuleId,
        account: Option<&str>,
        since: Timestamp,
        besides: EventId,
    ) -> Result<bool, StoreError>;
    /// Notices of a list, newest first.
    async fn notices(&self, tenant: TenantId, query: &NoticeQuery) -> Result<Vec<Notice>, StoreError>;
    /// Notes who settled a notice of a list, unless somebody did before, and gives it; none where there is none.
    async fn settle(
        &self,
        tenant: TenantId,
        list: NoticeList,
        notice_id: NoticeId,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<Notice>, StoreError>;
}

/// Starts workflows for rules.
#[async_trait(?Send)]
pub trait WorkflowStarter {
    /// Starts a workflow, and gives its run's id, or why it is refused. The same `key` starts it once.
    async fn start(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        key: &str,
        workflow: &str,
        params: &Value,
    ) -> Result<Result<String, String>, StoreError>;
}
