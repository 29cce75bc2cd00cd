//! A rule over a past event, without any effect.

use contracts::TenantCall;
use contracts::pipeline::rules::{RuleError, TestRule, Trial, TrialAction, TrialMatch};
use evaluation_rules::{EvaluationError, Match, Raised};

use super::service::invalid;
use super::{RulePorts, draft, facts, unavailable};
use crate::workflows::STARTABLE;

pub(super) async fn test_rule(
    ports: &RulePorts,
    context: &TenantCall,
    request: TestRule,
) -> Result<Trial, RuleError> {
    let rule = draft::checked(&request.draft).map_err(invalid)?;
    let (tenant, event_id) = (context.scope.tenant, request.event_id);
    let record = ports.events.get(tenant, event_id).await.map_err(unavailable)?;
    let record = record.ok_or(RuleError::EventNotFound)?;
    let heard = facts::stored(&*ports.signals, tenant, event_id).await.map_err(unavailable)?;
    let matches = evaluation_rules::evaluate(&rule, &facts::of(&record, &heard));
    let matches = matches.map_err(|error| invalid(vec![domain::Fault::new("/when", error.to_string())]))?;
    let shown = |Match { signal, raised }: Match| TrialMatch {
        signal_id: signal.and_then(|at| heard.get(at)).map(|heard| heard.signal_id),
        actions: raised.into_iter().map(action).collect(),
    };
    Ok(Trial { matches: matches.into_iter().map(shown).collect() })
}

fn action(raised: Result<Raised, EvaluationError>) -> TrialAction {
    let named = |action: &str| TrialAction { action: action.to_owned(), ..TrialAction::default() };
    match raised {
        Ok(Raised::Alert { severity, title, body }) => TrialAction {
            severity: Some(severity.as_str().to_owned()),
            title: Some(title),
            body,
            ..named("alert")
        },
        Ok(Raised::Task { title, assignee, due_in_hours }) => {
            TrialAction { title: Some(title), assignee, due_in_hours, ..named("task") }
        }
        Ok(Raised::Workflow { name, params }) => {
            let judged =
                STARTABLE.iter().find(|known| known.name == name).map(|known| (known.check)(&params));
            let faults = judged.unwrap_or_default();
            let words = faults.iter().map(|fault| format!("`{}` {}", fault.pointer, fault.detail));
            let words = words.collect::<Vec<_>>().join("; ");
            TrialAction {
                workflow: Some(name),
                params: Some(params.to_string()),
                error: Some(words).filter(|words| !words.is_empty()),
                ..named("workflow")
            }
        }
        Err(error) => TrialAction { error: Some(error.to_string()), ..named("unknown") },
    }
}
