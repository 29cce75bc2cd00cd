//! Chunks of OpenAI's form as events of Anthropic's.

use super::answers::counted;
use super::{object, stop_reason};
use crate::fields::Fields;
use crate::openai::Chunk;
use crate::usage::Usage;

/// Writes a message's events while its chunks come.
#[derive(Debug, Default)]
pub(crate) struct EventWriter {
    begun: bool,
    blocks: u64,
    open: Option<Open>,
    stop_reason: Option<&'static str>,
}

/// The block that is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Text,
    Call(u64),
}

impl EventWriter {
    pub(crate) fn chunk(&mut self, chunk: &Chunk<'_>, out: &mut Vec<u8>) {
        if !self.begun {
            self.begun = true;
            let message = object! {
                "id": chunk.id.as_deref().unwrap_or_default(),
                "type": "message",
                "role": "assistant",
                "model": chunk.model.as_deref().unwrap_or_default(),
                "content": Vec::<()>::new(),
                "stop_reason": (),
                "stop_sequence": (),
                // Known at the end, and told there.
                "usage": counted(Usage::default()),
            };
            write("message_start", object! {"type": "message_start", "message": message}, out);
        }
        // Anthropic's form asks for one answer only.
        for choice in chunk.choices.iter().flatten().filter(|choice| choice.index == 0) {
            if let Some(delta) = &choice.delta {
                let texts = [&delta.content, &delta.refusal];
                for text in
                    texts.into_iter().filter_map(|text| text.as_deref()).filter(|text| !text.is_empty())
                {
                    if self.open != Some(Open::Text) {
                        self.begin(Open::Text, object! {"type": "text", "text": ""}, out);
                    }
                    self.delta(object! {"type": "text_delta", "text": text}, out);
                }
                for call in delta.tool_calls.iter().flatten() {
                    let function = call.function.as_ref();
                    if self.open != Some(Open::Call(call.index)) {
                        let name = function.and_then(|function| function.name.as_deref()).unwrap_or_default();
                        let id = call.id.as_deref().unwrap_or_default();
                        let input = Fields::default();
                        let block = object! {"type": "tool_use", "id": id, "name": name, "input": input};
                        self.begin(Open::Call(call.index), block, out);
                    }
                    let more =
                        function.and_then(|function| function.arguments.as_deref()).unwrap_or_default();
                    if !more.is_empty() {
                        self.delta(object! {"type": "input_json_delta", "partial_json": more}, out);
                    }
                }
            }
            if let Some(reason) = choice.finish_reason.as_deref() {
                self.stop_reason = Some(stop_reason(reason));
            }
        }
    }

    /// The end of a whole answer.
    pub(crate) fn done(&mut self, usage: Option<Usage>, out: &mut Vec<u8>) {
        self.close(out);
        let delta = object! {"stop_reason": self.stop_reason, "stop_sequence": ()};
        let usage = counted(usage.unwrap_or_default());
        write("message_delta", object! {"type": "message_delta", "delta": delta, "usage": usage}, out);
        write("message_stop", object! {"type": "message_stop"}, out);
    }

    fn begin(&mut self, open: Open, block: Fields, out: &mut Vec<u8>) {
        self.close(out);
        self.open = Some(open);
        let event = object! {"type": "content_block_start", "index": self.blocks, "content_block": block};
        write("content_block_start", event, out);
    }

    fn delta(&self, delta: Fields, out: &mut Vec<u8>) {
        let event = object! {"type": "content_block_delta", "index": self.blocks, "delta": delta};
        write("content_block_delta", event, out);
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        if self.open.take().is_some() {
            write("content_block_stop", object! {"type": "content_block_stop", "index": self.blocks}, out);
            self.blocks += 1;
        }
    }
}

fn write(name: &str, event: Fields, out: &mut Vec<u8>) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\ndata: ");
    out.extend_from_slice(&event.to_vec());
    out.extend_from_slice(b"\n\n");
}
