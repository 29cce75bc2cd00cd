//! What is kept of an answer: a line of JSON that says what it is, and its very bytes.

use serde::{Deserialize, Serialize};

use crate::fields::Fields;
use crate::form::Form;
use crate::usage::Usage;

/// The form of what is kept. Another is as nothing.
const VERSION: u32 = 1;

/// What is known of a kept answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    version: u32,
    /// When it was kept, in Unix milliseconds.
    pub stored_ms: u64,
    /// For how long, in seconds.
    pub ttl_s: u64,
    /// The model that gave it.
    pub model: String,
    /// The server that it was asked of.
    pub upstream: String,
    /// Tokens that it read, those from its own cache among them.
    pub tokens_in: u64,
    /// Tokens that it wrote.
    pub tokens_out: u64,
    /// What it cost, in billionths of a US dollar.
    pub cost_nanos: u64,
}

impl Kept {
    /// Of an answer that was just given.
    #[must_use]
    pub fn new(
        stored_ms: u64,
        ttl_s: u64,
        model: String,
        upstream: String,
        usage: Usage,
        cost_nanos: u64,
    ) -> Self {
        let Usage { input: tokens_in, output: tokens_out, .. } = usage;
        Self { version: VERSION, stored_ms, ttl_s, model, upstream, tokens_in, tokens_out, cost_nanos }
    }

    /// How old it is, in whole seconds.
    #[must_use]
    pub fn age_s(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.stored_ms) / 1_000
    }

    /// Whether it may be given to whoever takes none older than `oldest_s`.
    #[must_use]
    pub fn is_fresh(&self, now_ms: u64, oldest_s: u64) -> bool {
        now_ms.saturating_sub(self.stored_ms) <= oldest_s.min(self.ttl_s).saturating_mul(1_000)
    }
}

/// A kept answer: whole, in the form of whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What is known of it.
    pub kept: Kept,
    /// Its bytes.
    pub body: Vec<u8>,
}

impl Entry {
    /// As bytes.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        // Texts and numbers: JSON can say them.
        let mut bytes = serde_json::to_vec(&self.kept).unwrap_or_default();
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// From bytes; none where they are of another form.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let kept: Kept = serde_json::from_slice(&bytes[..end]).ok()?;
        (kept.version == VERSION).then(|| Self { kept, body: bytes[end + 1..].to_vec() })
    }
}

/// Whether a whole answer may be given again: one that a filter or the model itself refused may come out otherwise.
#[must_use]
pub fn may_be_kept(form: Form, body: &[u8]) -> bool {
    let Ok(answer) = Fields::parse(body) else { return false };
    match form {
        Form::OpenAi => {
            let choices: Vec<Fields> = answer.get("choices").unwrap_or_default();
            let fine = |choice: &Fields| {
                let refused = choice.get::<Fields>("message").is_some_and(|message| message.has("refusal"));
                !refused
                    && choice.get::<String>("finish_reason").is_some_and(|reason| reason != "content_filter")
            };
            !choices.is_empty() && choices.iter().all(fine)
        }
        Form::Anthropic => {
            let reason = answer.get::<String>("stop_reason");
            reason.is_some_and(|reason| reason != "refusal" && reason != "pause_turn")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_what_is_none_is_nothing() {
        let usage = Usage { input: 7, cached: 0, output: 3 };
        let kept = Kept::new(10_000, 60, "m".into(), "u".into(), usage, 5);
        let entry = Entry { kept, body: b"{\"a\":\n1}".to_vec() };
        assert_eq!(Entry::read(&entry.to_vec()), Some(entry.clone()));
        for bad in [&b""[..], b"{}\nx", b"x\ny", br#"{"version":2}"#] {
            assert_eq!(Entry::read(bad), None);
        }
        assert_eq!(entry.kept.age_s(12_999), 2);
        assert!(entry.kept.is_fresh(70_000, 60) && !entry.kept.is_fresh(70_001, 99));
        assert!(!entry.kept.is_fresh(12_001, 2), "not for whoever wants a newer one");
    }

    #[test]
    fn a_refusal_is_not_kept() {
        let check =
            |form, body: &str, expect| assert_eq!(may_be_kept(form, body.as_bytes()), expect, "{body}");
        let openai = |message: &str, reason: &str| {
            format!(r#"{{"choices":[{{"message":{message},"finish_reason":"{reason}"}}]}}"#)
        };
        check(Form::OpenAi, &openai(r#"{"content":"x","refusal":null}"#, "stop"), true);
        check(Form::OpenAi, &openai(r#"{"content":"x"}"#, "length"), true);
        check(Form::OpenAi, &openai(r#"{"content":null,"refusal":"no"}"#, "stop"), false);
        check(Form::OpenAi, &openai(r#"{"content":"x"}"#, "content_filter"), false);
        check(Form::OpenAi, r#"{"choices":[]}"#, false);
        check(Form::OpenAi, "x", false);
        check(Form::Anthropic, r#"{"stop_reason":"end_turn"}"#, true);
        check(Form::Anthropic, r#"{"stop_reason":"refusal"}"#, false);
    }
}
