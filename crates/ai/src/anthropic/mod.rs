//! Anthropic's form: messages and the events of their streams.

mod event;
mod request;

pub(crate) use event::{Event, EventJudge, Seen};
pub(crate) use request::read;

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::usage::Usage;

/// Tokens as this form tells them: what was read from its cache, and put there, counts beside the input.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Tokens {
    #[serde(default)]
    input_tokens: Option<u64>,
    #[serde(default)]
    cache_creation_input_tokens: Option<u64>,
    #[serde(default)]
    cache_read_input_tokens: Option<u64>,
    #[serde(default)]
    output_tokens: Option<u64>,
}

impl Tokens {
    /// Puts what another event tells in the place of what was told before: they are running totals.
    fn take(&mut self, other: Self) {
        self.input_tokens = other.input_tokens.or(self.input_tokens);
        self.cache_creation_input_tokens =
            other.cache_creation_input_tokens.or(self.cache_creation_input_tokens);
        self.cache_read_input_tokens = other.cache_read_input_tokens.or(self.cache_read_input_tokens);
        self.output_tokens = other.output_tokens.or(self.output_tokens);
    }
}

impl From<Tokens> for Usage {
    fn from(tokens: Tokens) -> Self {
        let cached = tokens.cache_read_input_tokens.unwrap_or(0);
        let beside = tokens.cache_creation_input_tokens.unwrap_or(0).saturating_add(cached);
        Self {
            input: tokens.input_tokens.unwrap_or(0).saturating_add(beside),
            cached,
            output: tokens.output_tokens.unwrap_or(0),
        }
    }
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    content: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    stop_reason: Option<Cow<'a, str>>,
    #[serde(default)]
    usage: Option<Tokens>,
}

/// Judges a whole answer; gives its tokens where it tells them, and at most how many bytes of text it has.
pub(crate) fn judge_whole(body: &[u8]) -> Result<(Option<Usage>, u64), String> {
    let message: Message<'_> =
        serde_json::from_slice(body).map_err(|error| format!("the answer is no message: {error}"))?;
    if message.kind != "message" {
        return Err("the answer is no message".to_owned());
    }
    if message.stop_reason.is_none() {
        return Err("the answer has no `stop_reason`".to_owned());
    }
    let bytes = message.content.iter().map(|block| block.get().len() as u64).sum();
    Ok((message.usage.map(Usage::from), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_one_only_when_it_says_why_it_ended() {
        let good = r#"{"type":"message","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn",
            "usage":{"input_tokens":5,"cache_read_input_tokens":20,"cache_creation_input_tokens":null,"output_tokens":2}}"#;
        let (usage, bytes) = judge_whole(good.as_bytes()).unwrap();
        assert_eq!((usage, bytes), (Some(Usage { input: 25, cached: 20, output: 2 }), 27));
        for bad in [
            "x",
            r#"{"type":"error","content":[]}"#,
            r#"{"type":"message","content":[{}],"stop_reason":null}"#,
            r#"{"type":"message","stop_reason":"end_turn"}"#,
        ] {
            assert!(judge_whole(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
