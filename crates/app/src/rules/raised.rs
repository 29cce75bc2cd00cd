//! From what a rule comes to, to what is put on record of it.

use contracts::Timestamp;
use contracts::pipeline::rules::{Notice, NoticeKind, Rule};
use evaluation_rules::Raised;
use ids::{EventId, NoticeId};

use super::facts::Heard;
use crate::pipeline::{digest, sha256_hex};
use crate::ports::EventRecord;

/// The place of an action: by this, and the signal, what it raises is known again.
pub(super) struct Place<'a> {
    pub(super) rule: &'a Rule,
    pub(super) record: &'a EventRecord,
    pub(super) signal: Option<&'a Heard>,
    /// Which action, from 0; none for the rule as a whole.
    pub(super) action: Option<usize>,
    pub(super) now: Timestamp,
}

impl Place<'_> {
    /// The same for the same signal, by its kind and words, wherever a later run finds it.
    pub(super) fn notice_id(&self) -> NoticeId {
        self.id(false)
    }

    /// A failure is another notice than what a later run raises in its place.
    fn id(&self, failed: bool) -> NoticeId {
        let event_id: EventId = self.record.event.event_id;
        let action = self.action.map_or_else(|| "rule".to_owned(), |action| action.to_string());
        let signal = self.signal.map_or_else(String::new, |heard| {
            format!("{}:{}", heard.finding.kind, sha256_hex(heard.finding.evidence.quote.as_bytes()))
        });
        let outcome = if failed { "failed" } else { "" }.to_owned();
        let parts = [self.rule.rule_id.to_string(), event_id.to_string(), action, signal, outcome];
        NoticeId::from_parts(event_id.unix_ms(), digest(&parts.each_ref().map(String::as_str)))
    }

    fn notice(&self, kind: NoticeKind, title: String) -> Notice {
        Notice {
            notice_id: self.id(kind == NoticeKind::FailedAction),
            kind,
            rule_id: self.rule.rule_id,
            rule_name: self.rule.draft.name.clone(),
            event_id: self.record.event.event_id,
            signal_id: self.signal.map(|heard| heard.signal_id),
            account: self.record.account.clone(),
            severity: None,
            title: if title.is_empty() { self.rule.draft.name.clone() } else { title },
            body: None,
            assignee: None,
            due_at: None,
            workflow: None,
            run_id: None,
            settled_by: None,
            settled_at: None,
            created_at: self.now,
        }
    }

    /// An alert or a task; none of a workflow, which has to be started first.
    pub(super) fn raised(&self, raised: Raised) -> Option<Notice> {
        Some(match raised {
            Raised::Alert { severity, title, body } => Notice {
                severity: Some(severity.as_str().to_owned()),
                body,
                ..self.notice(NoticeKind::Alert, title)
            },
            Raised::Task { title, assignee, due_in_hours } => Notice {
                assignee,
                due_at: due_in_hours
                    .map(|hours| Timestamp::from_unix_ms(self.now.unix_ms() + u64::from(hours) * 3_600_000)),
                ..self.notice(NoticeKind::Task, title)
            },
            Raised::Workflow { .. } => return None,
        })
    }

    /// A workflow that was started.
    pub(super) fn started(&self, workflow: String, run_id: String) -> Notice {
        let title = format!("`{workflow}` was started");
        Notice { workflow: Some(workflow), run_id: Some(run_id), ..self.notice(NoticeKind::Workflow, title) }
    }

    /// Something that could not be done, and why.
    pub(super) fn failed(&self, title: String, reason: String) -> Notice {
        let body = Some(reason.chars().take(2_000).collect());
        let severity = Some("warning".to_owned());
        Notice { body, severity, ..self.notice(NoticeKind::FailedAction, title) }
    }
}
