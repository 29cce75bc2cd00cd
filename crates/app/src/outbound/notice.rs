//! Alerts and tasks as the public surface shows them.

use contracts::pipeline::rules::{Notice, NoticeKind};
use ids::{EventId, NoticeId, RuleId, SignalId};
use serde::Serialize;

use super::kinds::{ALERT_CREATED, TASK_CREATED};
use super::message::rfc3339;

/// What a message says of one. Whether it was seen to is left out: a message is the same whenever it is made.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Shown<'a> {
    Alert {
        id: NoticeId,
        rule_id: RuleId,
        rule_name: &'a str,
        event_id: EventId,
        signal_id: Option<SignalId>,
        account: Option<&'a str>,
        severity: Option<&'a str>,
        title: &'a str,
        body: Option<&'a str>,
        created_at: String,
    },
    Task {
        id: NoticeId,
        rule_id: RuleId,
        rule_name: &'a str,
        event_id: EventId,
        signal_id: Option<SignalId>,
        account: Option<&'a str>,
        title: &'a str,
        assignee: Option<&'a str>,
        due_at: Option<String>,
        created_at: String,
    },
}

/// See [`Shown`].
pub(super) fn shown(notice: &Notice) -> Shown<'_> {
    let Notice { notice_id: id, rule_id, event_id, signal_id, .. } = *notice;
    let (rule_name, title) = (notice.rule_name.as_str(), notice.title.as_str());
    let (account, created_at) = (notice.account.as_deref(), rfc3339(notice.created_at));
    match notice.kind {
        NoticeKind::Task => Shown::Task {
            id,
            rule_id,
            rule_name,
            event_id,
            signal_id,
            account,
            title,
            assignee: notice.assignee.as_deref(),
            due_at: notice.due_at.map(rfc3339),
            created_at,
        },
        _ => Shown::Alert {
            id,
            rule_id,
            rule_name,
            event_id,
            signal_id,
            account,
            severity: notice.severity.as_deref(),
            title,
            body: notice.body.as_deref(),
            created_at,
        },
    }
}

/// The type and the JSON of an entry of the live feed; none of what is no alert and no task.
///
/// # Errors
/// What JSON cannot say, of which there is nothing in it.
pub(crate) fn notice_entry(notice: &Notice) -> Result<Option<(&'static str, String)>, serde_json::Error> {
    let kind = match notice.kind {
        NoticeKind::Alert => ALERT_CREATED,
        NoticeKind::Task => TASK_CREATED,
        NoticeKind::Workflow | NoticeKind::FailedAction => return Ok(None),
    };
    Ok(Some((kind, serde_json::to_string(&shown(notice))?)))
}
