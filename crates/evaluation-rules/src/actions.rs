//! What a rule does: alerts, tasks, starts of workflows.

use serde_json::{Map, Value};

use crate::check::{Checker, escaped};
use crate::shape::WorkflowShape;
use crate::types::Type;
use crate::{MOST_ACTIONS, operators};

/// The longest title that is written out, in characters; a computed one is cut to it.
pub(crate) const MOST_TITLE: usize = 200;
/// The longest body, likewise.
pub(crate) const MOST_BODY: usize = 2_000;
/// The longest name of an assignee, likewise.
pub(crate) const MOST_ASSIGNEE: usize = 254;
/// The latest that a task can be due: a year, in hours.
const MOST_HOURS: u64 = 8_784;

/// How urgent an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth looking at.
    Warning,
    /// Worth dropping something else for.
    Critical,
}

impl Severity {
    /// Every severity.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// Something to do where the condition holds. A value is a text, or an expression that makes one.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Raise an alert.
    Alert {
        /// How urgent.
        severity: Severity,
        /// In a line.
        title: Value,
        /// More of it.
        body: Option<Value>,
    },
    /// Put a task on the list.
    Task {
        /// In a line.
        title: Value,
        /// Whose.
        assignee: Option<Value>,
        /// When it is due.
        due_in_hours: Option<u32>,
    },
    /// Start a workflow.
    Workflow {
        /// Its public name.
        name: String,
        /// Its parameters, with expressions in them.
        params: Value,
    },
}

/// Reads and checks `then`.
pub(crate) fn check(
    checker: &mut Checker,
    then: &Value,
    facts: &Type,
    workflows: &[WorkflowShape],
) -> Vec<Action> {
    let items = then.as_array().filter(|items| (1..=MOST_ACTIONS).contains(&items.len()));
    let Some(items) = items else {
        checker.refuse("/then", format!("must be a list of 1 to {MOST_ACTIONS} actions"));
        return Vec::new();
    };
    let mut actions = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let at = format!("/then/{place}");
        let Some(members) = item.as_object() else {
            checker.refuse(at, "must be an object with `do`");
            continue;
        };
        let mut reader = Reader { checker, members, facts, at };
        let action = match members.get("do").and_then(Value::as_str) {
            Some("alert") => reader.alert(),
            Some("task") => reader.task(),
            Some("workflow") => reader.workflow(workflows),
            _ => {
                reader.refuse("do", "must be `alert`, `task` or `workflow`");
                None
            }
        };
        actions.extend(action);
    }
    actions
}

struct Reader<'a> {
    checker: &'a mut Checker,
    members: &'a Map<String, Value>,
    facts: &'a Type,
    at: String,
}

impl Reader<'_> {
    fn refuse(&mut self, name: &str, detail: impl Into<String>) {
        // What is not there has no place of its own.
        let at = match self.members.contains_key(name) {
            true => format!("{}/{}", self.at, escaped(name)),
            false => self.at.clone(),
        };
        let detail = detail.into();
        let detail =
            if self.members.contains_key(name) { detail } else { format!("needs `{name}`, which {detail}") };
        self.checker.refuse(at, detail);
    }

    fn only(&mut self, known: &[&str]) {
        for name in self.members.keys().filter(|name| !known.contains(&name.as_str())) {
            let at = format!("{}/{}", self.at, escaped(name));
            self.checker.refuse(at, format!("is not known here; there are `{}`", known.join("`, `")));
        }
    }

    fn alert(&mut self) -> Option<Action> {
        self.only(&["do", "severity", "title", "body"]);
        let severity = self.members.get("severity").and_then(Value::as_str);
        let severity = Severity::ALL.into_iter().find(|known| Some(known.as_str()) == severity);
        if severity.is_none() {
            self.refuse("severity", "must be `info`, `warning` or `critical`");
        }
        let title = self.text("title", MOST_TITLE, true);
        let body = self.text("body", MOST_BODY, false);
        Some(Action::Alert { severity: severity?, title: title?, body })
    }

    fn task(&mut self) -> Option<Action> {
        self.only(&["do", "title", "assignee", "due_in_hours"]);
        let title = self.text("title", MOST_TITLE, true);
        let assignee = self.text("assignee", MOST_ASSIGNEE, false);
        let due = self.members.get("due_in_hours").filter(|due| !due.is_null());
        let hours = due.and_then(Value::as_u64).filter(|hours| (1..=MOST_HOURS).contains(hours));
        if due.is_some() && hours.is_none() {
            self.refuse("due_in_hours", format!("must be a whole number from 1 to {MOST_HOURS}"));
        }
        Some(Action::Task { title: title?, assignee, due_in_hours: hours.map(|hours| hours as u32) })
    }

    fn workflow(&mut self, workflows: &[WorkflowShape]) -> Option<Action> {
        self.only(&["do", "name", "params"]);
        let name = self.members.get("name").and_then(Value::as_str);
        let Some(workflow) = workflows.iter().find(|workflow| Some(workflow.name) == name) else {
            let names: Vec<_> = workflows.iter().map(|workflow| workflow.name).collect();
            self.refuse("name", format!("must be a workflow that can be started: `{}`", names.join("`, `")));
            return None;
        };
        let Some(params) = self.members.get("params") else {
            self.refuse("params", "must be an object");
            return None;
        };
        let at = format!("{}/params", self.at);
        let computed = workflow.params.check(self.checker, params, self.facts, &at);
        // What is computed is judged when it is known.
        if !computed && !self.checker.has_faults_in(&at) {
            for fault in (workflow.check)(params) {
                let whole = params.pointer(&fault.pointer).is_some();
                let place = if whole { format!("{at}{}", fault.pointer) } else { at.clone() };
                self.checker.refuse(place, fault.detail);
            }
        }
        Some(Action::Workflow { name: workflow.name.to_owned(), params: params.clone() })
    }

    /// A text, or an expression that makes one.
    fn text(&mut self, name: &str, most: usize, required: bool) -> Option<Value> {
        let value = self.members.get(name).filter(|value| required || !value.is_null());
        match value {
            None if required => {
                self.refuse(name, "must be a text, or an expression that makes one");
                None
            }
            None => None,
            Some(Value::String(text)) => {
                let fits = !text.trim().is_empty() && text.chars().count() <= most;
                if !fits || text.chars().any(|c| c.is_control() && c != '\n') {
                    self.refuse(
                        name,
                        format!("must be 1 to {most} characters long, without control characters"),
                    );
                }
                value.cloned()
            }
            Some(value) if operators::is_expression(value) => {
                let at = format!("{}/{name}", self.at);
                if let Some(kind) = self.checker.whole(value, self.facts, &at).filter(|kind| !kind.is_text())
                {
                    self.checker
                        .refuse(at, format!("must make a text, not {kind}; `cat` makes one of anything"));
                }
                Some(value.clone())
            }
            Some(_) => {
                self.refuse(name, "must be a text, or an expression with one operator");
                None
            }
        }
    }
}
