//! Filters over metadata: conditions that all must hold.

use serde_json::{Map, Number, Value};

use super::invalid::InvalidRequest;
use super::key::check_filter_key;
use super::limits::Limits;

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Operand(Value);

impl From<&str> for Operand {
    fn from(text: &str) -> Self {
        Self(Value::String(text.to_owned()))
    }
}

impl From<String> for Operand {
    fn from(text: String) -> Self {
        Self(Value::String(text))
    }
}

impl From<bool> for Operand {
    fn from(flag: bool) -> Self {
        Self(Value::Bool(flag))
    }
}

impl From<i32> for Operand {
    fn from(number: i32) -> Self {
        Self(Value::from(number))
    }
}

impl From<u32> for Operand {
    fn from(number: u32) -> Self {
        Self(Value::from(number))
    }
}

/// The index compares numbers as 64-bit floats; one that is not finite becomes `null`.
impl From<f64> for Operand {
    fn from(number: f64) -> Self {
        Self(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }
}

/// Nothing: matches a field that is `null`.
impl From<()> for Operand {
    fn from((): ()) -> Self {
        Self(Value::Null)
    }
}

/// Conditions on metadata, applied before the nearest are chosen. All must hold; several on one field make a range.
///
/// A field's name leads into nested metadata by dots. Only fields with a metadata index that existed before a vector
/// was written find it, texts by their first 64 bytes.
///
/// ```
/// use mesh_worker::bindings::vectorize::Filter;
///
/// let filter = Filter::new().equals("kind", "call").at_least("score", 3).below("score", 9);
/// assert_eq!(filter.to_json(), r#"{"kind":{"$eq":"call"},"score":{"$gte":3,"$lt":9}}"#);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    fields: Map<String, Value>,
}

impl Filter {
    /// No condition yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// `field` is this.
    #[must_use]
    pub fn equals(self, field: &str, operand: impl Into<Operand>) -> Self {
        self.with(field, "$eq", operand.into().0)
    }

    /// `field` is something else, or is not there.
    #[must_use]
    pub fn differs(self, field: &str, operand: impl Into<Operand>) -> Self {
        self.with(field, "$ne", operand.into().0)
    }

    /// `field` is less.
    #[must_use]
    pub fn below(self, field: &str, operand: impl Into<Operand>) -> Self {
        self.with(field, "$lt", operand.into().0)
    }

    /// `field` is this or less.
    #[must_use]
    pub fn at_most(self, field: &str, operand: impl Into<Operand>) -> Self {
        self.with(field, "$lte", operand.into().0)
    }

    /// `field` is more.
    #[must_use]
    pub fn above(self, field: &str, operand: impl Into<Operand>) -> Self {
        self.with(field, "$gt", operand.into().0)
    }

    /// `field` is this or more.
    #[must_use]
    pub fn at_least(self, field: &str, operand: impl Into<Operand>) -> Self {
        self.with(field, "$gte", operand.into().0)
    }

    /// `field` is one of these.
    #[must_use]
    pub fn one_of<T: Into<Operand>>(self, field: &str, operands: impl IntoIterator<Item = T>) -> Self {
        self.with(field, "$in", list(operands))
    }

    /// `field` is none of these.
    #[must_use]
    pub fn none_of<T: Into<Operand>>(self, field: &str, operands: impl IntoIterator<Item = T>) -> Self {
        self.with(field, "$nin", list(operands))
    }

    fn with(mut self, field: &str, operator: &str, operand: Value) -> Self {
        let conditions = self.fields.entry(field).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(conditions) = conditions {
            conditions.insert(operator.to_owned(), operand);
        }
        self
    }

    /// As the product takes it.
    pub fn to_json(&self) -> String {
        self.as_value().to_string()
    }

    pub(super) fn as_value(&self) -> Value {
        Value::Object(self.fields.clone())
    }

    pub(super) fn check(&self, limits: &Limits) -> Result<(), InvalidRequest> {
        if self.fields.is_empty() {
            return Err(InvalidRequest::EmptyFilter);
        }
        for (field, conditions) in &self.fields {
            check_filter_key(field, limits)?;
            let empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
            if conditions.as_object().is_some_and(|conditions| conditions.values().any(empty)) {
                return Err(InvalidRequest::EmptyList { field: field.clone() });
            }
        }
        let bytes = self.to_json().len();
        if bytes > limits.filter_bytes {
            return Err(InvalidRequest::FilterTooLarge { bytes, limit: limits.filter_bytes });
        }
        Ok(())
    }
}

fn list<T: Into<Operand>>(operands: impl IntoIterator<Item = T>) -> Value {
    Value::Array(operands.into_iter().map(|operand| operand.into().0).collect())
}
