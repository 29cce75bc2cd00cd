//! SQL statements with parameters.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Number, Value};

use super::scan::{has_format_clause, placeholders};

/// Bytes of one statement: 10 KiB.
pub const STATEMENT_BYTES: usize = 10 * 1024;

/// A statement that would be refused. It was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidStatement {
    /// There is nothing to run.
    #[error("the statement is empty: write one SELECT")]
    Empty,
    /// The statement is too long.
    #[error("the statement is {bytes} bytes, over the limit of {limit}: pass values as parameters")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A placeholder has no value.
    #[error("`${name}` has no value: bind one")]
    Unbound {
        /// The placeholder without `$`.
        name: String,
    },
    /// Positional and named values are mixed.
    #[error("`{name}` is named where others are positional: use `bind` or `bind_named`, not both")]
    Mixed {
        /// The parameter.
        name: String,
    },
    /// A number has no JSON.
    #[error("the value of `${name}` is not finite: JSON has no such number")]
    NotFinite {
        /// The placeholder without `$`.
        name: String,
    },
    /// The statement chooses its own output format.
    #[error("the statement ends in a FORMAT clause: leave it out, rows are read as JSON")]
    Format,
    /// This interface has no parameters.
    #[error(
        "this interface takes no parameters: write values with `text_literal`, or use the general SQL API"
    )]
    NoParameters,
    /// A text cannot be written into a statement.
    #[error("the text has {character:?}, for which the dialect documents no escape: pass it as a parameter")]
    Literal {
        /// The culprit.
        character: char,
    },
}

/// A value for a placeholder.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// Nothing.
    Null,
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Parameter {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Parameter {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Parameter {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<i32> for Parameter {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Parameter {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// One SELECT, and the values of its placeholders: `$1`, `$2`, … or `$name`.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    sql: String,
    positional: Vec<Parameter>,
    named: BTreeMap<String, Parameter>,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Request {
    pub(super) query: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) params: Option<Value>,
}

impl Statement {
    /// A statement without values yet.
    pub fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), positional: Vec::new(), named: BTreeMap::new() }
    }

    /// Gives the next positional placeholder its value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Parameter>) -> Self {
        self.positional.push(value.into());
        self
    }

    /// Gives `$name` its value.
    #[must_use]
    pub fn bind_named(mut self, name: &str, value: impl Into<Parameter>) -> Self {
        self.named.insert(name.to_owned(), value.into());
        self
    }

    /// Checks it, and gives what to send with parameters.
    pub(super) fn request(&self) -> Result<Request, InvalidStatement> {
        self.check_text()?;
        if let (false, Some(name)) = (self.positional.is_empty(), self.named.keys().next()) {
            return Err(InvalidStatement::Mixed { name: name.clone() });
        }
        for name in placeholders(&self.sql) {
            let position = name.parse::<usize>().ok();
            let bound = match position {
                Some(position) => (1..=self.positional.len()).contains(&position),
                None => self.named.contains_key(name),
            };
            if !bound {
                return Err(InvalidStatement::Unbound { name: name.to_owned() });
            }
        }
        Ok(Request { query: self.sql.clone(), params: self.parameters()? })
    }

    /// Checks it, and gives its text for an interface without parameters.
    pub(super) fn text(&self) -> Result<&str, InvalidStatement> {
        self.check_text()?;
        if !self.positional.is_empty() || !self.named.is_empty() {
            return Err(InvalidStatement::NoParameters);
        }
        Ok(self.sql.trim_end().trim_end_matches(';'))
    }

    fn check_text(&self) -> Result<(), InvalidStatement> {
        if self.sql.trim().is_empty() {
            return Err(InvalidStatement::Empty);
        }
        if self.sql.len() > STATEMENT_BYTES {
            return Err(InvalidStatement::TooLong { bytes: self.sql.len(), limit: STATEMENT_BYTES });
        }
        if has_format_clause(&self.sql) { Err(InvalidStatement::Format) } else { Ok(()) }
    }

    fn parameters(&self) -> Result<Option<Value>, InvalidStatement> {
        if !self.positional.is_empty() {
            let values = (1..).zip(&self.positional).map(|(place, value)| json(&place.to_string(), value));
            return Ok(Some(Value::Array(values.collect::<Result<_, _>>()?)));
        }
        if self.named.is_empty() {
            return Ok(None);
        }
        let values = self.named.iter().map(|(name, value)| Ok((name.clone(), json(name, value)?)));
        Ok(Some(Value::Object(values.collect::<Result<_, InvalidStatement>>()?)))
    }
}

fn json(name: &str, parameter: &Parameter) -> Result<Value, InvalidStatement> {
    Ok(match parameter {
        Parameter::Text(text) => Value::String(text.clone()),
        Parameter::Number(number) => Number::from_f64(*number)
            .map(Value::Number)
            .ok_or_else(|| InvalidStatement::NotFinite { name: name.to_owned() })?,
        Parameter::Flag(flag) => Value::Bool(*flag),
        Parameter::Null => Value::Null,
    })
}

/// A text as a literal of SQL, quotes included, for an interface without parameters.
///
/// # Errors
/// [`InvalidStatement::Literal`] for quotes, backslashes and control characters: the dialect documents no escape for
/// them, and a guess would be a way in.
pub fn text_literal(text: &str) -> Result<String, InvalidStatement> {
    match text.chars().find(|character| matches!(character, '\'' | '\\') || character.is_control()) {
        Some(character) => Err(InvalidStatement::Literal { character }),
        None => Ok(format!("'{text}'")),
    }
}
