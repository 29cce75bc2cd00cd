//! Events of Anthropic's form as a whole message.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::fields::Fields;

#[derive(Debug, Default)]
pub(super) struct MessageParts {
    message: Fields,
    blocks: BTreeMap<u64, BlockParts>,
}

#[derive(Debug)]
struct BlockParts {
    block: Fields,
    /// The input of a tool, as it is written.
    json: String,
}

impl MessageParts {
    /// None where it is not understood.
    pub(super) fn event(&mut self, data: &str) -> Option<()> {
        let event: Fields = serde_json::from_str(data).ok()?;
        match event.get::<String>("type")?.as_str() {
            "message_start" => self.message = event.get("message")?,
            "content_block_start" => {
                let block = event.get("content_block")?;
                self.blocks.insert(event.get("index")?, BlockParts { block, json: String::new() });
            }
            "content_block_delta" => {
                let block = self.blocks.get_mut(&event.get("index")?)?;
                block.delta(&event.get("delta")?)?;
            }
            "message_delta" => {
                for (name, value) in event.get::<Fields>("delta")?.iter() {
                    self.message.set(name, value);
                }
                let mut usage: Fields = self.message.get("usage").unwrap_or_default();
                for (name, value) in event.get::<Fields>("usage").unwrap_or_default().iter() {
                    usage.set(name, value);
                }
                self.message.set("usage", &usage);
            }
            "content_block_stop" | "message_stop" | "ping" => {}
            _ => return None,
        }
        Some(())
    }

    pub(super) fn finish(mut self) -> Option<Vec<u8>> {
        let blocks: Vec<_> = self.blocks.into_values().map(BlockParts::finish).collect::<Option<_>>()?;
        self.message.set("content", &blocks);
        self.message.has("stop_reason").then(|| self.message.to_vec())
    }
}

impl BlockParts {
    fn delta(&mut self, delta: &Fields) -> Option<()> {
        match delta.get::<String>("type")?.as_str() {
            "text_delta" => self.more("text", &delta.get::<String>("text")?),
            "thinking_delta" => self.more("thinking", &delta.get::<String>("thinking")?),
            "signature_delta" => self.more("signature", &delta.get::<String>("signature")?),
            "input_json_delta" => self.json.push_str(&delta.get::<String>("partial_json")?),
            "citations_delta" => {
                let mut citations: Vec<Box<RawValue>> = self.block.get("citations").unwrap_or_default();
                citations.push(delta.raw("citation")?.to_owned());
                self.block.set("citations", &citations);
            }
            _ => return None,
        }
        Some(())
    }

    fn more(&mut self, name: &str, more: &str) {
        let text = self.block.get::<String>(name).unwrap_or_default();
        self.block.set(name, &(text + more));
    }

    fn finish(mut self) -> Option<Fields> {
        if !self.json.is_empty() {
            self.block.set("input", &serde_json::from_str::<Fields>(&self.json).ok()?);
        }
        Some(self.block)
    }
}
