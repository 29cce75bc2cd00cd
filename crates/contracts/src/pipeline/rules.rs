//! A tenant's own rules over signals, and what they raised.

use ids::{EventId, NoticeId, RuleId, SignalId};

use super::workflows::Fault;
use crate::{TenantCall, Timestamp};

/// The gateway's view of a tenant's rules.
///
/// The context's idempotency key makes a rule once: the same key with the same rule gives the first.
#[mesh::service(contract = "../../contracts/Rules.json")]
pub trait Rules {
    /// Checks a rule and makes it.
    async fn create_rule(&self, context: &TenantCall, request: RuleDraft) -> Result<Rule, RuleError>;
    /// One rule.
    #[mesh(idempotent)]
    async fn get_rule(&self, context: &TenantCall, request: GetRule) -> Result<Rule, RuleError>;
    /// Rules, newest first.
    #[mesh(idempotent)]
    async fn list_rules(&self, context: &TenantCall, request: ListRules) -> Result<RulePage, RuleError>;
    /// Checks a rule and puts it in place of the one of this version.
    async fn replace_rule(&self, context: &TenantCall, request: ReplaceRule) -> Result<Rule, RuleError>;
    /// Ends a rule. What it raised stays.
    async fn delete_rule(&self, context: &TenantCall, request: GetRule) -> Result<(), RuleError>;
    /// What a rule would raise of a past event. Nothing is stored, told or started.
    #[mesh(idempotent)]
    async fn test_rule(&self, context: &TenantCall, request: TestRule) -> Result<Trial, RuleError>;
    /// What rules raised, newest first.
    #[mesh(idempotent)]
    async fn list_notices(&self, context: &TenantCall, request: ListNotices)
    -> Result<NoticePage, RuleError>;
    /// Acknowledges an alert or completes a task. The first who does so is kept.
    #[mesh(idempotent)]
    async fn settle_notice(&self, context: &TenantCall, request: SettleNotice) -> Result<Notice, RuleError>;
}

/// A rule as it is written.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleDraft {
    /// For people.
    pub name: String,
    /// `signal` or `event`.
    pub scope: String,
    /// The condition, JSON logic as JSON text.
    pub when: String,
    /// The actions, as JSON text.
    pub then: String,
    /// Whether it is asked.
    pub enabled: bool,
    /// For how long, in hours, it stays silent about an account that it raised something about.
    #[serde(default)]
    pub cooldown_hours: Option<u32>,
}

/// A rule as stored.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub rule_id: RuleId,
    /// Counts its changes, from 1.
    pub version: u32,
    /// What it says.
    pub draft: RuleDraft,
    /// How many of its actions failed.
    #[serde(default)]
    pub failures: u32,
    /// Why the last of them did.
    #[serde(default)]
    pub last_error: Option<String>,
    /// When it last raised something.
    #[serde(default)]
    pub last_raised_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Names one rule.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct GetRule {
    /// Which.
    pub rule_id: RuleId,
}

/// Asks for a page of rules.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct ListRules {
    /// Only older than this one.
    #[serde(default)]
    pub before: Option<RuleId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of rules.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct RulePage {
    /// Newest first.
    pub items: Vec<Rule>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_before: Option<RuleId>,
}

/// Asks for a rule to be changed.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct ReplaceRule {
    /// Which.
    pub rule_id: RuleId,
    /// The version that was read.
    pub version: u32,
    /// What it shall say.
    pub draft: RuleDraft,
}

/// Asks what a rule would raise.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct TestRule {
    /// The rule, which need not be stored.
    pub draft: RuleDraft,
    /// Of which event.
    pub event_id: EventId,
}

/// What a rule would raise.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Each time that its condition holds.
    pub matches: Vec<TrialMatch>,
}

/// That a condition holds.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialMatch {
    /// For which signal; none for the event as a whole.
    #[serde(default)]
    pub signal_id: Option<SignalId>,
    /// What its actions come to, in order.
    pub actions: Vec<TrialAction>,
}

/// What an action comes to.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrialAction {
    /// `alert`, `task` or `workflow`.
    pub action: String,
    /// Of an alert.
    #[serde(default)]
    pub severity: Option<String>,
    /// Of an alert or a task.
    #[serde(default)]
    pub title: Option<String>,
    /// Of an alert.
    #[serde(default)]
    pub body: Option<String>,
    /// Of a task.
    #[serde(default)]
    pub assignee: Option<String>,
    /// Of a task.
    #[serde(default)]
    pub due_in_hours: Option<u32>,
    /// Of a workflow: its name.
    #[serde(default)]
    pub workflow: Option<String>,
    /// Of a workflow, as JSON text.
    #[serde(default)]
    pub params: Option<String>,
    /// Why it would fail; none where it would not.
    #[serde(default)]
    pub error: Option<String>,
}

/// What kind of thing a rule raised.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// An alert.
    Alert,
    /// A task.
    Task,
    /// A workflow that was started.
    Workflow,
    /// An action that could not be carried out.
    FailedAction,
}

/// Which list of notices is meant.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum NoticeList {
    /// Alerts, and actions that failed.
    Alerts,
    /// Tasks.
    Tasks,
}

/// What a rule raised of an event.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id, which follows from rule, event, action and signal.
    pub notice_id: NoticeId,
    /// What it is.
    pub kind: NoticeKind,
    /// The rule.
    pub rule_id: RuleId,
    /// The rule's name at that time.
    pub rule_name: String,
    /// The event.
    pub event_id: EventId,
    /// The signal, for a rule that is asked about each.
    #[serde(default)]
    pub signal_id: Option<SignalId>,
    /// The customer's company.
    #[serde(default)]
    pub account: Option<String>,
    /// Of an alert.
    #[serde(default)]
    pub severity: Option<String>,
    /// In a line.
    pub title: String,
    /// More of it; why, where an action failed.
    #[serde(default)]
    pub body: Option<String>,
    /// Of a task.
    #[serde(default)]
    pub assignee: Option<String>,
    /// Of a task.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
    /// The workflow that was started.
    #[serde(default)]
    pub workflow: Option<String>,
    /// Its run.
    #[serde(default)]
    pub run_id: Option<String>,
    /// Who acknowledged or completed it.
    #[serde(default)]
    pub settled_by: Option<String>,
    /// When.
    #[serde(default)]
    pub settled_at: Option<Timestamp>,
    /// When it was raised.
    pub created_at: Timestamp,
}

/// Asks for a page of notices.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct ListNotices {
    /// Of which list.
    pub list: NoticeList,
    /// Only those that were settled, or were not.
    #[serde(default)]
    pub settled: Option<bool>,
    /// Only about this account.
    #[serde(default)]
    pub account: Option<String>,
    /// Only older than this one.
    #[serde(default)]
    pub before: Option<NoticeId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of notices.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct NoticePage {
    /// Newest first.
    pub items: Vec<Notice>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_before: Option<NoticeId>,
}

/// Says that an alert was seen to, or a task done.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct SettleNotice {
    /// Which.
    pub notice_id: NoticeId,
    /// The list that it is on.
    pub list: NoticeList,
}

/// Something about rules was refused.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum RuleError {
    /// The tenant has no such rule.
    #[error("no such rule")]
    NotFound,
    /// The tenant has no such alert.
    #[error("no such alert")]
    AlertNotFound,
    /// The tenant has no such task.
    #[error("no such task")]
    TaskNotFound,
    /// The tenant has no such event.
    #[error("no such event")]
    EventNotFound,
    /// The rule cannot be accepted.
    #[error("{} things are wrong with the rule", faults.len())]
    Invalid {
        /// Each with its place.
        faults: Vec<Fault>,
    },
    /// The idempotency key came before with another rule.
    #[error("this idempotency key was used before with another body")]
    KeyReused,
    /// The rule is of another version by now.
    #[error("the rule is of version {version} now")]
    Changed {
        /// Which.
        version: u32,
    },
    /// The tenant has as many as it may have.
    #[error("a tenant has at most {limit} rules")]
    TooMany {
        /// How many.
        limit: u32,
    },
    /// A store did not answer.
    #[error("unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
