//! The types of facts and expressions.

use std::fmt;

/// The largest number that an expression may come to, either way: whole numbers are exact up to here.
pub(crate) const MOST_NUMBER: f64 = 1e15;
/// The longest text that an expression may make, in bytes.
pub(crate) const MOST_TEXT: usize = 100_000;

/// What a value is, with the bounds that keep evaluation small.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    Boolean,
    /// At most this far from zero.
    Number {
        most: f64,
    },
    /// At most so many bytes.
    Text {
        most: usize,
    },
    /// A text of a closed list.
    Choice(Choice),
    List {
        of: Box<Type>,
        most: usize,
    },
    Record(Vec<(&'static str, Type)>),
}

/// A closed list of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Choice {
    /// What they name, as `a kind of signal`.
    pub(crate) what: &'static str,
    pub(crate) names: &'static [&'static str],
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("a boolean"),
            Self::Number { .. } => f.write_str("a number"),
            Self::Text { .. } => f.write_str("a text"),
            Self::Choice(choice) => f.write_str(choice.what),
            Self::List { .. } => f.write_str("a list"),
            Self::Record(_) => f.write_str("a group of facts"),
        }
    }
}

impl Type {
    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Number { .. })
    }

    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text { .. } | Self::Choice(_))
    }

    pub(crate) fn is_scalar(&self) -> bool {
        !matches!(self, Self::List { .. } | Self::Record(_))
    }

    /// How far from zero it may be, where it is a number.
    pub(crate) fn magnitude(&self) -> f64 {
        if let Self::Number { most } = self { *most } else { 0.0 }
    }

    /// How many bytes it may have as text.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Text { most } => *most,
            Self::Choice(choice) => choice.names.iter().map(|name| name.len()).max().unwrap_or_default(),
            _ => 32,
        }
    }

    /// Whether two values can be told equal or not: like with like.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Choice(one), Self::Choice(other)) => one == other,
            (one, other) if one.is_text() => other.is_text(),
            (Self::Number { .. }, Self::Number { .. }) | (Self::Boolean, Self::Boolean) => true,
            _ => false,
        }
    }

    /// The type of a value that is one or the other.
    pub(crate) fn either(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (one, other) if one == other => Some(one.clone()),
            (Self::Number { most: one }, Self::Number { most: other }) => {
                Some(Self::Number { most: one.max(*other) })
            }
            (one, other) if one.is_text() && other.is_text() => {
                Some(Self::Text { most: one.bytes().max(other.bytes()) })
            }
            (Self::List { of: one, most }, Self::List { of: other, most: most_other }) => {
                let of = Box::new(one.either(other)?);
                Some(Self::List { of, most: *most.max(most_other) })
            }
            _ => None,
        }
    }
}
