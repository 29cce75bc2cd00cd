//! Why a product did not do what it was asked. Pure: what the edge caught is judged here.

use serde::Serialize;

/// A call of one of the platform's products failed. `I` is what can be wrong with a request of that product.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProductError<I: std::error::Error + 'static> {
    /// The request breaks a rule or a limit of the product. It was not sent.
    #[error(transparent)]
    Invalid(#[from] I),
    /// The product said no.
    #[error(transparent)]
    Refused(Refusal),
    /// The product is not here: a local run does not simulate it, or what is bound is something else.
    #[error("`{binding}` is not available here: {message}")]
    Unavailable {
        /// The binding, or the host of an HTTPS API.
        binding: String,
        /// What the runtime says.
        message: String,
    },
    /// The product answered with something that the expected type cannot hold.
    #[error("the answer of `{binding}` cannot be read: {message}")]
    Unreadable {
        /// The binding, or the host of an HTTPS API.
        binding: String,
        /// Where it does not fit.
        message: String,
    },
}

impl<I: std::error::Error + 'static> ProductError<I> {
    /// Whether the same request may succeed later. Whether it may be *repeated* is the caller's to know.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.transient)
    }
}

/// What a product says when it refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("the product refused: {message}{}", detail(*code, *status))]
pub struct Refusal {
    /// The product's own number for it, where it gives one.
    pub code: Option<i64>,
    /// The HTTP status, where the product speaks HTTP.
    pub status: Option<u16>,
    /// The product's words.
    pub message: String,
    /// Whether the same request may succeed later.
    pub transient: bool,
    /// How long to wait before the next attempt, in seconds, where the product says so.
    pub retry_after_s: Option<u64>,
}

fn detail(code: Option<i64>, status: Option<u16>) -> String {
    match (code, status) {
        (Some(code), Some(status)) => format!(" (code {code}, status {status})"),
        (Some(code), None) => format!(" (code {code})"),
        (None, Some(status)) => format!(" (status {status})"),
        (None, None) => String::new(),
    }
}

/// Statuses that may pass: too many requests, and the platform's own troubles. 507 is a query over its resources.
pub(super) fn is_transient_status(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504 | 507)
}

/// What a binding's method threw, as far as it can be told in Rust.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Thrown {
    pub(super) message: String,
    /// The error's own `retryable` property, which some products set.
    pub(super) retryable: Option<bool>,
}

/// Codes of products that mean «later»: Vectorize's 40041 is its «Too Many Requests».
const TRANSIENT_CODES: [i64; 1] = [40041];

/// Phrases by which the local runtime says that it has no such product.
const NOT_HERE: [&str; 3] =
    ["needs to be run remotely", "does not implement the method", "the binding has no method"];

impl Thrown {
    /// Tells a product that is not there from one that refuses.
    pub(super) fn judge<I: std::error::Error + 'static>(self, binding: &str) -> ProductError<I> {
        if NOT_HERE.iter().any(|phrase| self.message.contains(phrase)) {
            return ProductError::Unavailable { binding: binding.to_owned(), message: self.message };
        }
        let (code, message) = numbered(&self.message);
        let transient = self.retryable.unwrap_or_else(|| {
            code.is_some_and(|code| TRANSIENT_CODES.contains(&code)) || connection_was_lost(message)
        });
        ProductError::Refused(Refusal {
            code,
            status: None,
            message: message.to_owned(),
            transient,
            retry_after_s: None,
        })
    }
}

fn connection_was_lost(message: &str) -> bool {
    message.contains("Network connection lost") || message.contains("disconnected")
}

/// Takes `SOME_ERROR (code = 40006): words` apart, which is how the runtime's own clients report.
fn numbered(message: &str) -> (Option<i64>, &str) {
    let parse = || {
        let (_, rest) = message.split_once("_ERROR (code = ")?;
        let (number, words) = rest.split_once("): ")?;
        Some((number.parse().ok()?, words))
    };
    match parse() {
        Some((code, words)) => (Some(code), words),
        None => (None, message.split_once("_ERROR: ").map_or(message, |(_, words)| words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, thiserror::Error)]
    #[error("wrong")]
    struct Wrong;

    fn judged(message: &str, retryable: Option<bool>) -> ProductError<Wrong> {
        Thrown { message: message.into(), retryable }.judge("INDEX")
    }

    #[test]
    fn a_refusal_carries_its_code_and_words() {
        let cases = [
            (
                "VECTOR_QUERY_ERROR (code = 40006): invalid query vector, expected 3 dimensions, and got 2 dimensions",
                Some(40006),
                "invalid query vector, expected 3 dimensions, and got 2 dimensions",
                false,
            ),
            ("VECTOR_UPSERT_ERROR (code = 40041): Too Many Requests", Some(40041), "Too Many Requests", true),
            ("VECTOR_GET_ERROR: Status + 502", None, "Status + 502", false),
            ("Network connection lost.", None, "Network connection lost.", true),
            ("anything else", None, "anything else", false),
        ];
        for (message, code, words, transient) in cases {
            let error = judged(message, None);
            assert_eq!(error.is_transient(), transient, "{message}");
            let ProductError::Refused(refusal) = error else {
                panic!("{message} was not taken for a refusal")
            };
            assert_eq!((refusal.code, refusal.message.as_str()), (code, words));
        }
    }

    #[test]
    fn what_the_product_says_of_retrying_wins() {
        assert!(judged("too many queries", Some(true)).is_transient());
        assert!(!judged("VECTOR_QUERY_ERROR (code = 40041): Too Many Requests", Some(false)).is_transient());
    }

    #[test]
    fn a_product_that_is_not_simulated_is_unavailable() {
        for message in [
            "Binding INDEX needs to be run remotely",
            "The RPC receiver does not implement the method \"query\".",
        ] {
            assert_eq!(
                judged(message, None),
                ProductError::Unavailable { binding: "INDEX".into(), message: message.into() }
            );
        }
    }

    #[test]
    fn the_text_names_code_and_status_once() {
        let refusal = Refusal {
            code: Some(2012),
            status: Some(422),
            message: "no page".into(),
            transient: false,
            retry_after_s: None,
        };
        assert_eq!(refusal.to_string(), "the product refused: no page (code 2012, status 422)");
    }
}
