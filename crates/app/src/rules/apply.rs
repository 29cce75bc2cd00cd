//! The rules of a tenant over an event: everything they raise, once.

use std::collections::{BTreeMap, BTreeSet};

use contracts::Timestamp;
use contracts::pipeline::rules::{Notice, Rule};
use evaluation_rules::{Facts, Match, Raised};
use ids::{NoticeId, TenantId};
use mesh::TraceContext;

use super::facts::Heard;
use super::raised::Place;
use super::{MAX_RAISED, draft, facts};
use crate::ports::{EventRecord, RuleStore, StoreError, WorkflowStarter};

/// An event to apply rules to.
pub(crate) struct Applied<'a> {
    /// Rules, and what they raised.
    pub(crate) rules: &'a dyn RuleStore,
    /// Starts workflows.
    pub(crate) starter: &'a dyn WorkflowStarter,
    /// Whose.
    pub(crate) tenant: TenantId,
    /// The event's trace.
    pub(crate) trace: TraceContext,
    /// The event.
    pub(crate) record: &'a EventRecord,
    /// What was found in it.
    pub(crate) findings: Vec<domain::Finding>,
    /// Now.
    pub(crate) now: Timestamp,
    /// Whether a workflow that cannot be started now counts as failed, since nobody comes again.
    pub(crate) last_try: bool,
}

/// Applies the tenant's rules; how much they raised. A rule that fails leaves a notice of that and keeps none of the others
/// from theirs.
///
/// # Errors
/// When a store does not answer. Doing it again does nothing twice.
pub(crate) async fn apply(applied: Applied<'_>) -> Result<usize, StoreError> {
    let rules = applied.rules.enabled(applied.tenant).await?;
    if rules.is_empty() {
        return Ok(0);
    }
    let heard = facts::heard(applied.record.event.event_id, applied.findings.clone());
    let facts = facts::of(applied.record, &heard);
    let mut raising =
        Raising { applied: &applied, heard: &heard, seen: BTreeSet::new(), notices: BTreeMap::new() };
    for rule in &rules {
        if raising.is_cooling(rule).await? {
            continue;
        }
        raising.raise(rule, &facts).await?;
    }
    let notices: Vec<Notice> = raising.notices.into_values().collect();
    if !notices.is_empty() {
        applied.rules.raise(applied.tenant, &notices).await?;
        let (tenant, event_id, raised) = (applied.tenant, applied.record.event.event_id, notices.len());
        tracing::info!(event = "rules.raised", %tenant, %event_id, raised);
    }
    Ok(notices.len())
}

struct Raising<'a> {
    applied: &'a Applied<'a>,
    heard: &'a [Heard],
    /// Which actions were looked at.
    seen: BTreeSet<NoticeId>,
    notices: BTreeMap<NoticeId, Notice>,
}

impl<'a> Raising<'a> {
    async fn is_cooling(&self, rule: &Rule) -> Result<bool, StoreError> {
        let Some(hours) = rule.draft.cooldown_hours else { return Ok(false) };
        let Applied { rules, tenant, record, now, .. } = self.applied;
        let since = Timestamp::from_unix_ms(now.unix_ms().saturating_sub(u64::from(hours) * 3_600_000));
        let event_id = record.event.event_id;
        rules.has_raised(*tenant, rule.rule_id, record.account.as_deref(), since, event_id).await
    }

    fn place<'p>(&'p self, rule: &'p Rule, signal: Option<usize>, action: Option<usize>) -> Place<'p> {
        let signal = signal.and_then(|at| self.heard.get(at));
        Place { rule, record: self.applied.record, signal, action, now: self.applied.now }
    }

    async fn raise(&mut self, rule: &Rule, facts: &Facts) -> Result<(), StoreError> {
        let matches = match draft::checked(&rule.draft) {
            Ok(checked) => evaluation_rules::evaluate(&checked, facts).map_err(|error| error.to_string()),
            // It was saved under other checks than today's.
            Err(faults) => {
                let first = faults.first().map(|fault| format!("`{}` {}", fault.pointer, fault.detail));
                Err(format!("the rule is not accepted any more: {}", first.unwrap_or_default()))
            }
        };
        let matches = match matches {
            Ok(matches) => matches,
            Err(reason) => {
                let title = format!("The rule `{}` could not be evaluated", rule.draft.name);
                let notice = self.place(rule, None, None).failed(title, reason);
                self.notices.insert(notice.notice_id, notice);
                return Ok(());
            }
        };
        let mut left_out = 0;
        for Match { signal, raised } in matches {
            for (action, raised) in raised.into_iter().enumerate() {
                // A signal that was found twice in the same words is raised once.
                if !self.seen.insert(self.place(rule, signal, Some(action)).notice_id()) {
                    continue;
                }
                if self.notices.len() >= MAX_RAISED {
                    left_out += 1;
                    continue;
                }
                let notice = match raised {
                    Ok(Raised::Workflow { name, params }) => {
                        self.start(&self.place(rule, signal, Some(action)), name, &params).await?
                    }
                    Ok(raised) => self.place(rule, signal, Some(action)).raised(raised),
                    Err(error) => {
                        let title = format!("An action of the rule `{}` failed", rule.draft.name);
                        Some(self.place(rule, signal, Some(action)).failed(title, error.to_string()))
                    }
                };
                self.notices.extend(notice.map(|notice| (notice.notice_id, notice)));
            }
        }
        if left_out > 0 {
            let title = format!("The rule `{}` raises too much", rule.draft.name);
            let reason =
                format!("{MAX_RAISED} things are raised of an event at most; {left_out} were left out");
            let notice = self.place(rule, None, None).failed(title, reason);
            self.notices.insert(notice.notice_id, notice);
        }
        Ok(())
    }

    async fn start(
        &self,
        place: &Place<'_>,
        name: String,
        params: &serde_json::Value,
    ) -> Result<Option<Notice>, StoreError> {
        let Applied { starter, tenant, trace, last_try, .. } = self.applied;
        let key = format!("rule:{}", place.notice_id());
        let outcome = match starter.start(*tenant, *trace, &key, &name, params).await {
            Ok(outcome) => outcome,
            Err(error) if *last_try => Err(error.to_string()),
            Err(error) => return Err(error),
        };
        Ok(Some(match outcome {
            Ok(run_id) => place.started(name, run_id),
            Err(reason) => place.failed(format!("`{name}` could not be started"), reason),
        }))
    }
}
