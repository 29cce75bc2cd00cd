//! What a workflow takes as parameters, as far as a rule can be checked against it before it runs.

use domain::Fault;
use serde_json::Value;

use crate::check::{Checker, escaped};
use crate::operators::is_expression;
use crate::types::Type;

/// A workflow that rules may start.
#[derive(Debug, Clone, Copy)]
pub struct WorkflowShape {
    /// Its public name.
    pub name: &'static str,
    /// Its parameters.
    pub params: Shape,
    /// Judges parameters that are written out whole, as starting it does; faults point into them.
    pub check: fn(&Value) -> Vec<Fault>,
}

/// What a parameter is.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// A length of time: a text such as `2d`, or a number of seconds.
    Interval,
    /// A list of these.
    List(&'static Shape),
    /// An object with these members and no others.
    Object(&'static [Member]),
}

/// A member of an object.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
}

impl Shape {
    /// Checks a template; whether anything in it is computed.
    pub(crate) fn check(self, checker: &mut Checker, template: &Value, facts: &Type, at: &str) -> bool {
        if is_expression(template) {
            self.check_computed(checker, template, facts, at);
            return true;
        }
        match (self, template) {
            (Self::Text | Self::Interval, Value::String(_)) => false,
            (Self::Integer | Self::Interval, Value::Number(number)) if number.is_u64() => false,
            (Self::List(of), Value::Array(items)) => {
                let numbered = items.iter().enumerate();
                let computed =
                    numbered.map(|(place, item)| of.check(checker, item, facts, &format!("{at}/{place}")));
                computed.fold(false, |any, one| any | one)
            }
            (Self::Object(members), Value::Object(given)) => {
                for member in
                    members.iter().filter(|member| member.required && !given.contains_key(member.name))
                {
                    checker.refuse(at, format!("must have `{}`", member.name));
                }
                let mut computed = false;
                for (name, value) in given {
                    let at = format!("{at}/{}", escaped(name));
                    match members.iter().find(|member| member.name == name) {
                        Some(member) => computed |= member.shape.check(checker, value, facts, &at),
                        None => {
                            let names: Vec<_> = members.iter().map(|member| member.name).collect();
                            checker
                                .refuse(at, format!("is not known here; there are `{}`", names.join("`, `")));
                        }
                    }
                }
                computed
            }
            _ => {
                checker.refuse(at, format!("must be {}", self.words()));
                false
            }
        }
    }

    fn check_computed(self, checker: &mut Checker, template: &Value, facts: &Type, at: &str) {
        let fits = |kind: &Type| match self {
            Self::Text => kind.is_text(),
            Self::Integer => kind.is_number(),
            Self::Interval => kind.is_text() || kind.is_number(),
            Self::List(_) | Self::Object(_) => false,
        };
        if let Some(kind) = checker.whole(template, facts, at).filter(|kind| !fits(kind)) {
            checker.refuse(at, format!("must be {}, not {kind}", self.words()));
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Text => "a text, or an expression that makes one",
            Self::Integer => "a whole number, or an expression that makes one",
            Self::Interval => "a length of time such as `2d`, or a number of seconds",
            Self::List(_) => "a list that is written out",
            Self::Object(_) => "an object that is written out",
        }
    }
}
