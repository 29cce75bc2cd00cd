//! From an upstream's stream to the client's, and the truth about its end.
//!
//! Where both speak one form, each event is handed on with its very bytes, once it is whole and was found to be one. A
//! stream that was cut, stalled or damaged ends with an error event in the client's form, and without the form's own end:
//! no client takes half an answer for a whole one.

use serde_json::json;

use crate::anthropic::{self, EventJudge};
use crate::form::Form;
use crate::openai::{self, ChunkJudge};
use crate::sse::{Event, Splitter};
use crate::translate::{ChunkWriter, EventWriter};
use crate::upstream_error::UpstreamError;
use crate::usage::Usage;

/// How a stream ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// As its form says that an answer ends.
    Finished,
    /// The upstream closed or lost the connection before the end.
    Cut,
    /// The upstream sent nothing more for so many milliseconds.
    Stalled {
        /// How many.
        after_ms: u64,
    },
    /// The upstream sent what is not of its form.
    Malformed(String),
    /// The upstream said that it failed.
    Failed(UpstreamError),
}

/// What a relay needs to know.
#[derive(Debug, Clone, Copy)]
pub struct RelayPlan {
    /// The upstream's form.
    pub upstream: Form,
    /// The client's.
    pub client: Form,
    /// Whether the client wants the tokens told.
    pub wants_usage: bool,
    /// When the call was made, in Unix seconds: OpenAI's chunks carry it.
    pub created_s: u64,
}

/// See the module.
#[derive(Debug)]
pub struct Relay {
    splitter: Splitter,
    judge: Judge,
    client: Form,
    wants_usage: bool,
    begun: bool,
    ending: Option<Ending>,
}

#[derive(Debug)]
enum Judge {
    OpenAi { judge: ChunkJudge, writer: Option<EventWriter> },
    Anthropic { judge: EventJudge, writer: Option<ChunkWriter> },
}

impl Relay {
    /// A relay that nothing came to yet.
    #[must_use]
    pub fn new(plan: RelayPlan) -> Self {
        let RelayPlan { upstream, client, wants_usage, created_s } = plan;
        let judge = match upstream {
            Form::OpenAi => Judge::OpenAi {
                judge: ChunkJudge::default(),
                writer: (client == Form::Anthropic).then(EventWriter::default),
            },
            Form::Anthropic => Judge::Anthropic {
                judge: EventJudge::default(),
                writer: (client == Form::OpenAi).then(|| ChunkWriter::new(created_s, wants_usage)),
            },
        };
        Self { splitter: Splitter::default(), judge, client, wants_usage, begun: false, ending: None }
    }

    /// Takes the upstream's next bytes and adds to `out` what the client is sent. After the end nothing is.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.ending.is_some() {
            return;
        }
        let mut events = Vec::new();
        let split = self.splitter.feed(bytes, &mut events);
        for event in events {
            self.event(event, out);
            if self.ending.is_some() {
                return;
            }
        }
        if let Err(error) = split {
            self.end(Ending::Malformed(error.to_string()), out);
        }
    }

    /// The upstream's stream is over, in whatever way.
    pub fn cut(&mut self, out: &mut Vec<u8>) {
        self.end(Ending::Cut, out);
    }

    /// The upstream sent nothing more for so long.
    pub fn stalled(&mut self, after_ms: u64, out: &mut Vec<u8>) {
        self.end(Ending::Stalled { after_ms }, out);
    }

    /// How it ended, once it has.
    #[must_use]
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// Whether part of an answer came.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// The tokens, where the upstream told them.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        match &self.judge {
            Judge::OpenAi { judge, .. } => judge.usage,
            Judge::Anthropic { judge, .. } => judge.usage(),
        }
    }

    /// How many bytes of text the model wrote so far: at most one token a byte.
    #[must_use]
    pub fn written_bytes(&self) -> u64 {
        match &self.judge {
            Judge::OpenAi { judge, .. } => judge.written_bytes,
            Judge::Anthropic { judge, .. } => judge.written_bytes,
        }
    }

    fn event(&mut self, event: Event, out: &mut Vec<u8>) {
        let Some(data) = &event.data else {
            // Comments and bare fields: signs of life, which the client's connection needs as well.
            if event.name.is_none() && !event.raw.is_empty() {
                out.extend_from_slice(&event.raw);
            }
            return;
        };
        let ending = match &mut self.judge {
            Judge::OpenAi { judge, writer } => match judge.see(data) {
                openai::Seen::Chunk(chunk) => {
                    self.begun = true;
                    match writer {
                        Some(writer) => writer.chunk(&chunk, out),
                        None => out.extend_from_slice(&event.raw),
                    }
                    None
                }
                openai::Seen::Tokens => {
                    if writer.is_none() && self.wants_usage {
                        out.extend_from_slice(&event.raw);
                    }
                    None
                }
                openai::Seen::Done => {
                    match writer {
                        Some(writer) => writer.done(judge.usage, out),
                        None => out.extend_from_slice(&event.raw),
                    }
                    Some(Ending::Finished)
                }
                openai::Seen::Failed(error) => Some(Ending::Failed(error)),
                openai::Seen::Malformed(detail) => Some(Ending::Malformed(detail)),
            },
            Judge::Anthropic { judge, writer } => match judge.see(data) {
                anthropic::Seen::Event(seen) => {
                    self.begun = true;
                    match writer {
                        Some(writer) => writer.event(&seen, out),
                        None => out.extend_from_slice(&event.raw),
                    }
                    None
                }
                anthropic::Seen::Ping => {
                    match writer {
                        Some(_) => out.extend_from_slice(b": ping\n\n"),
                        None => out.extend_from_slice(&event.raw),
                    }
                    None
                }
                anthropic::Seen::Done => {
                    match writer {
                        Some(writer) => writer.done(judge.usage(), out),
                        None => out.extend_from_slice(&event.raw),
                    }
                    Some(Ending::Finished)
                }
                anthropic::Seen::Failed(error) => Some(Ending::Failed(error)),
                anthropic::Seen::Malformed(detail) => Some(Ending::Malformed(detail)),
            },
        };
        if let Some(ending) = ending {
            self.end(ending, out);
        }
    }

    fn end(&mut self, ending: Ending, out: &mut Vec<u8>) {
        if self.ending.is_some() {
            return;
        }
        if ending != Ending::Finished {
            out.extend_from_slice(&error_event(self.client, &ending));
        }
        self.ending = Some(ending);
    }
}

impl Ending {
    /// The stable word for it, as the error event has it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Finished => "ai.finished",
            Self::Cut => "ai.stream_cut",
            Self::Stalled { .. } => "ai.stream_stalled",
            Self::Malformed(_) => "ai.stream_malformed",
            Self::Failed(_) => "ai.upstream_failed",
        }
    }

    /// In a sentence, for the client.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Finished => "the answer is whole".to_owned(),
            Self::Cut => "the model's server broke off; the answer is not whole".to_owned(),
            Self::Stalled { after_ms } => {
                format!("the model's server sent nothing for {after_ms} ms; the answer is not whole")
            }
            Self::Malformed(detail) => format!("{detail}; the answer is not whole"),
            Self::Failed(error) => {
                format!("the model's server failed: {}; the answer is not whole", error.message)
            }
        }
    }
}

/// The event by which a client learns that its answer is not whole.
fn error_event(client: Form, ending: &Ending) -> Vec<u8> {
    let (code, message) = (ending.code(), ending.detail());
    match client {
        Form::OpenAi => {
            let error =
                json!({"error": {"message": message, "type": "server_error", "param": null, "code": code}});
            format!("data: {error}\n\n").into_bytes()
        }
        Form::Anthropic => {
            let overloaded =
                matches!(ending, Ending::Failed(error) if error.code.as_deref() == Some("overloaded_error"));
            let kind = if overloaded { "overloaded_error" } else { "api_error" };
            let error = json!({"type": "error", "error": {"type": kind, "message": message, "code": code}});
            format!("event: error\ndata: {error}\n\n").into_bytes()
        }
    }
}

#[cfg(test)]
mod tests;
