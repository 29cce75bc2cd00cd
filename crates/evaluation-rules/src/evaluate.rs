//! What follows from a rule over the facts of an event.
//!
//! The library copies all facts for each variable that it reads, so the facts that an expression names are put in their
//! places first; only the bodies of loops, which see one element, read variables.

use serde_json::{Map, Value};

use crate::actions::{Action, MOST_ASSIGNEE, MOST_BODY, MOST_TITLE, Severity};
use crate::facts::Facts;
use crate::operators::{is_expression, loops};
use crate::rule::{Rule, Scope};

/// An expression could not be evaluated. What the checker accepted does not do this; a rule that was saved under other
/// checks may.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place} cannot be evaluated: {reason}; save the rule again to see what is wrong with it")]
pub struct EvaluationError {
    /// `when`, or which part of an action.
    pub place: &'static str,
    /// What the language says.
    pub reason: String,
}

/// That a rule's condition holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// For which signal, by its place; none for the event as a whole.
    pub signal: Option<usize>,
    /// What each action comes to, in order.
    pub raised: Vec<Result<Raised, EvaluationError>>,
}

/// An action with its values.
#[derive(Debug, Clone, PartialEq)]
pub enum Raised {
    /// An alert.
    Alert {
        /// How urgent.
        severity: Severity,
        /// In a line; may be empty where it was computed.
        title: String,
        /// More of it.
        body: Option<String>,
    },
    /// A task.
    Task {
        /// In a line; may be empty where it was computed.
        title: String,
        /// Whose.
        assignee: Option<String>,
        /// When it is due, from when it is raised.
        due_in_hours: Option<u32>,
    },
    /// A workflow to start.
    Workflow {
        /// Its public name.
        name: String,
        /// Its parameters.
        params: Value,
    },
}

/// Every match of a rule, in the order of the signals.
///
/// # Errors
/// When the condition itself cannot be evaluated.
pub fn evaluate(rule: &Rule, facts: &Facts) -> Result<Vec<Match>, EvaluationError> {
    let over = |signal: Option<usize>, facts: Value| {
        let holds = result("when", &rule.when, &facts)? == Value::Bool(true);
        let raised = || rule.then.iter().map(|action| raise(action, &facts)).collect();
        Ok(holds.then(|| Match { signal, raised: raised() }))
    };
    match rule.scope {
        Scope::Event => Ok(over(None, facts.of_event())?.into_iter().collect()),
        Scope::Signal => {
            let each = (0..facts.signals()).map(|at| over(Some(at), facts.of_signal(at)));
            each.filter_map(Result::transpose).collect()
        }
    }
}

fn raise(action: &Action, facts: &Value) -> Result<Raised, EvaluationError> {
    let text = |place, value: &Value, most| match result(place, value, facts)? {
        Value::String(text) => Ok(tidy(&text, most)),
        other => Err(EvaluationError { place, reason: format!("it gives {other} and no text") }),
    };
    let optional = |place, value: &Option<Value>, most| {
        let made = value.as_ref().map(|value| text(place, value, most)).transpose()?;
        Ok(made.filter(|text| !text.is_empty()))
    };
    Ok(match action {
        Action::Alert { severity, title, body } => Raised::Alert {
            severity: *severity,
            title: text("title", title, MOST_TITLE)?,
            body: optional("body", body, MOST_BODY)?,
        },
        Action::Task { title, assignee, due_in_hours } => Raised::Task {
            title: text("title", title, MOST_TITLE)?,
            assignee: optional("assignee", assignee, MOST_ASSIGNEE)?,
            due_in_hours: *due_in_hours,
        },
        Action::Workflow { name, params } => {
            Raised::Workflow { name: name.clone(), params: rendered(params, facts)? }
        }
    })
}

/// A computed text as it is shown: one without control characters, and not too long.
fn tidy(text: &str, most: usize) -> String {
    let shown = text.trim().chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c });
    shown.take(most).collect()
}

fn rendered(template: &Value, facts: &Value) -> Result<Value, EvaluationError> {
    if is_expression(template) {
        return result("params", template, facts);
    }
    Ok(match template {
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| rendered(item, facts)).collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| Ok((name.clone(), rendered(value, facts)?)));
            Value::Object(members.collect::<Result<Map<_, _>, EvaluationError>>()?)
        }
        plain => plain.clone(),
    })
}

fn result(place: &'static str, logic: &Value, facts: &Value) -> Result<Value, EvaluationError> {
    if !is_expression(logic) {
        return Ok(logic.clone());
    }
    let logic = placed(logic, facts);
    jsonlogic_rs::apply(&logic, &Value::Null)
        .map_err(|error| EvaluationError { place, reason: error.to_string() })
}

/// An expression with the facts in place of its variables, and its arguments as a list, always.
fn placed(logic: &Value, facts: &Value) -> Value {
    let Some((name, given)) =
        logic.as_object().filter(|_| is_expression(logic)).and_then(|of| of.iter().next())
    else {
        return logic.clone();
    };
    let arguments = given.as_array().map_or(std::slice::from_ref(given), Vec::as_slice);
    if name == "var" {
        return arguments.first().and_then(Value::as_str).map_or(Value::Null, |path| fact(facts, path));
    }
    let arguments = arguments.iter().enumerate().map(|(at, argument)| match at {
        1 if loops(name) => argument.clone(),
        _ => placed(argument, facts),
    });
    Value::Object([(name.clone(), Value::Array(arguments.collect()))].into_iter().collect())
}

fn fact(facts: &Value, path: &str) -> Value {
    let mut names = path.split('.').filter(|_| !path.is_empty());
    names.try_fold(facts, |within, name| within.get(name)).cloned().unwrap_or_default()
}
