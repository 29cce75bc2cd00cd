//! The `Idempotency-Key` header, accepted on every POST that creates.

use crate::problem::{Code, FieldError, Problem};

/// The header's name, in lower case.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A client's own name for a request, so that a repeated one has its effect once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The longest key, in characters.
    pub const MAX_LENGTH: usize = 255;

    /// Reads the header's value: 1 to 255 visible ASCII characters.
    ///
    /// # Errors
    /// [`Code::RequestInvalidHeader`] for anything else.
    pub fn parse(value: &str) -> Result<Self, Problem> {
        let visible = value.bytes().all(|b| b.is_ascii_graphic());
        if visible && (1..=Self::MAX_LENGTH).contains(&value.len()) {
            return Ok(Self(value.to_owned()));
        }
        let detail = format!("must be 1 to {} visible ASCII characters", Self::MAX_LENGTH);
        let error = FieldError { pointer: "Idempotency-Key:".to_owned(), detail: detail.clone() };
        Err(Problem::new(Code::RequestInvalidHeader, format!("`Idempotency-Key` {detail}"))
            .with_errors(vec![error]))
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_short_and_visible() {
        let check =
            |value: &str, good: bool| assert_eq!(IdempotencyKey::parse(value).is_ok(), good, "{value:?}");
        check("order-1041/a", true);
        check(&"k".repeat(255), true);
        check(&"k".repeat(256), false);
        for value in ["", " ", "a b", "a\tb", "é"] {
            check(value, false);
        }
    }
}
