//! The checker of expressions: operators, facts and their types, each fault with its place.

use domain::Fault;
use serde_json::Value;

use crate::types::{MOST_NUMBER, MOST_TEXT, Type};
use crate::{MOST_DEPTH, MOST_NODES, operators};

/// How many operators one evaluation may work off, loops counted as often as they may turn.
const MOST_WORK: u64 = 100_000;
/// Faults that are told at once.
const MOST_FAULTS: usize = 50;

/// What an expression comes to, and what it takes.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) kind: Type,
    pub(crate) work: u64,
}

/// Collects the faults of a rule.
#[derive(Debug, Default)]
pub(crate) struct Checker {
    faults: Vec<Fault>,
}

/// An argument with its place.
#[derive(Debug, Clone)]
pub(crate) struct Argument<'v> {
    pub(crate) value: &'v Value,
    pub(crate) at: String,
}

impl Checker {
    pub(crate) fn refuse(&mut self, at: impl Into<String>, detail: impl Into<String>) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault::new(at, detail));
        }
    }

    /// Whether anything at or below a place is at fault.
    pub(crate) fn has_faults_in(&self, at: &str) -> bool {
        self.faults.iter().any(|fault| fault.pointer.starts_with(at))
    }

    pub(crate) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// Checks a whole expression over these facts.
    pub(crate) fn whole(&mut self, value: &Value, facts: &Type, at: &str) -> Option<Type> {
        let size = Size::of(value, 0);
        if size.depth > MOST_DEPTH || size.nodes > MOST_NODES {
            let detail = format!(
                "must be nested at most {MOST_DEPTH} deep and have at most {MOST_NODES} values; this is {} deep with {}",
                size.depth, size.nodes
            );
            self.refuse(at, detail);
            return None;
        }
        let Found { kind, work } = self.expression(value, facts, at)?;
        if work > MOST_WORK {
            let detail =
                "takes too much work for one call: its loops are nested in each other or over long lists";
            self.refuse(at, detail);
            return None;
        }
        Some(kind)
    }

    /// As [`Checker::whole`], for an expression that has to be a boolean.
    pub(crate) fn condition(&mut self, value: &Value, facts: &Type, at: &str) {
        if let Some(kind) = self.whole(value, facts, at).filter(|kind| *kind != Type::Boolean) {
            self.refuse(at, format!("must be a condition, true or false, not {kind}"));
        }
    }

    /// What an expression comes to; none where it has a fault.
    pub(crate) fn expression(&mut self, value: &Value, scope: &Type, at: &str) -> Option<Found> {
        let kind = match value {
            Value::Null => {
                self.refuse(at, "must not be null: every fact is there, an unknown text is empty");
                return None;
            }
            Value::Bool(_) => Type::Boolean,
            Value::Number(number) => match number.as_f64().filter(|number| number.abs() <= MOST_NUMBER) {
                Some(number) => Type::Number { most: number.abs() },
                None => {
                    self.refuse(at, "must be a number between -10^15 and 10^15");
                    return None;
                }
            },
            Value::String(text) => Type::Text { most: text.len() },
            Value::Array(items) => self.literal_list(items, at)?,
            Value::Object(_) => return operators::check(self, value, scope, at),
        };
        Some(Found { kind, work: 1 })
    }

    fn literal_list(&mut self, items: &[Value], at: &str) -> Option<Type> {
        let mut all: Option<Type> = None;
        if items.is_empty() {
            self.refuse(at, "must have at least one value");
            return None;
        }
        for (place, item) in items.iter().enumerate() {
            let at = format!("{at}/{place}");
            if item.is_object() || item.is_array() {
                self.refuse(at, "must be a plain text, number or boolean: a list of values is not computed");
                return None;
            }
            let kind = self.expression(item, &Type::Boolean, &at)?.kind;
            match all.as_ref().map_or(Some(kind.clone()), |so_far| so_far.either(&kind)) {
                Some(kind) => all = Some(kind),
                None => {
                    self.refuse(at, "must be of the same type as the values before it");
                    return None;
                }
            }
        }
        Some(Type::List { of: Box::new(all?), most: items.len() })
    }

    /// Checks an argument that has to be `wanted`, as words.
    pub(crate) fn wanted(
        &mut self,
        argument: &Argument<'_>,
        scope: &Type,
        wanted: &str,
        fits: impl Fn(&Type) -> bool,
    ) -> Option<Found> {
        let found = self.expression(argument.value, scope, &argument.at)?;
        if !fits(&found.kind) {
            self.refuse(&argument.at, format!("must be {wanted}, not {}", found.kind));
            return None;
        }
        Some(found)
    }

    /// A number within what evaluation can hold.
    pub(crate) fn number(&mut self, most: f64, work: u64, at: &str) -> Option<Found> {
        if most.is_nan() || most > MOST_NUMBER {
            self.refuse(at, "may come to more than 10^15");
            return None;
        }
        Some(Found { kind: Type::Number { most }, work })
    }

    /// A text within what evaluation makes.
    pub(crate) fn text(&mut self, most: usize, work: u64, at: &str) -> Option<Found> {
        if most > MOST_TEXT {
            self.refuse(
                at,
                format!("may make a text of more than {MOST_TEXT} bytes; cut its parts with `substr`"),
            );
            return None;
        }
        Some(Found { kind: Type::Text { most }, work })
    }
}

struct Size {
    nodes: usize,
    depth: usize,
}

impl Size {
    fn of(value: &Value, above: usize) -> Self {
        let mut size = Self { nodes: 1, depth: above };
        let mut add = |inner: &Value, below: usize| {
            let Self { nodes, depth } = Self::of(inner, below);
            size.nodes += nodes;
            size.depth = size.depth.max(depth);
        };
        match value {
            // An operator's arguments are no level of their own.
            Value::Array(items) => items.iter().for_each(|item| add(item, above)),
            Value::Object(members) => members.values().for_each(|member| add(member, above + 1)),
            _ => {}
        }
        size
    }
}

/// A step of a JSON pointer.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
