//! A rule as it was written, checked.

use contracts::pipeline::rules::RuleDraft;
use domain::Fault;
use evaluation_rules::{Rule, Scope};
use serde_json::Value;

use super::MAX_COOLDOWN_HOURS;
use crate::workflows::STARTABLE;

/// The longest name, in characters.
const MAX_NAME: usize = 200;

/// Checks all of it.
///
/// # Errors
/// Every fault, with its place in the rule.
pub(super) fn checked(draft: &RuleDraft) -> Result<Rule, Vec<Fault>> {
    let RuleDraft { name, scope, when, then, enabled: _, cooldown_hours } = draft;
    let mut faults = Vec::new();
    let length = name.chars().count();
    if !(1..=MAX_NAME).contains(&length) || name.chars().any(char::is_control) {
        let detail = format!("must be 1 to {MAX_NAME} characters long, without control characters");
        faults.push(Fault::new("/name", detail));
    }
    if cooldown_hours.is_some_and(|hours| !(1..=MAX_COOLDOWN_HOURS).contains(&hours)) {
        let detail = format!("must be a whole number from 1 to {MAX_COOLDOWN_HOURS}");
        faults.push(Fault::new("/cooldown_hours", detail));
    }
    let scope = scope.parse::<Scope>().map_err(|detail| faults.push(Fault::new("/scope", detail))).ok();
    let when = json(when, "/when", &mut faults);
    let then = json(then, "/then", &mut faults);
    let (Some(scope), Some(when), Some(then)) = (scope, when, then) else { return Err(faults) };
    match evaluation_rules::check(scope, &when, &then, STARTABLE) {
        Ok(rule) if faults.is_empty() => Ok(rule),
        Ok(_) => Err(faults),
        Err(more) => {
            faults.extend(more);
            Err(faults)
        }
    }
}

fn json(text: &str, pointer: &str, faults: &mut Vec<Fault>) -> Option<Value> {
    // The parser's own limit of depth is far beyond that of rules.
    serde_json::from_str(text)
        .map_err(|error| faults.push(Fault::new(pointer, format!("cannot be read: {error}"))))
        .ok()
}
