//! Query strings.

use std::str::FromStr;

use super::rules::TextRule;
use super::violations::Violations;
use crate::page::{Cursor, PageRequest};
use crate::problem::{Code, Problem};

/// A request type that is read from a query string.
pub trait FromQuery: Sized {
    /// Reads the parameters, reporting each fault to `query`. What is returned counts only if none was reported.
    fn read(query: &Query) -> Option<Self>;
}

/// Reads a query string, without its `?`. Parameters that the type does not know are ignored.
///
/// # Errors
/// [`Code::RequestInvalidParameter`] when a known parameter has a value it cannot take, is given twice, or is
/// missing where it must be there; [`Code::PageBadCursor`] when the cursor is not of this list and these filters.
pub fn read_query<T: FromQuery>(raw: &str) -> Result<T, Problem> {
    let query = Query {
        pairs: form_urlencoded::parse(raw.as_bytes()).into_owned().take(MAX_PARAMETERS).collect(),
        violations: Violations::default(),
    };
    let value = T::read(&query);
    match (query.violations.into_problem(Code::RequestInvalidParameter), value) {
        (Some(problem), _) => Err(problem),
        (None, Some(value)) => Ok(value),
        (None, None) => {
            Err(Problem::new(Code::RequestInvalidParameter, "the query is not what this route takes"))
        }
    }
}

/// How many parameters are looked at.
const MAX_PARAMETERS: usize = 64;

/// A query string being read. Each getter reports what is wrong with its parameter and answers `None` then; an
/// empty value counts as absent, as an empty field of an HTML form does.
#[derive(Debug)]
pub struct Query {
    pairs: Vec<(String, String)>,
    violations: Violations,
}

impl Query {
    /// Reports that parameter `name` is wrong. `detail` is a predicate, such as `must be positive`.
    pub fn refuse(&self, name: &str, detail: impl Into<String>) {
        self.violations.push(format!("?{name}"), detail);
    }

    /// A text.
    pub fn text(&self, name: &str, rule: TextRule) -> Option<String> {
        let text = self.get(name)?;
        match rule.check(text) {
            Ok(()) => Some(text.to_owned()),
            Err(detail) => {
                self.refuse(name, detail);
                None
            }
        }
    }

    /// A text that must be there.
    pub fn required_text(&self, name: &str, rule: TextRule) -> Option<String> {
        if self.get(name).is_none() {
            self.refuse(name, "is required");
        }
        self.text(name, rule)
    }

    /// A value with a text form, such as an id or a time; `T`'s error is shown as it is.
    pub fn value<T: FromStr<Err: std::fmt::Display>>(&self, name: &str) -> Option<T> {
        match self.get(name)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse(name, error.to_string());
                None
            }
        }
    }

    /// A number between 0 and 1.
    pub fn fraction(&self, name: &str) -> Option<f64> {
        let number = self.get(name)?.parse::<f64>().ok().filter(|number| (0.0..=1.0).contains(number));
        if number.is_none() {
            self.refuse(name, "must be a number from 0 to 1");
        }
        number
    }

    /// `limit`, or its default.
    pub fn limit(&self) -> u32 {
        let Some(text) = self.get("limit") else { return PageRequest::DEFAULT_LIMIT };
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = digits.then(|| text.parse().ok()).flatten();
        number.filter(|limit| (1..=PageRequest::MAX_LIMIT).contains(limit)).unwrap_or_else(|| {
            self.refuse("limit", format!("must be a whole number from 1 to {}", PageRequest::MAX_LIMIT));
            PageRequest::DEFAULT_LIMIT
        })
    }

    /// `limit` and `cursor` of the list called `list`, whose filters are the parameters in `filters`. `P` is the
    /// position from which the next page goes on, such as the last item's id.
    pub fn page<P: FromStr>(&self, list: &str, filters: &[&str]) -> PageRequest<P> {
        let values = filters.iter().map(|name| (*name, self.first(name).unwrap_or_default()));
        let fingerprint = Cursor::fingerprint(list, values);
        let limit = self.limit();
        let after = self.get("cursor").and_then(|text| match Cursor::open(text, &fingerprint) {
            Ok(position) => Some(position),
            Err(error) => {
                self.violations.push_as(Code::PageBadCursor, "?cursor".to_owned(), error.to_string());
                None
            }
        });
        PageRequest { limit, after, fingerprint }
    }

    fn first(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value, if there is one that is not empty. Given twice is reported, since one of them would be lost.
    fn get(&self, name: &str) -> Option<&str> {
        if self.pairs.iter().filter(|(key, _)| key == name).count() > 1 {
            self.refuse(name, "is given twice");
            return None;
        }
        self.first(name).filter(|value| !value.is_empty())
    }
}
