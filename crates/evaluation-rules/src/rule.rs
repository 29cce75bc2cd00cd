//! A rule: when what holds, what is done.

use std::fmt;
use std::str::FromStr;

use domain::Fault;
use serde_json::Value;

use crate::actions::{self, Action};
use crate::check::Checker;
use crate::facts::schema;
use crate::shape::WorkflowShape;

/// What a rule is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Each signal by itself.
    Signal,
    /// The event as a whole, once, also where nothing was found.
    Event,
}

impl Scope {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::Event => "event",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = [Self::Signal, Self::Event].into_iter().find(|scope| scope.as_str() == text);
        found.ok_or("must be `signal` or `event`")
    }
}

/// A rule that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub(crate) scope: Scope,
    pub(crate) when: Value,
    pub(crate) then: Vec<Action>,
}

impl Rule {
    /// What it is asked about.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// What it does.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.then
    }
}

/// Checks a rule: its condition (`/when`) and its actions (`/then`), which may start these workflows.
///
/// # Errors
/// Every [`Fault`] that was found, each with a pointer to a place that is there.
pub fn check(
    scope: Scope,
    when: &Value,
    then: &Value,
    workflows: &[WorkflowShape],
) -> Result<Rule, Vec<Fault>> {
    let (mut checker, facts) = (Checker::default(), schema(scope));
    checker.condition(when, &facts, "/when");
    let actions = actions::check(&mut checker, then, &facts, workflows);
    let faults = checker.into_faults();
    if faults.is_empty() { Ok(Rule { scope, when: when.clone(), then: actions }) } else { Err(faults) }
}
