//! An event of a stream in Anthropic's form, and what the events together come to.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Tokens;
use crate::upstream_error::UpstreamError;
use crate::usage::Usage;

/// What an event says. Members that are not decided or translated by are left out.
#[derive(Debug, Deserialize)]
pub(crate) struct Event<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) message: Option<Start<'a>>,
    #[serde(borrow, default)]
    pub(crate) content_block: Option<Block<'a>>,
    #[serde(borrow, default)]
    pub(crate) delta: Option<Delta<'a>>,
    #[serde(default)]
    usage: Option<Tokens>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

/// The message that a stream begins.
#[derive(Debug, Deserialize)]
pub(crate) struct Start<'a> {
    #[serde(borrow, default)]
    pub(crate) id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) model: Option<Cow<'a, str>>,
    #[serde(default)]
    usage: Option<Tokens>,
}

/// A block of content as it begins.
#[derive(Debug, Deserialize)]
pub(crate) struct Block<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) name: Option<Cow<'a, str>>,
}

/// More of a block, or of the message.
#[derive(Debug, Deserialize)]
pub(crate) struct Delta<'a> {
    #[serde(borrow, default)]
    pub(crate) text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) partial_json: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) thinking: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) stop_reason: Option<Cow<'a, str>>,
}

/// What an event of the stream is.
#[derive(Debug)]
pub(crate) enum Seen<'a> {
    /// Part of the answer.
    Event(Box<Event<'a>>),
    /// A sign of life.
    Ping,
    /// The end, where it may be.
    Done,
    /// The upstream says that it failed.
    Failed(UpstreamError),
    /// Not of this form.
    Malformed(String),
}

/// Adds the events of a stream up.
#[derive(Debug, Default)]
pub(crate) struct EventJudge {
    begun: bool,
    stopped: bool,
    told: bool,
    tokens: Tokens,
    pub(crate) written_bytes: u64,
}

impl EventJudge {
    /// The tokens, where the stream told them all.
    pub(crate) fn usage(&self) -> Option<Usage> {
        self.told.then(|| self.tokens.into())
    }

    /// Takes the data of an event.
    pub(crate) fn see<'a>(&mut self, data: &'a str) -> Seen<'a> {
        let event: Event<'a> = match serde_json::from_str(data) {
            Ok(event) => event,
            Err(error) => return Seen::Malformed(format!("an event of the stream is none: {error}")),
        };
        match &*event.kind {
            "error" => return Seen::Failed(UpstreamError::said(event.error.map_or("{}", RawValue::get))),
            "ping" => return Seen::Ping,
            "message_start" => self.begun = true,
            _ if !self.begun => {
                return Seen::Malformed("the stream does not begin with a message".to_owned());
            }
            "message_stop" if self.stopped => return Seen::Done,
            "message_stop" => {
                return Seen::Malformed("the stream says that it is done before its answer is".to_owned());
            }
            "message_delta" => {
                self.stopped |= event.delta.as_ref().is_some_and(|delta| delta.stop_reason.is_some());
                self.told |= event.usage.is_some_and(|usage| usage.output_tokens.is_some());
            }
            _ => {}
        }
        let usages = [event.message.as_ref().and_then(|message| message.usage), event.usage];
        usages.into_iter().flatten().for_each(|usage| self.tokens.take(usage));
        if let Some(delta) = &event.delta {
            let texts = [&delta.text, &delta.partial_json, &delta.thinking];
            self.written_bytes +=
                texts.iter().map(|text| text.as_deref().map_or(0, str::len) as u64).sum::<u64>();
        }
        let name = event.content_block.as_ref().and_then(|block| block.name.as_deref());
        self.written_bytes += name.map_or(0, str::len) as u64;
        Seen::Event(Box::new(event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_done_only_when_its_message_says_why_it_ended() {
        let mut judge = EventJudge::default();
        let events = [
            r#"{"type":"message_start","message":{"id":"m","usage":{"input_tokens":9,"cache_read_input_tokens":1,"output_tokens":1}}}"#,
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hé"}}"#,
        ];
        for data in events {
            assert!(matches!(judge.see(data), Seen::Event(_)), "{data}");
        }
        assert!(matches!(judge.see(r#"{"type":"ping"}"#), Seen::Ping));
        assert!(matches!(judge.see(r#"{"type":"message_stop"}"#), Seen::Malformed(_)));
        assert_eq!(judge.usage(), None);
        let delta =
            r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4}}"#;
        assert!(matches!(judge.see(delta), Seen::Event(_)));
        assert!(matches!(judge.see(r#"{"type":"message_stop"}"#), Seen::Done));
        assert_eq!(judge.usage(), Some(Usage { input: 10, cached: 1, output: 4 }));
        assert_eq!(judge.written_bytes, 3);
    }

    #[test]
    fn what_is_no_event_is_told() {
        for bad in ["", "[DONE]", "{}", r#"{"type":"content_block_delta","delta":{"text":"x"}}"#] {
            assert!(matches!(EventJudge::default().see(bad), Seen::Malformed(_)), "{bad}");
        }
        let overloaded = r#"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#;
        let Seen::Failed(error) = EventJudge::default().see(overloaded) else { panic!("it failed") };
        assert_eq!((error.message.as_str(), error.code.as_deref()), ("busy", Some("overloaded_error")));
    }
}
