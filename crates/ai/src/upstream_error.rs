//! What an upstream says when it does not answer, and what that means for whoever asked.

use serde::Deserialize;
use serde_json::Value;

/// Of an upstream's words so many characters are passed on.
const MOST_WORDS: usize = 500;
/// A longer wait is not passed on, in seconds.
const LONGEST_WAIT_S: u64 = 24 * 60 * 60;

/// What it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpstreamErrorKind {
    /// The request itself is at fault: another upstream would refuse it too, mostly.
    Request,
    /// Our credentials are; whoever asked can do nothing.
    Credentials,
    /// It has no such model.
    Model,
    /// Too many requests or tokens at present.
    RateLimited,
    /// It broke down or is overloaded.
    Server,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamError {
    /// What it means.
    pub kind: UpstreamErrorKind,
    /// The status; 200 where it came amid a stream.
    pub status: u16,
    /// What it says, cut, without control characters.
    pub message: String,
    /// Its own word for it, such as `context_length_exceeded`.
    pub code: Option<String>,
    /// The parameter that it names.
    pub param: Option<String>,
    /// After how many seconds it may be asked again.
    pub retry_after_s: Option<u64>,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    code: Option<Value>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    param: Option<String>,
}

impl UpstreamError {
    /// From a status other than 2xx, the `retry-after` header (seconds) and the body.
    #[must_use]
    pub fn read(status: u16, retry_after: Option<&str>, body: &[u8]) -> Self {
        let value: Option<Value> = serde_json::from_slice(body).ok();
        // Google's servers wrap it in a list.
        let value = value.map(|value| match value {
            Value::Array(items) => items.into_iter().next().unwrap_or_default(),
            other => other,
        });
        let error = value.as_ref().map(|value| value.get("error").unwrap_or(value));
        let mut told = match error {
            Some(Value::String(message)) => Self::plain(message),
            Some(error) => Self::said(&error.to_string()),
            None => Self::plain(""),
        };
        told.status = status;
        told.kind = kind(status, told.code.as_deref());
        told.retry_after_s = retry_after
            .and_then(|text| text.trim().parse::<f64>().ok())
            .filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
            .map(|seconds| (seconds.ceil() as u64).min(LONGEST_WAIT_S));
        if told.message.is_empty() {
            told.message = format!("status {status}");
        }
        told
    }

    /// From the error object of an event amid a stream.
    #[must_use]
    pub fn said(json: &str) -> Self {
        let Ok(said) = serde_json::from_str::<Said>(json) else {
            let text: Option<String> = serde_json::from_str(json).ok();
            return Self::plain(&text.unwrap_or_default());
        };
        let code = said.code.and_then(|code| match code {
            Value::String(code) => Some(code),
            Value::Number(code) => Some(code.to_string()),
            _ => None,
        });
        let code = code.or(said.kind).map(|code| cut(&code, 100));
        Self {
            code,
            param: said.param.map(|param| cut(&param, 200)),
            ..Self::plain(&said.message.unwrap_or_default())
        }
    }

    fn plain(message: &str) -> Self {
        Self {
            kind: UpstreamErrorKind::Server,
            status: 200,
            message: cut(message, MOST_WORDS),
            code: None,
            param: None,
            retry_after_s: None,
        }
    }
}

fn kind(status: u16, code: Option<&str>) -> UpstreamErrorKind {
    match (status, code) {
        // OpenAI says so when the account has no money left: a wait does not help, another upstream does.
        (429, Some("insufficient_quota" | "billing_hard_limit_reached")) => UpstreamErrorKind::Credentials,
        (429, _) => UpstreamErrorKind::RateLimited,
        (401 | 402 | 403 | 407, _) => UpstreamErrorKind::Credentials,
        (404, _) | (_, Some("model_not_found")) => UpstreamErrorKind::Model,
        (408, _) | (500.., _) => UpstreamErrorKind::Server,
        // A redirect is nothing that a model server answers with.
        (..=399, _) => UpstreamErrorKind::Server,
        _ => UpstreamErrorKind::Request,
    }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_and_its_words_are_read_in_every_providers_form() {
        use UpstreamErrorKind::{Credentials, Model, RateLimited, Request, Server};
        let check = |status, body: &str, kind, message: &str, code: Option<&str>| {
            let error = UpstreamError::read(status, None, body.as_bytes());
            assert_eq!(
                (error.kind, error.message.as_str(), error.code.as_deref(), error.status),
                (kind, message, code, status),
                "{body}"
            );
        };
        check(
            400,
            r#"{"error":{"message":"too long","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
            Request,
            "too long",
            Some("context_length_exceeded"),
        );
        check(
            401,
            r#"{"error":{"message":"bad key","code":null,"type":"auth"}}"#,
            Credentials,
            "bad key",
            Some("auth"),
        );
        check(
            404,
            r#"{"error":{"message":"no model","code":"model_not_found"}}"#,
            Model,
            "no model",
            Some("model_not_found"),
        );
        check(
            529,
            r#"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#,
            Server,
            "busy",
            Some("overloaded_error"),
        );
        check(429, r#"[{"error":{"code":429,"message":"slow"}}]"#, RateLimited, "slow", Some("429"));
        check(
            429,
            r#"{"error":{"message":"pay","code":"insufficient_quota"}}"#,
            Credentials,
            "pay",
            Some("insufficient_quota"),
        );
        check(500, "<html>", Server, "status 500", None);
        check(422, r#"{"error":"a\nb"}"#, Request, "a b", None);
        check(502, "", Server, "status 502", None);
    }

    #[test]
    fn a_wait_is_passed_on_in_whole_seconds() {
        let wait = |text| UpstreamError::read(429, Some(text), b"").retry_after_s;
        assert_eq!(wait("7"), Some(7));
        assert_eq!(wait(" 0.2 "), Some(1));
        assert_eq!(wait("1e30"), Some(LONGEST_WAIT_S));
        for none in ["", "-1", "NaN", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(wait(none), None, "{none}");
        }
    }
}
