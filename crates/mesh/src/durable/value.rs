//! What a column holds, and what is bound to a statement.

use std::fmt::Display;

/// The largest integer that the platform's numbers hold exactly: 2^53 - 1.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// A SQLite value.
///
/// The platform carries numbers as JavaScript's. So a real number that is whole reads as [`Value::Integer`], one past
/// [`MAX_INTEGER`] as [`Value::Real`], and an integer past that limit is refused before it is bound: keep it as text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// An integer within ±[`MAX_INTEGER`].
    Integer(i64),
    /// Any other number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Value {
    /// Anything that has a text, such as a typed id.
    pub fn text(value: impl Display) -> Self {
        Self::Text(value.to_string())
    }

    /// A number as the platform gives it.
    #[must_use]
    pub fn from_number(number: f64) -> Self {
        if number.fract() == 0.0 && number.abs() <= MAX_INTEGER as f64 {
            Self::Integer(number as i64)
        } else {
            Self::Real(number)
        }
    }

    /// Bytes that the value takes, as far as the platform limits them.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Blob(bytes) => bytes.len(),
            Self::Null | Self::Integer(_) | Self::Real(_) => 8,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}

impl From<crate::Bytes> for Value {
    fn from(bytes: crate::Bytes) -> Self {
        Self::Blob(bytes.0)
    }
}

/// 0 or 1: SQLite has no booleans, and the platform would store the *text* `true`.
impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Integer(flag.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::from_number(number)
    }
}

impl From<f32> for Value {
    fn from(number: f32) -> Self {
        Self::from_number(number.into())
    }
}

/// One past the range of `i64` becomes its end, which no database takes: see [`MAX_INTEGER`].
impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// As from `u64`.
impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::from(number as u64)
    }
}

macro_rules! from_integers {
    ($($integer:ty),+) => {$(
        impl From<$integer> for Value {
            fn from(number: $integer) -> Self {
                Self::Integer(number.into())
            }
        }
    )+};
}
from_integers!(i8, i16, i32, i64, u8, u16, u32);

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// `[Value; N]` of anything that is one, to be bound: `storage.exec("… WHERE id = ?1", &values![id])`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::durable::Value::from($value)),*] };
}
