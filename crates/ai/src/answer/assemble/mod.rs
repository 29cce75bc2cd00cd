//! From the events that a client is sent to the whole answer that they come to.

mod completion;
mod message;

use crate::form::Form;
use crate::sse::Splitter;
use crate::usage::Usage;
use completion::CompletionParts;
use message::MessageParts;

/// A larger answer is not put together, in bytes of its stream.
const LARGEST: usize = 32 * 1024 * 1024;

/// Puts an answer together while it passes by. What it does not understand makes it none: an answer that lacks something
/// is worse than no copy of it.
#[derive(Debug)]
pub struct Assembler {
    splitter: Splitter,
    parts: Parts,
    seen: usize,
    given_up: bool,
}

#[derive(Debug)]
enum Parts {
    OpenAi(CompletionParts),
    Anthropic(MessageParts),
}

impl Assembler {
    /// Of a stream in this form.
    #[must_use]
    pub fn new(form: Form) -> Self {
        let parts = match form {
            Form::OpenAi => Parts::OpenAi(CompletionParts::default()),
            Form::Anthropic => Parts::Anthropic(MessageParts::default()),
        };
        Self { splitter: Splitter::default(), parts, seen: 0, given_up: false }
    }

    /// Sees the next bytes that the client is sent.
    pub fn see(&mut self, bytes: &[u8]) {
        self.seen += bytes.len();
        if self.given_up || self.seen > LARGEST {
            self.given_up = true;
            return;
        }
        let mut events = Vec::new();
        let split = self.splitter.feed(bytes, &mut events);
        let understood =
            events.iter().filter_map(|event| event.data.as_deref()).all(|data| match &mut self.parts {
                Parts::OpenAi(parts) => parts.chunk(data).is_some(),
                Parts::Anthropic(parts) => parts.event(data).is_some(),
            });
        self.given_up = split.is_err() || !understood;
    }

    /// The whole answer, once the stream was judged whole; `usage` is what the server told. None where the stream had
    /// something that a whole answer has no known place for.
    #[must_use]
    pub fn finish(self, usage: Option<Usage>) -> Option<Vec<u8>> {
        if self.given_up {
            return None;
        }
        match self.parts {
            Parts::OpenAi(parts) => parts.finish(usage),
            Parts::Anthropic(parts) => parts.finish(),
        }
    }
}

#[cfg(test)]
mod tests;
