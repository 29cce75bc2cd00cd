//! Products that answer by HTTP: reading a refusal out of a status and a body. Pure.

use serde::Deserialize;
use serde_json::Value;

use super::failure::{Refusal, is_transient_status};

/// What is worth knowing of a response before its body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) retry_after_s: Option<u64>,
}

impl Head {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The refusal that `body` tells of: the platform's envelope with `errors`, or plain words.
    pub(super) fn refusal(&self, body: &str) -> Refusal {
        let (code, message) = serde_json::from_str::<Envelope>(body)
            .ok()
            .filter(|envelope| !envelope.errors.is_empty())
            .map_or_else(|| (None, plain(body)), |envelope| envelope.told());
        Refusal {
            code,
            status: Some(self.status),
            message,
            transient: is_transient_status(self.status),
            retry_after_s: self.retry_after_s,
        }
    }
}

/// The start of a body without structure: an error page is not worth more.
fn plain(body: &str) -> String {
    match body.trim() {
        "" => "no words".to_owned(),
        text => text.chars().take(500).collect(),
    }
}

#[derive(Deserialize)]
struct Envelope {
    errors: Vec<Complaint>,
}

/// `code` and `path` vary in type: validation gives names and lists where the rest gives numbers and texts.
#[derive(Deserialize)]
struct Complaint {
    #[serde(default)]
    code: Value,
    message: String,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    path: Value,
}

impl Envelope {
    fn told(&self) -> (Option<i64>, String) {
        let code = self.errors.iter().find_map(|complaint| complaint.code.as_i64());
        let words: Vec<String> = self.errors.iter().map(Complaint::told).collect();
        (code, words.join("; "))
    }
}

impl Complaint {
    fn told(&self) -> String {
        let path = match &self.path {
            Value::String(path) => path.clone(),
            Value::Array(parts) => {
                let parts: Vec<String> = parts
                    .iter()
                    .map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned))
                    .collect();
                parts.join(".")
            }
            _ => String::new(),
        };
        let place = if path.is_empty() { String::new() } else { format!("`{path}`: ") };
        let detail = self.detail.as_deref().filter(|detail| !detail.is_empty() && *detail != self.message);
        let detail = detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
        format!("{place}{}{detail}", self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_from_whatever_the_product_sends() {
        let cases = [
            (
                422,
                r#"{"success":false,"errors":[{"code":5005,"message":"DNS resolution failed","detail":"net::ERR"}]}"#,
                Some(5005),
                "DNS resolution failed (net::ERR)",
                false,
            ),
            (
                400,
                r#"{"success":false,"errors":[{"code":"custom","path":["viewport",0],"message":"bad"},{"message":"worse"}]}"#,
                None,
                "`viewport.0`: bad; worse",
                false,
            ),
            (429, "Too many requests", None, "Too many requests", true),
            (422, "Input was invalid: unknown column", None, "Input was invalid: unknown column", false),
            (503, "", None, "no words", true),
            (507, r#"{"errors":[]}"#, None, r#"{"errors":[]}"#, true),
        ];
        for (status, body, code, message, transient) in cases {
            let refusal = Head { status, retry_after_s: Some(3) }.refusal(body);
            assert_eq!((refusal.code, refusal.message.as_str()), (code, message));
            assert_eq!((refusal.transient, refusal.retry_after_s), (transient, Some(3)), "{status}");
        }
    }
}
