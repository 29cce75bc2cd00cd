//! Rules, and what they raised: alerts and tasks.

use ids::{EventId, NoticeId, RuleId, SignalId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::PageRequest;
use crate::request::{FromBody, FromQuery, Object, Query, TextRule};
use crate::{Payload, Timestamp, schema};

/// The longest silence: a year, in hours.
const MAX_COOLDOWN_HOURS: u32 = 8_784;

/// What a rule is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleScope {
    /// Each signal by itself: the fact `signal` is there.
    Signal,
    /// The event as a whole: the fact `signals` is there.
    Event,
}

impl RuleScope {
    /// The scope's text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::Event => "event",
        }
    }
}

/// The body of `POST /v1/rules`.
///
/// `when` is [JSON logic](https://jsonlogic.com), such as `{"==": [{"var": "signal.kind"}, "churn_risk"]}` or
/// `{">=": [{"var": "counts.competitor"}, 2]}`. Facts are `event` (`id`, `source`, `type`, `subject`, `title`,
/// `account`, `occurred_at`, `received_at`, `signals_count`), `assessment` (`qualification`, `risk`, `headline`),
/// `counts` (by kind of signal) and `signal` or `signals` (`id`, `kind`, `score`, `quote`, `account`, `speaker`, `turn`,
/// `at_seconds`). An unknown text is empty.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NewRule {
    /// For people.
    #[schema(min_length = 1, max_length = 200, example = "Large accounts at risk")]
    pub name: String,
    /// What it is asked about.
    pub scope: RuleScope,
    /// The condition, as JSON logic that gives true or false.
    pub when: Payload,
    /// 1 to 10 actions: `{"do": "alert", "severity", "title", "body"?}`, `{"do": "task", "title", "assignee"?,
    /// "due_in_hours"?}` or `{"do": "workflow", "name", "params"}`. A text may be computed by JSON logic, also within
    /// `params`.
    pub then: Payload,
    /// Whether it is asked; `true` where it is left out.
    #[schema(value_type = Option<bool>, example = true)]
    pub enabled: bool,
    /// For how many hours it stays silent about an account that it raised something about.
    #[schema(required = false, minimum = 1, maximum = 8784)]
    pub cooldown_hours: Option<u32>,
}

impl FromBody for NewRule {
    fn read(object: &Object<'_>) -> Option<Self> {
        let name = object.required_text("name", TextRule::line(200));
        let scope = object.required_raw("scope").and_then(|raw| {
            let scope = serde_json::from_str(raw.get()).ok();
            if scope.is_none() {
                object.refuse("scope", "must be `signal` or `event`");
            }
            scope
        });
        let when = object.required_raw("when").map(Payload::from);
        let then = object.required_raw("then").map(Payload::from);
        let enabled = match object.has("enabled") {
            false => Some(true),
            true => {
                let enabled = object.decode("enabled");
                if enabled.is_none() {
                    object.refuse("enabled", "must be true or false");
                }
                enabled
            }
        };
        let cooldown_hours = object.optional_integer("cooldown_hours", 1, MAX_COOLDOWN_HOURS);
        Some(Self { name: name?, scope: scope?, when: when?, then: then?, enabled: enabled?, cooldown_hours })
    }
}

/// The body of `PUT /v1/rules/{id}`: a whole rule, and the version that it takes the place of.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReplaceRule {
    /// The version that was read.
    #[schema(minimum = 1, example = 1)]
    pub version: u32,
    /// The rule.
    #[serde(flatten)]
    pub rule: NewRule,
}

impl FromBody for ReplaceRule {
    fn read(object: &Object<'_>) -> Option<Self> {
        let version = object.required_raw("version").and_then(|_| {
            let version = object.optional_integer("version", 1, u32::MAX);
            if version.is_none() && !object.has("version") {
                object.refuse("version", "must not be null");
            }
            version
        });
        let rule = NewRule::read(object);
        Some(Self { version: version?, rule: rule? })
    }
}

/// The body of `POST /v1/rules/test`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TestRule {
    /// The rule; it need not be stored.
    pub rule: NewRule,
    /// A past event.
    #[schema(value_type = schema::EventId)]
    pub event_id: EventId,
}

impl FromBody for TestRule {
    fn read(object: &Object<'_>) -> Option<Self> {
        let rule = object.required_object("rule").and_then(|rule| NewRule::read(&rule));
        let event_id = object.required_text("event_id", TextRule::line(64)).and_then(|text| {
            let event_id = text.parse::<EventId>();
            event_id
                .map_err(|error| object.refuse("event_id", format!("must be an event's id: {error}")))
                .ok()
        });
        Some(Self { rule: rule?, event_id: event_id? })
    }
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rule {
    /// The id.
    #[schema(value_type = schema::RuleId)]
    pub id: RuleId,
    /// Counts its changes, from 1. A change names the version that it takes the place of.
    pub version: u32,
    /// For people.
    pub name: String,
    /// What it is asked about.
    pub scope: RuleScope,
    /// The condition.
    pub when: Payload,
    /// The actions.
    pub then: Payload,
    /// Whether it is asked.
    pub enabled: bool,
    /// For how many hours it stays silent about an account that it raised something about.
    #[schema(required)]
    pub cooldown_hours: Option<u32>,
    /// How many of its actions failed.
    pub failures: u32,
    /// Why the last of them did.
    #[schema(required)]
    pub last_error: Option<String>,
    /// When it last raised something.
    #[schema(required)]
    pub last_raised_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What a rule would raise of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Trial {
    /// Each time that its condition holds.
    pub matches: Vec<TrialMatch>,
}

/// That a condition holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrialMatch {
    /// For which signal; `null` for the event as a whole.
    #[schema(required, value_type = Option<schema::SignalId>)]
    pub signal_id: Option<SignalId>,
    /// What its actions come to, in order.
    pub actions: Vec<TrialAction>,
}

/// What an action comes to; only what it has is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrialAction {
    /// `alert`, `task` or `workflow`.
    #[schema(example = "alert")]
    pub r#do: String,
    /// Of an alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub severity: Option<String>,
    /// Of an alert or a task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// Of an alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub body: Option<String>,
    /// Of a task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub assignee: Option<String>,
    /// Of a task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub due_in_hours: Option<u32>,
    /// Of a workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Of a workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub params: Option<Payload>,
    /// Why it would fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<String>,
}

/// What an entry of the list of alerts is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertType {
    /// An alert.
    Alert,
    /// An action of a rule could not be carried out; `body` says why.
    FailedAction,
}

/// Whether an alert was seen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertStatus {
    /// Not yet.
    Open,
    /// It was.
    Acknowledged,
}

impl std::str::FromStr for AlertStatus {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "open" => Ok(Self::Open),
            "acknowledged" => Ok(Self::Acknowledged),
            _ => Err("must be `open` or `acknowledged`"),
        }
    }
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// The id.
    #[schema(value_type = schema::NoticeId)]
    pub id: NoticeId,
    /// What it is.
    pub r#type: AlertType,
    /// The rule that raised it.
    #[schema(value_type = schema::RuleId)]
    pub rule_id: RuleId,
    /// The rule's name at that time.
    pub rule_name: String,
    /// The event.
    #[schema(value_type = schema::EventId)]
    pub event_id: EventId,
    /// The signal; `null` where the rule is about the event.
    #[schema(required, value_type = Option<schema::SignalId>)]
    pub signal_id: Option<SignalId>,
    /// The customer's company; `null` where the event does not tell.
    #[schema(required)]
    pub account: Option<String>,
    /// `info`, `warning` or `critical`.
    #[schema(required, example = "critical")]
    pub severity: Option<String>,
    /// In a line.
    pub title: String,
    /// More of it.
    #[schema(required)]
    pub body: Option<String>,
    /// Whether it was seen to.
    pub status: AlertStatus,
    /// Who acknowledged it: an API key's id.
    #[schema(required)]
    pub acknowledged_by: Option<String>,
    /// When.
    #[schema(required)]
    pub acknowledged_at: Option<Timestamp>,
    /// When it was raised.
    pub created_at: Timestamp,
}

/// Whether a task is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Not yet.
    Open,
    /// It is.
    Completed,
}

impl std::str::FromStr for TaskStatus {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "open" => Ok(Self::Open),
            "completed" => Ok(Self::Completed),
            _ => Err("must be `open` or `completed`"),
        }
    }
}

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = RuleTask)]
pub struct Task {
    /// The id.
    #[schema(value_type = schema::NoticeId)]
    pub id: NoticeId,
    /// The rule that raised it.
    #[schema(value_type = schema::RuleId)]
    pub rule_id: RuleId,
    /// The rule's name at that time.
    pub rule_name: String,
    /// The event.
    #[schema(value_type = schema::EventId)]
    pub event_id: EventId,
    /// The signal; `null` where the rule is about the event.
    #[schema(required, value_type = Option<schema::SignalId>)]
    pub signal_id: Option<SignalId>,
    /// The customer's company; `null` where the event does not tell.
    #[schema(required)]
    pub account: Option<String>,
    /// In a line.
    pub title: String,
    /// Whose it is.
    #[schema(required)]
    pub assignee: Option<String>,
    /// When it is due.
    #[schema(required)]
    pub due_at: Option<Timestamp>,
    /// Whether it is done.
    pub status: TaskStatus,
    /// Who completed it: an API key's id.
    #[schema(required)]
    pub completed_by: Option<String>,
    /// When.
    #[schema(required)]
    pub completed_at: Option<Timestamp>,
    /// When it was raised.
    pub created_at: Timestamp,
}

/// The query of `GET /v1/rules`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRules {
    /// The page.
    pub page: PageRequest<RuleId>,
}

impl FromQuery for ListRules {
    fn read(query: &Query) -> Option<Self> {
        Some(Self { page: query.page("rules", &[]) })
    }
}

/// The query of `GET /v1/alerts`.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListAlerts {
    /// Only alerts that stand so.
    pub status: Option<AlertStatus>,
    /// Only alerts about this account.
    #[param(example = "northwind.example")]
    pub account: Option<String>,
    /// The page.
    #[param(ignore)]
    pub page: PageRequest<NoticeId>,
}

impl FromQuery for ListAlerts {
    fn read(query: &Query) -> Option<Self> {
        Some(Self {
            status: query.value("status"),
            account: query.text("account", TextRule::line(256)),
            page: query.page("alerts", &["status", "account"]),
        })
    }
}

/// The query of `GET /v1/tasks`.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListTasks {
    /// Only tasks that stand so.
    pub status: Option<TaskStatus>,
    /// Only tasks about this account.
    #[param(example = "northwind.example")]
    pub account: Option<String>,
    /// The page.
    #[param(ignore)]
    pub page: PageRequest<NoticeId>,
}

impl FromQuery for ListTasks {
    fn read(query: &Query) -> Option<Self> {
        Some(Self {
            status: query.value("status"),
            account: query.text("account", TextRule::line(256)),
            page: query.page("tasks", &["status", "account"]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{read_body, read_query};

    const RULE: &str = r#"{"name":"R","scope":"signal","when":{"==":[1,1]},"then":[]}"#;

    #[test]
    fn a_rule_is_read_as_it_was_written_and_is_enabled_unless_it_says() {
        let read = read_body::<NewRule>(RULE.as_bytes()).unwrap();
        assert_eq!((read.enabled, read.cooldown_hours, read.when.as_json()), (true, None, r#"{"==":[1,1]}"#));
        let body = format!(r#"{{"version":3,{}"#, &RULE[1..]);
        assert_eq!(read_body::<ReplaceRule>(body.as_bytes()).unwrap().version, 3);
        let event = EventId::from_parts(1, [1; 10]);
        let body = format!(r#"{{"rule":{RULE},"event_id":"{event}"}}"#);
        assert_eq!(read_body::<TestRule>(body.as_bytes()).unwrap().event_id, event);
    }

    #[test]
    fn every_field_at_fault_is_pointed_at() {
        fn pointers<T: FromBody>(body: &str) -> Vec<String> {
            let problem = read_body::<T>(body.as_bytes()).err().unwrap();
            problem.errors().iter().map(|error| error.pointer.clone()).collect()
        }
        assert_eq!(pointers::<NewRule>("{}"), ["/name", "/scope", "/when", "/then"]);
        let odd = r#"{"name":"","scope":"call","when":1,"then":1,"enabled":"yes","cooldown_hours":0}"#;
        assert_eq!(pointers::<NewRule>(odd), ["/name", "/scope", "/enabled", "/cooldown_hours"]);
        assert_eq!(pointers::<ReplaceRule>(RULE), ["/version"]);
        assert_eq!(pointers::<TestRule>(r#"{"rule":{},"event_id":"x"}"#)[0], "/rule/name");
        assert!(
            read_query::<ListAlerts>("status=done").is_err()
                && read_query::<ListTasks>("status=open").is_ok()
        );
    }
}
