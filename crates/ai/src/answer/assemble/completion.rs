//! Chunks of OpenAI's form as a whole completion.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::openai::DONE;
use crate::translate::completion_usage;
use crate::usage::Usage;

/// Members of a chunk that a whole completion has as well.
const OF_ALL: [&str; 6] = ["id", "created", "model", "system_fingerprint", "service_tier", "provider"];
/// Texts of a delta, which are put one behind the other.
const TEXTS: [&str; 4] = ["content", "refusal", "reasoning_content", "reasoning"];

#[derive(Debug, Default)]
pub(super) struct CompletionParts {
    head: Vec<(&'static str, Box<RawValue>)>,
    choices: BTreeMap<u64, ChoiceParts>,
}

#[derive(Debug, Default)]
struct ChoiceParts {
    texts: Vec<(&'static str, Option<String>)>,
    calls: BTreeMap<u64, CallParts>,
    function: Option<(String, String)>,
    logprobs: Option<Map<String, Value>>,
    finish_reason: Option<String>,
}

#[derive(Debug, Default)]
struct CallParts {
    id: String,
    kind: Option<String>,
    name: String,
    arguments: String,
}

#[derive(Deserialize)]
struct CallDelta {
    #[serde(default)]
    index: u64,
    #[serde(default)]
    id: Option<String>,
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    function: Option<FunctionDelta>,
}

#[derive(Deserialize)]
struct FunctionDelta {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<String>,
}

impl CompletionParts {
    /// None where it is not understood.
    pub(super) fn chunk(&mut self, data: &str) -> Option<()> {
        if data.trim() == DONE {
            return Some(());
        }
        let chunk: Fields = serde_json::from_str(data).ok()?;
        for name in OF_ALL {
            let known = self.head.iter().any(|(known, _)| *known == name);
            if let Some(value) = chunk.raw(name).filter(|value| !known && value.get() != "null") {
                self.head.push((name, value.to_owned()));
            }
        }
        for choice in chunk.get::<Vec<Fields>>("choices").unwrap_or_default() {
            let index = choice.get("index").unwrap_or(0);
            self.choices.entry(index).or_default().see(&choice)?;
        }
        Some(())
    }

    pub(super) fn finish(self, usage: Option<Usage>) -> Option<Vec<u8>> {
        let mut whole = Fields::default();
        for (name, value) in &self.head {
            whole.set(name, value);
            if *name == "id" {
                whole.set("object", "chat.completion");
            }
        }
        whole.set("object", "chat.completion");
        let choices = self.choices.into_iter().map(|(index, parts)| parts.finish(index));
        let choices: Vec<_> = choices.collect::<Option<_>>()?;
        if choices.is_empty() {
            return None;
        }
        whole.set("choices", &choices);
        if let Some(usage) = usage {
            whole.set("usage", &completion_usage(usage));
        }
        Some(whole.to_vec())
    }
}

impl ChoiceParts {
    fn see(&mut self, choice: &Fields) -> Option<()> {
        for (name, value) in choice.iter().filter(|(_, value)| value.get() != "null") {
            match name {
                "index" => {}
                "delta" => self.delta(&serde_json::from_str(value.get()).ok()?)?,
                "finish_reason" => self.finish_reason = Some(serde_json::from_str(value.get()).ok()?),
                "logprobs" => self.logprobs(serde_json::from_str(value.get()).ok()?)?,
                // What filters found of a piece says nothing of the whole.
                "content_filter_results" | "content_filter_offsets" | "native_finish_reason" => {}
                _ => return None,
            }
        }
        Some(())
    }

    fn delta(&mut self, delta: &Fields) -> Option<()> {
        for (name, value) in delta.iter() {
            let null = value.get() == "null";
            match TEXTS.iter().find(|text| **text == name) {
                Some(name) => {
                    let more: Option<String> = serde_json::from_str(value.get()).ok()?;
                    match self.texts.iter_mut().find(|(known, _)| known == name) {
                        Some((_, Some(text))) => text.push_str(&more.unwrap_or_default()),
                        Some((_, text)) => *text = more,
                        None => self.texts.push((name, more)),
                    }
                }
                None if name == "role" || null => {}
                None if name == "tool_calls" => {
                    for call in serde_json::from_str::<Vec<CallDelta>>(value.get()).ok()? {
                        self.call(call);
                    }
                }
                None if name == "function_call" => {
                    let more: FunctionDelta = serde_json::from_str(value.get()).ok()?;
                    let (name, arguments) = self.function.get_or_insert_default();
                    name.push_str(&more.name.unwrap_or_default());
                    arguments.push_str(&more.arguments.unwrap_or_default());
                }
                None => return None,
            }
        }
        Some(())
    }

    fn call(&mut self, delta: CallDelta) {
        let call = self.calls.entry(delta.index).or_default();
        if call.id.is_empty() {
            call.id = delta.id.unwrap_or_default();
        }
        call.kind = call.kind.take().or(delta.kind);
        if let Some(function) = delta.function {
            call.name.push_str(&function.name.unwrap_or_default());
            call.arguments.push_str(&function.arguments.unwrap_or_default());
        }
    }

    fn logprobs(&mut self, more: Map<String, Value>) -> Option<()> {
        let known = self.logprobs.get_or_insert_default();
        for (name, value) in more {
            match (known.get_mut(&name), value) {
                (Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
                (Some(_), Value::Null) => {}
                (None | Some(Value::Null), value) => {
                    known.insert(name, value);
                }
                _ => return None,
            }
        }
        Some(())
    }

    fn finish(self, index: u64) -> Option<Fields> {
        let mut message = Fields::default();
        message.set("role", "assistant");
        let content =
            self.texts.iter().find(|(name, _)| *name == "content").and_then(|(_, text)| text.as_deref());
        // Calls begin with an empty text in some servers' streams, and have none in their whole answers.
        let content = content.filter(|text| !text.is_empty() || self.calls.is_empty());
        message.set("content", &content);
        message.set("refusal", &None::<String>);
        for (name, text) in self.texts.iter().filter(|(name, text)| *name != "content" && text.is_some()) {
            message.set(name, text);
        }
        if !self.calls.is_empty() {
            let call = |call: CallParts| {
                let CallParts { id, kind, name, arguments } = call;
                let mut function = Fields::default();
                function.set("name", &name);
                function.set("arguments", &arguments);
                let mut call = Fields::default();
                call.set("id", &id);
                call.set("type", &kind.unwrap_or_else(|| "function".to_owned()));
                call.set("function", &function);
                call
            };
            message.set("tool_calls", &self.calls.into_values().map(call).collect::<Vec<_>>());
        }
        if let Some((name, arguments)) = self.function {
            let mut function = Fields::default();
            function.set("name", &name);
            function.set("arguments", &arguments);
            message.set("function_call", &function);
        }
        let mut choice = Fields::default();
        choice.set("index", &index);
        choice.set("message", &message);
        choice.set("logprobs", &self.logprobs);
        choice.set("finish_reason", &self.finish_reason?);
        Some(choice)
    }
}
