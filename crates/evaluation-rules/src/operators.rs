//! The operators: how many arguments each takes, of which types, and what it comes to.

use serde_json::Value;

use crate::check::{Argument, Checker, Found, escaped};
use crate::types::{MOST_NUMBER, Type};

/// An operator: its name, and how many arguments it takes.
struct Operator {
    name: &'static str,
    fewest: usize,
    most: usize,
}

const fn operator(name: &'static str, fewest: usize, most: usize) -> Operator {
    Operator { name, fewest, most }
}

/// As many as there is room for.
const ANY: usize = usize::MAX;

const OPERATORS: [Operator; 29] = [
    operator("var", 1, 2),
    operator("==", 2, 2),
    operator("!=", 2, 2),
    operator("===", 2, 2),
    operator("!==", 2, 2),
    operator("<", 2, 3),
    operator("<=", 2, 3),
    operator(">", 2, 3),
    operator(">=", 2, 3),
    operator("!", 1, 1),
    operator("!!", 1, 1),
    operator("and", 1, ANY),
    operator("or", 1, ANY),
    operator("if", 3, ANY),
    operator("?:", 3, ANY),
    operator("in", 2, 2),
    operator("cat", 1, ANY),
    operator("substr", 2, 3),
    operator("+", 1, ANY),
    operator("-", 1, 2),
    operator("*", 2, ANY),
    operator("/", 2, 2),
    operator("%", 2, 2),
    operator("max", 1, ANY),
    operator("min", 1, ANY),
    operator("some", 2, 2),
    operator("all", 2, 2),
    operator("none", 2, 2),
    operator("filter", 2, 2),
];
/// Those that make something new of a list.
const FOLDS: [Operator; 2] = [operator("map", 2, 2), operator("reduce", 3, 3)];

/// How far a step of `reduce` may move its accumulator, and from where on that is asked.
const REDUCE_STEP: f64 = 1e9;
const REDUCE_FROM: f64 = 1e12;
/// The longest that the texts of a list may be together, in bytes.
const MOST_LIST_BYTES: usize = 4_000_000;

fn named(name: &str) -> Option<&'static Operator> {
    OPERATORS.iter().chain(&FOLDS).find(|operator| operator.name == name)
}

/// Whether a value is an expression and not a plain object: it has one member, which is an operator.
pub(crate) fn is_expression(value: &Value) -> bool {
    value.as_object().is_some_and(|members| {
        members.len() == 1 && members.keys().next().is_some_and(|name| named(name).is_some())
    })
}

/// The operators whose second argument is worked off for each element of the first, which alone it sees.
pub(crate) fn loops(name: &str) -> bool {
    ["some", "all", "none", "filter", "map", "reduce"].contains(&name)
}

/// Checks an object, which has to be an operator with its arguments.
pub(crate) fn check(checker: &mut Checker, value: &Value, scope: &Type, at: &str) -> Option<Found> {
    let members = value.as_object()?;
    let (1, Some((name, given))) = (members.len(), members.iter().next()) else {
        let detail = format!("must have one member, an operator, and has {}", members.len());
        checker.refuse(at, detail);
        return None;
    };
    let place = format!("{at}/{}", escaped(name));
    let Some(operator) = named(name) else {
        let names: Vec<_> = OPERATORS.iter().chain(&FOLDS).map(|operator| operator.name).collect();
        let detail = format!("is no operator that rules have; there are `{}`", names.join("`, `"));
        checker.refuse(place, detail);
        return None;
    };
    let arguments = arguments(given, &place);
    let count = arguments.len();
    let Operator { fewest, most, .. } = *operator;
    if !given.is_array() && fewest > 1 {
        checker.refuse(place, format!("must be a list of the arguments of `{name}`"));
        return None;
    }
    if !(fewest..=most).contains(&count) {
        let wanted = match most {
            ANY => format!("at least {fewest}"),
            _ if fewest == most => fewest.to_string(),
            _ => format!("{fewest} to {most}"),
        };
        checker.refuse(place, format!("must have {wanted} arguments, and has {count}"));
        return None;
    }
    Call { checker, scope, at: place, arguments }.check(operator.name)
}

fn arguments<'v>(given: &'v Value, at: &str) -> Vec<Argument<'v>> {
    match given {
        Value::Array(items) => {
            let numbered = items.iter().enumerate();
            numbered.map(|(place, value)| Argument { value, at: format!("{at}/{place}") }).collect()
        }
        value => vec![Argument { value, at: at.to_owned() }],
    }
}

/// An operator with the right number of arguments.
struct Call<'c, 'v> {
    checker: &'c mut Checker,
    scope: &'c Type,
    at: String,
    arguments: Vec<Argument<'v>>,
}

impl Call<'_, '_> {
    fn check(mut self, name: &str) -> Option<Found> {
        match name {
            "var" => self.fact(),
            "==" | "!=" | "===" | "!==" => self.equality(),
            "<" | "<=" | ">" | ">=" => {
                let work = self.all("a number", Type::is_number)?.iter().map(|found| found.work).sum();
                boolean(work)
            }
            "!" | "!!" => {
                let fits = |kind: &Type| {
                    *kind == Type::Boolean || kind.is_text() || matches!(kind, Type::List { .. })
                };
                let found = self.all("a boolean, a text or a list", fits)?;
                boolean(found.iter().map(|found| found.work).sum())
            }
            "and" | "or" => {
                let found = self.all("a condition, true or false", |kind| *kind == Type::Boolean)?;
                boolean(found.iter().map(|found| found.work).sum())
            }
            "if" | "?:" => self.choice(),
            "in" => self.membership(),
            "cat" => {
                let found = self.all("a text or a number", |kind| kind.is_text() || kind.is_number())?;
                let work = found.iter().map(|found| found.work).sum::<u64>() + 1;
                self.checker.text(found.iter().map(|found| found.kind.bytes()).sum(), work, &self.at)
            }
            "substr" => self.part_of_text(),
            "some" | "all" | "none" | "filter" | "map" => self.each(name),
            "reduce" => self.reduced(),
            _ => self.arithmetic(name),
        }
    }

    /// Checks every argument, so that all faults are told; none where one has a fault.
    fn all(&mut self, wanted: &str, fits: impl Fn(&Type) -> bool + Copy) -> Option<Vec<Found>> {
        let (scope, arguments) = (self.scope, std::mem::take(&mut self.arguments));
        let found: Vec<_> =
            arguments.iter().map(|argument| self.checker.wanted(argument, scope, wanted, fits)).collect();
        self.arguments = arguments;
        found.into_iter().collect()
    }

    fn fact(&mut self) -> Option<Found> {
        let path = &self.arguments[0];
        let Some(names) = path.value.as_str() else {
            self.checker.refuse(&path.at, "must be the name of a fact, such as `event.account`");
            return None;
        };
        let mut kind = self.scope;
        for name in names.split('.').filter(|_| !names.is_empty()) {
            let members = if let Type::Record(members) = kind { members.as_slice() } else { &[] };
            let Some((_, member)) = members.iter().find(|(known, _)| *known == name) else {
                let known: Vec<_> = members.iter().map(|(known, _)| *known).collect();
                let detail = match known.as_slice() {
                    [] => format!("is no fact: there is nothing in {kind}, so `{name}` is not there"),
                    known => format!("is no fact: `{name}` is not there; there are `{}`", known.join("`, `")),
                };
                self.checker.refuse(&path.at, detail);
                return None;
            };
            kind = member;
        }
        if let Some(fallback) = self.arguments.get(1) {
            let like = |given: &Type| given.is_like(kind);
            self.checker.wanted(fallback, self.scope, &kind.to_string(), like)?;
        }
        Some(Found { kind: kind.clone(), work: 2 })
    }

    fn equality(&mut self) -> Option<Found> {
        let scalar = |kind: &Type| kind.is_scalar();
        let found = self.all("a text, a number or a boolean", scalar)?;
        self.like(&found[0].kind, &found[1].kind, self.arguments[1].value, &self.arguments[1].at.clone())?;
        self.like(&found[1].kind, &found[0].kind, self.arguments[0].value, &self.arguments[0].at.clone())?;
        boolean(found[0].work + found[1].work)
    }

    /// Whether a value can be compared with something of this type.
    fn like(&mut self, wanted: &Type, kind: &Type, value: &Value, at: &str) -> Option<()> {
        if !wanted.is_like(kind) {
            self.checker.refuse(at, format!("must be {wanted} to be compared with one, not {kind}"));
            return None;
        }
        if let (Type::Choice(choice), Some(name)) = (wanted, value.as_str())
            && !choice.names.contains(&name)
        {
            let detail = format!(
                "is `{name}`, which is not {}; there are `{}`",
                choice.what,
                choice.names.join("`, `")
            );
            self.checker.refuse(at, detail);
            return None;
        }
        Some(())
    }

    fn choice(&mut self) -> Option<Found> {
        let (count, scope) = (self.arguments.len(), self.scope);
        if count % 2 == 0 {
            let detail =
                "must have an odd number of arguments: conditions with their values, and one value otherwise";
            self.checker.refuse(&self.at, detail);
            return None;
        }
        let (mut kind, mut work, mut sound) = (None::<Type>, 1, true);
        for (place, argument) in self.arguments.iter().enumerate() {
            let condition = place % 2 == 0 && place + 1 < count;
            let found = match condition {
                true => self
                    .checker
                    .wanted(argument, scope, "a condition, true or false", |kind| *kind == Type::Boolean),
                false => self.checker.expression(argument.value, scope, &argument.at),
            };
            let Some(found) = found else {
                sound = false;
                continue;
            };
            work += found.work;
            if condition {
                continue;
            }
            match kind.as_ref().map_or(Some(found.kind.clone()), |so_far| so_far.either(&found.kind)) {
                Some(both) => kind = Some(both),
                None => {
                    self.checker.refuse(&argument.at, "must be of the same type as the other values");
                    sound = false;
                }
            }
        }
        Some(Found { kind: kind.filter(|_| sound)?, work })
    }

    fn membership(&mut self) -> Option<Found> {
        let scope = self.scope;
        let (needle, haystack) = (self.arguments[0].clone(), self.arguments[1].clone());
        let part = self.checker.wanted(&needle, scope, "a text, a number or a boolean", Type::is_scalar);
        let fits = |kind: &Type| kind.is_text() || matches!(kind, Type::List { .. });
        let whole = self.checker.wanted(&haystack, scope, "a list or a text", fits);
        let (part, whole) = (part?, whole?);
        let items = haystack.value.as_array();
        match &whole.kind {
            Type::List { .. } if items.is_some() => {
                for (place, item) in items.into_iter().flatten().enumerate() {
                    let at = format!("{}/{place}", haystack.at);
                    let kind = self.checker.expression(item, scope, &at)?.kind;
                    self.like(&part.kind, &kind, item, &at)?;
                }
            }
            Type::List { of, .. } => self.like(of, &part.kind, needle.value, &needle.at)?,
            kind => self
                .like(&Type::Text { most: 0 }, &part.kind, needle.value, &needle.at)
                .filter(|()| kind.is_text())?,
        }
        let most = if let Type::List { most, .. } = whole.kind { most as u64 } else { 1 };
        boolean(part.work + whole.work + most)
    }

    fn part_of_text(&mut self) -> Option<Found> {
        let text = self.checker.wanted(&self.arguments[0], self.scope, "a text", Type::is_text);
        let mut sound = true;
        for argument in &self.arguments[1..] {
            if argument.value.as_u64().is_none_or(|number| number > 1_000_000) {
                self.checker.refuse(&argument.at, "must be a whole number from 0 to 1000000, written out");
                sound = false;
            }
        }
        let text = text.filter(|_| sound)?;
        let most = self.arguments.get(2).and_then(|length| length.value.as_u64());
        let most = most.map_or(text.kind.bytes(), |most| text.kind.bytes().min(most as usize * 4));
        self.checker.text(most, text.work + 1, &self.at)
    }

    fn arithmetic(&mut self, name: &str) -> Option<Found> {
        let found = self.all("a number", Type::is_number)?;
        let most = found.iter().map(|found| found.kind.magnitude());
        let work = found.iter().map(|found| found.work).sum::<u64>() + 1;
        let most = match name {
            "+" | "-" => most.sum(),
            "*" => most.product(),
            "max" | "min" => most.fold(0.0, f64::max),
            _ => {
                let divisor = self.arguments[1].value.as_f64().map(f64::abs);
                let Some(divisor) = divisor.filter(|divisor| (1e-6..=MOST_NUMBER).contains(divisor)) else {
                    let detail = "must be a number other than 0, written out: what is computed may be 0";
                    self.checker.refuse(&self.arguments[1].at, detail);
                    return None;
                };
                if name == "/" { found[0].kind.magnitude() / divisor } else { divisor }
            }
        };
        self.checker.number(most, work, &self.at)
    }

    /// The list that an operator goes through.
    fn list(&mut self) -> Option<(Type, usize, u64)> {
        let fits = |kind: &Type| matches!(kind, Type::List { .. });
        let found = self.checker.wanted(&self.arguments[0], self.scope, "a list", fits)?;
        let Type::List { of, most } = found.kind else { return None };
        Some((*of, most, found.work))
    }

    fn each(&mut self, name: &str) -> Option<Found> {
        let (of, most, work) = self.list()?;
        let body = self.arguments[1].clone();
        let found = match name {
            "map" => self.checker.wanted(&body, &of, "a text, a number or a boolean", Type::is_scalar)?,
            _ => self
                .checker
                .wanted(&body, &of, "a condition, true or false", |kind| *kind == Type::Boolean)?,
        };
        let work = work.saturating_add(found.work.saturating_mul(most as u64));
        let kind = match name {
            "filter" => Type::List { of: Box::new(of), most },
            "map" if found.kind.bytes().saturating_mul(most) > MOST_LIST_BYTES => {
                self.checker.refuse(&body.at, "may make too long a list of texts; cut them with `substr`");
                return None;
            }
            "map" => Type::List { of: Box::new(found.kind), most },
            _ => Type::Boolean,
        };
        Some(Found { kind, work })
    }

    fn reduced(&mut self) -> Option<Found> {
        let list = self.list();
        let initial = self.checker.wanted(&self.arguments[2], self.scope, "a number or a boolean", |kind| {
            kind.is_number() || *kind == Type::Boolean
        });
        let ((of, most, work), initial) = (list?, initial?);
        let accumulator = match initial.kind {
            Type::Boolean => Type::Boolean,
            _ if initial.kind.magnitude() > REDUCE_STEP => {
                self.checker.refuse(&self.arguments[2].at, "must be a number between -10^9 and 10^9");
                return None;
            }
            _ => Type::Number { most: REDUCE_FROM },
        };
        let scope = Type::Record(vec![("current", of), ("accumulator", accumulator.clone())]);
        let body = self.arguments[1].clone();
        let wanted = accumulator.to_string();
        let found = self.checker.wanted(&body, &scope, &wanted, |kind| kind.is_like(&accumulator))?;
        // What adds at most this much to a large number stays small over all turns; what multiplies does not.
        if found.kind.magnitude() > REDUCE_FROM + REDUCE_STEP {
            self.checker
                .refuse(&body.at, "may grow without bound: add to the accumulator, and don't multiply it");
            return None;
        }
        let work = work.saturating_add(initial.work).saturating_add(found.work.saturating_mul(most as u64));
        let kind = if accumulator == Type::Boolean {
            accumulator
        } else {
            Type::Number { most: 10.0 * REDUCE_FROM }
        };
        Some(Found { kind, work })
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what every operator's check gives")]
fn boolean(work: u64) -> Option<Found> {
    Some(Found { kind: Type::Boolean, work: work + 1 })
}
