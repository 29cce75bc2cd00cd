//! A chunk of a streamed completion in OpenAI's form, and what the chunks together come to.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Tokens;
use crate::fields::Fields;
use crate::upstream_error::UpstreamError;
use crate::usage::Usage;

/// What ends a stream of this form.
pub(crate) const DONE: &str = "[DONE]";

#[derive(Debug, Deserialize)]
pub(crate) struct Chunk<'a> {
    #[serde(borrow, default)]
    pub(crate) id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) model: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) choices: Option<Vec<Choice<'a>>>,
    #[serde(default)]
    pub(crate) usage: Option<Tokens>,
    #[serde(borrow, default)]
    pub(crate) error: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Choice<'a> {
    #[serde(default)]
    pub(crate) index: u64,
    #[serde(borrow, default)]
    pub(crate) delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    pub(crate) finish_reason: Option<Cow<'a, str>>,
}

/// What of a message is text that a model wrote.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Delta<'a> {
    #[serde(borrow, default)]
    pub(crate) content: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) refusal: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) reasoning_content: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) reasoning: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) tool_calls: Option<Vec<ToolCall<'a>>>,
    #[serde(borrow, default)]
    pub(crate) function_call: Option<Function<'a>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ToolCall<'a> {
    #[serde(default)]
    pub(crate) index: u64,
    #[serde(borrow, default)]
    pub(crate) id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) function: Option<Function<'a>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Function<'a> {
    #[serde(borrow, default)]
    pub(crate) name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) arguments: Option<Cow<'a, str>>,
}

/// How many bytes of text a model wrote in a delta, or in a whole message.
pub(crate) fn written(delta: &Delta<'_>) -> u64 {
    let text = |text: &Option<Cow<'_, str>>| text.as_deref().map_or(0, str::len);
    let function = |function: &Function<'_>| text(&function.name) + text(&function.arguments);
    let calls = delta.tool_calls.iter().flatten();
    let bytes = text(&delta.content)
        + text(&delta.refusal)
        + text(&delta.reasoning_content)
        + delta.reasoning.map_or(0, |raw| raw.get().len())
        + calls.filter_map(|call| call.function.as_ref()).map(function).sum::<usize>()
        + delta.function_call.as_ref().map_or(0, function);
    bytes as u64
}

/// What an event of the stream is.
#[derive(Debug)]
pub(crate) enum Seen<'a> {
    /// A chunk of the answer.
    Chunk(Chunk<'a>),
    /// A chunk that tells the tokens and nothing else.
    Tokens,
    /// The end, where it may be.
    Done,
    /// The upstream says that it failed.
    Failed(UpstreamError),
    /// Not of this form.
    Malformed(String),
}

/// Adds the chunks of a stream up.
#[derive(Debug, Default)]
pub(crate) struct ChunkJudge {
    finished: BTreeMap<u64, bool>,
    pub(crate) usage: Option<Usage>,
    pub(crate) written_bytes: u64,
}

impl ChunkJudge {
    /// Takes the data of an event.
    pub(crate) fn see<'a>(&mut self, data: &'a str) -> Seen<'a> {
        if data.trim() == DONE {
            let whole = !self.finished.is_empty() && self.finished.values().all(|finished| *finished);
            return if whole {
                Seen::Done
            } else {
                Seen::Malformed("the stream says that it is done before its answer is".to_owned())
            };
        }
        let chunk: Chunk<'a> = match serde_json::from_str(data) {
            Ok(chunk) => chunk,
            Err(error) => return Seen::Malformed(format!("an event of the stream is no chunk: {error}")),
        };
        if let Some(error) = chunk.error.filter(|error| error.get() != "null") {
            return Seen::Failed(UpstreamError::said(error.get()));
        }
        let Some(choices) = &chunk.choices else {
            // Some servers lead with an event of their own, such as a filter's findings about the prompt.
            return match serde_json::from_str::<Fields>(data) {
                Ok(fields) if fields.has("usage") || fields.has("object") || fields.has("id") => {
                    Seen::Chunk(chunk)
                }
                _ => Seen::Malformed("an event of the stream has no choices".to_owned()),
            };
        };
        for choice in choices {
            let finished = self.finished.entry(choice.index).or_default();
            *finished |= choice.finish_reason.is_some();
            self.written_bytes += choice.delta.as_ref().map_or(0, written);
        }
        let only_tokens = choices.is_empty() && chunk.usage.is_some();
        if let Some(tokens) = chunk.usage {
            self.usage = Some(tokens.into());
        }
        if only_tokens { Seen::Tokens } else { Seen::Chunk(chunk) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_done_only_when_each_choice_is() {
        let mut judge = ChunkJudge::default();
        assert!(matches!(judge.see("[DONE]"), Seen::Malformed(_)), "nothing came");
        let chunk = |index, reason: &str| {
            format!(
                r#"{{"choices":[{{"index":{index},"delta":{{"content":"ab"}},"finish_reason":{reason}}}]}}"#
            )
        };
        for (data, done) in [
            (chunk(0, "null"), false),
            (chunk(1, "null"), false),
            (chunk(0, "\"stop\""), false),
            (chunk(1, "\"length\""), true),
        ] {
            assert!(matches!(judge.see(&data), Seen::Chunk(_)));
            assert_eq!(matches!(judge.see("[DONE]"), Seen::Done), done, "{data}");
        }
        assert!(matches!(
            judge.see(r#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#),
            Seen::Tokens
        ));
        assert_eq!(judge.usage, Some(Usage { input: 1, cached: 0, output: 2 }));
        assert_eq!(judge.written_bytes, 8);
    }

    #[test]
    fn all_that_a_model_wrote_is_counted() {
        let data = r#"{"choices":[{"index":0,"delta":{"content":"é","refusal":"no","reasoning_content":"hm",
            "tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]}}]}"#;
        let mut judge = ChunkJudge::default();
        assert!(matches!(judge.see(data), Seen::Chunk(_)));
        assert_eq!(judge.written_bytes, 2 + 2 + 2 + 1 + 2);
    }

    #[test]
    fn what_is_no_chunk_is_told() {
        for bad in ["", "{\"choices\":", "[]", "{\"a\":1}", "{\"choices\":[{\"index\":\"x\"}]}"] {
            assert!(matches!(ChunkJudge::default().see(bad), Seen::Malformed(_)), "{bad}");
        }
        let failed = ChunkJudge::default();
        let mut failed = failed;
        assert!(matches!(failed.see(r#"{"error":{"message":"boom"}}"#), Seen::Failed(_)));
    }
}
