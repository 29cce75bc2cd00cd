//! Events of Anthropic's form as chunks of OpenAI's.

use super::answers::completion_usage;
use super::{finish_reason, object};
use crate::anthropic::Event;
use crate::fields::Fields;
use crate::openai::DONE;
use crate::usage::Usage;

/// Writes a completion's chunks while its message's events come.
#[derive(Debug)]
pub(crate) struct ChunkWriter {
    created_s: u64,
    wants_usage: bool,
    id: String,
    model: String,
    calls: Option<u64>,
}

impl ChunkWriter {
    pub(crate) fn new(created_s: u64, wants_usage: bool) -> Self {
        Self { created_s, wants_usage, id: String::new(), model: String::new(), calls: None }
    }

    pub(crate) fn event(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        match &*event.kind {
            "message_start" => {
                if let Some(start) = &event.message {
                    self.id = start.id.as_deref().unwrap_or_default().to_owned();
                    self.model = start.model.as_deref().unwrap_or_default().to_owned();
                }
                self.delta(object! {"role": "assistant", "content": ""}, None, out);
            }
            "content_block_start" => {
                let Some(block) = event.content_block.as_ref().filter(|block| block.kind == "tool_use")
                else {
                    return;
                };
                let index = self.calls.map_or(0, |last| last + 1);
                self.calls = Some(index);
                let function = object! {"name": block.name.as_deref().unwrap_or_default(), "arguments": ""};
                let id = block.id.as_deref().unwrap_or_default();
                let call = object! {"index": index, "id": id, "type": "function", "function": function};
                self.delta(object! {"tool_calls": [call]}, None, out);
            }
            "content_block_delta" => {
                let Some(delta) = &event.delta else { return };
                if let Some(text) = delta.text.as_deref() {
                    self.delta(object! {"content": text}, None, out);
                } else if let Some(more) = delta.partial_json.as_deref() {
                    let function = object! {"arguments": more};
                    let call = object! {"index": self.calls.unwrap_or(0), "function": function};
                    self.delta(object! {"tool_calls": [call]}, None, out);
                } else if let Some(thought) = delta.thinking.as_deref() {
                    self.delta(object! {"reasoning_content": thought}, None, out);
                }
            }
            "message_delta" => {
                let reason = event.delta.as_ref().and_then(|delta| delta.stop_reason.as_deref());
                if let Some(reason) = reason {
                    self.delta(Fields::default(), Some(finish_reason(reason)), out);
                }
            }
            _ => {}
        }
    }

    /// The end of a whole answer.
    pub(crate) fn done(&mut self, tokens: Option<Usage>, out: &mut Vec<u8>) {
        if let Some(tokens) = tokens.filter(|_| self.wants_usage) {
            let mut chunk = self.head();
            chunk.set("choices", &Vec::<()>::new());
            chunk.set("usage", &completion_usage(tokens));
            write(&chunk.to_vec(), out);
        }
        write(DONE.as_bytes(), out);
    }

    fn head(&self) -> Fields {
        object! {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created_s,
            "model": self.model,
        }
    }

    fn delta(&self, delta: Fields, finish_reason: Option<&str>, out: &mut Vec<u8>) {
        let choice = object! {"index": 0, "delta": delta, "logprobs": (), "finish_reason": finish_reason};
        let mut chunk = self.head();
        chunk.set("choices", &[choice]);
        write(&chunk.to_vec(), out);
    }
}

fn write(data: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"data: ");
    out.extend_from_slice(data);
    out.extend_from_slice(b"\n\n");
}
