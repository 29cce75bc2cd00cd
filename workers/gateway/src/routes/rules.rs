//! `/v1/rules`, `/v1/alerts` and `/v1/tasks`.

use contracts::pipeline::rules::{
    self as inner, GetRule, ListNotices, Notice, NoticeKind, NoticeList, SettleNotice,
};
use http_api::rules::{
    Alert, AlertStatus, AlertType, ListAlerts, ListRules, ListTasks, NewRule, ReplaceRule, Rule, RuleScope,
    Task, TaskStatus, TestRule, Trial, TrialAction, TrialMatch,
};
use http_api::{Code, Payload};
use ids::NoticeId;

use super::time;
use super::workflows::failed_in;
use crate::exchange::Exchange;
use crate::failure::{Failure, failed};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// Creates a rule.
///
/// # Errors
/// As [`authorize`]; a bad header or body; what [`failed`] makes of the call.
pub async fn create(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let call = match exchange.idempotency_key()? {
        Some(key) => call.with_idempotency_key(key.as_str()),
        None => call,
    };
    let request = draft(exchange.json::<NewRule>().await?);
    let created = exchange.ports.rules.create_rule(&call, request).await.map_err(failed)?;
    let location = format!("/v1/rules/{}", created.rule_id);
    Ok(Answer::json(201, &rule(created)?)?.with("location", location))
}

/// Rules, newest first.
///
/// # Errors
/// As [`authorize`]; a bad query; what [`failed`] makes of the call.
pub async fn list(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let ListRules { page } = exchange.query()?;
    let request = inner::ListRules { before: page.after, limit: page.limit };
    let found = exchange.ports.rules.list_rules(&call, request).await.map_err(failed)?;
    let items = found.items.into_iter().map(rule).collect::<Result<_, _>>()?;
    Answer::json(200, &page.answer(items, found.next_before))
}

/// One rule.
///
/// # Errors
/// As [`authorize`]; [`Code::RuleNotFound`]; what [`failed`] makes of the call.
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let found = exchange.ports.rules.get_rule(&call, named(exchange)?).await.map_err(failed)?;
    Answer::json(200, &rule(found)?)
}

/// Changes a rule.
///
/// # Errors
/// As [`get`]; a bad body; [`Code::RuleChanged`].
pub async fn replace(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let GetRule { rule_id } = named(exchange)?;
    let ReplaceRule { version, rule: changed } = exchange.json().await?;
    let request = inner::ReplaceRule { rule_id, version, draft: draft(changed) };
    let replaced = exchange.ports.rules.replace_rule(&call, request).await.map_err(failed)?;
    Answer::json(200, &rule(replaced)?)
}

/// Deletes a rule.
///
/// # Errors
/// As [`get`].
pub async fn delete(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    exchange.ports.rules.delete_rule(&call, named(exchange)?).await.map_err(failed)?;
    Ok(Answer::empty(204))
}

/// Tries a rule on a past event.
///
/// # Errors
/// As [`authorize`]; a bad body; [`Code::EventNotFound`]; what [`failed`] makes of the call.
pub async fn test(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let TestRule { rule, event_id } = exchange.json().await?;
    let request = inner::TestRule { draft: draft(rule), event_id };
    let trial =
        exchange.ports.rules.test_rule(&call, request).await.map_err(|error| failed_in(error, "/rule"))?;
    let matches = trial.matches.into_iter().map(|inner::TrialMatch { signal_id, actions }| {
        Ok(TrialMatch { signal_id, actions: actions.into_iter().map(action).collect::<Result<_, _>>()? })
    });
    Answer::json(200, &Trial { matches: matches.collect::<Result<_, Failure>>()? })
}

/// Alerts, newest first.
///
/// # Errors
/// As [`list`].
pub async fn alerts(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let ListAlerts { status, account, page } = exchange.query()?;
    let settled = status.map(|status| status == AlertStatus::Acknowledged);
    let list = NoticeList::Alerts;
    let request = ListNotices { list, settled, account, before: page.after, limit: page.limit };
    let found = exchange.ports.rules.list_notices(&call, request).await.map_err(failed)?;
    Answer::json(200, &page.answer(found.items.into_iter().map(alert).collect(), found.next_before))
}

/// Acknowledges an alert.
///
/// # Errors
/// As [`authorize`]; [`Code::AlertNotFound`]; what [`failed`] makes of the call.
pub async fn acknowledge(exchange: &Exchange<'_>) -> Outcome {
    Answer::json(200, &alert(settle(exchange, NoticeList::Alerts, Code::AlertNotFound).await?))
}

/// Tasks, newest first.
///
/// # Errors
/// As [`list`].
pub async fn tasks(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let ListTasks { status, account, page } = exchange.query()?;
    let settled = status.map(|status| status == TaskStatus::Completed);
    let list = NoticeList::Tasks;
    let request = ListNotices { list, settled, account, before: page.after, limit: page.limit };
    let found = exchange.ports.rules.list_notices(&call, request).await.map_err(failed)?;
    Answer::json(200, &page.answer(found.items.into_iter().map(task).collect(), found.next_before))
}

/// Completes a task.
///
/// # Errors
/// As [`authorize`]; [`Code::TaskNotFound`]; what [`failed`] makes of the call.
pub async fn complete(exchange: &Exchange<'_>) -> Outcome {
    Answer::json(200, &task(settle(exchange, NoticeList::Tasks, Code::TaskNotFound).await?))
}

async fn settle(exchange: &Exchange<'_>, list: NoticeList, missing: Code) -> Result<Notice, Failure> {
    let call = authorize(exchange).await?;
    // `/acknowledge` and `/complete` are fixed: the id is the last part that varies.
    let notice_id: NoticeId = exchange.id(missing)?;
    exchange.ports.rules.settle_notice(&call, SettleNotice { notice_id, list }).await.map_err(failed)
}

fn named(exchange: &Exchange<'_>) -> Result<GetRule, Failure> {
    Ok(GetRule { rule_id: exchange.id(Code::RuleNotFound)? })
}

fn draft(rule: NewRule) -> inner::RuleDraft {
    let NewRule { name, scope, when, then, enabled, cooldown_hours } = rule;
    inner::RuleDraft {
        name,
        scope: scope.as_str().to_owned(),
        when: when.as_json().to_owned(),
        then: then.as_json().to_owned(),
        enabled,
        cooldown_hours,
    }
}

fn rule(rule: inner::Rule) -> Result<Rule, Failure> {
    let inner::Rule { rule_id, version, draft, failures, last_error, last_raised_at, created_at, updated_at } =
        rule;
    let inner::RuleDraft { name, scope, when, then, enabled, cooldown_hours } = draft;
    let odd = |what: &str| Failure::internal(format!("the pipeline's `{rule_id}` has {what}"));
    Ok(Rule {
        id: rule_id,
        version,
        name,
        scope: match scope.as_str() {
            "signal" => RuleScope::Signal,
            "event" => RuleScope::Event,
            _ => return Err(odd("a scope that nobody knows")),
        },
        when: Payload::from_json(when).map_err(|_| odd("a condition that is no JSON"))?,
        then: Payload::from_json(then).map_err(|_| odd("actions that are no JSON"))?,
        enabled,
        cooldown_hours,
        failures,
        last_error,
        last_raised_at: last_raised_at.map(time::public),
        created_at: time::public(created_at),
        updated_at: time::public(updated_at),
    })
}

fn action(action: inner::TrialAction) -> Result<TrialAction, Failure> {
    let inner::TrialAction { action, severity, title, body, assignee, due_in_hours, workflow, params, error } =
        action;
    let params = params.map(Payload::from_json).transpose().map_err(Failure::internal)?;
    Ok(TrialAction {
        r#do: action,
        severity,
        title,
        body,
        assignee,
        due_in_hours,
        name: workflow,
        params,
        error,
    })
}

fn alert(notice: Notice) -> Alert {
    Alert {
        id: notice.notice_id,
        r#type: match notice.kind {
            NoticeKind::FailedAction => AlertType::FailedAction,
            NoticeKind::Alert | NoticeKind::Task | NoticeKind::Workflow => AlertType::Alert,
        },
        rule_id: notice.rule_id,
        rule_name: notice.rule_name,
        event_id: notice.event_id,
        signal_id: notice.signal_id,
        account: notice.account,
        severity: notice.severity,
        title: notice.title,
        body: notice.body,
        status: if notice.settled_at.is_some() { AlertStatus::Acknowledged } else { AlertStatus::Open },
        acknowledged_by: notice.settled_by,
        acknowledged_at: notice.settled_at.map(time::public),
        created_at: time::public(notice.created_at),
    }
}

fn task(notice: Notice) -> Task {
    Task {
        id: notice.notice_id,
        rule_id: notice.rule_id,
        rule_name: notice.rule_name,
        event_id: notice.event_id,
        signal_id: notice.signal_id,
        account: notice.account,
        title: notice.title,
        assignee: notice.assignee,
        due_at: notice.due_at.map(time::public),
        status: if notice.settled_at.is_some() { TaskStatus::Completed } else { TaskStatus::Open },
        completed_by: notice.settled_by,
        completed_at: notice.settled_at.map(time::public),
        created_at: time::public(notice.created_at),
    }
}
