//! Values put back into an answer while its stream passes by.
//!
//! A placeholder may come in pieces, so the end of a text that may be the beginning of one is held back until it is known.
//! What is held when its text ends, or the stream does, goes out before that end.

use serde_json::Value;

use super::masked::{Masked, begun};
use crate::form::Form;
use crate::openai::DONE;
use crate::sse::{Event, Splitter};

/// See the module.
pub struct StreamRestorer {
    form: Form,
    masked: Masked,
    splitter: Splitter,
    /// Texts that are under way.
    texts: Vec<Text>,
    /// The stream is not what it should be: it is handed on as it is.
    blind: bool,
}

/// One text, such as the content of a choice or the arguments of a call.
struct Text {
    /// Where it stands.
    place: Place,
    held: String,
    /// An event of it, by which what is held is sent where no other comes.
    event: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// The choice or the block.
    index: u64,
    /// The call in it.
    call: Option<u64>,
    member: &'static str,
}

/// Texts of a delta in OpenAI's form.
const OF_CHUNKS: [&str; 4] = ["content", "refusal", "reasoning_content", "reasoning"];
/// Texts of a delta in Anthropic's form.
const OF_EVENTS: [&str; 3] = ["text", "partial_json", "thinking"];

impl StreamRestorer {
    /// For a stream in this form.
    #[must_use]
    pub fn new(form: Form, masked: Masked) -> Self {
        Self { form, masked, splitter: Splitter::default(), texts: Vec::new(), blind: false }
    }

    /// Takes bytes that would have been sent, and adds to `out` those that are.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.blind {
            return out.extend_from_slice(bytes);
        }
        let mut events = Vec::new();
        let split = self.splitter.feed(bytes, &mut events);
        for event in events {
            self.event(event, out);
        }
        // What comes here was judged already: this cannot be.
        self.blind = split.is_err();
    }

    fn event(&mut self, event: Event, out: &mut Vec<u8>) {
        let Some(data) = &event.data else { return out.extend_from_slice(&event.raw) };
        let Ok(mut value) = serde_json::from_str::<Value>(data) else {
            if data.trim() == DONE {
                self.flush(|_| true, out);
            }
            return out.extend_from_slice(&event.raw);
        };
        let changed = match self.form {
            Form::OpenAi => self.chunk(&mut value, out),
            Form::Anthropic => self.block(&mut value, out),
        };
        if changed {
            write(event.name.as_deref(), &value, out);
        } else {
            out.extend_from_slice(&event.raw);
        }
    }

    /// Whether the chunk is another now.
    fn chunk(&mut self, chunk: &mut Value, out: &mut Vec<u8>) -> bool {
        if chunk.get("error").is_some_and(|error| !error.is_null()) {
            self.flush(|_| true, out);
            return false;
        }
        let plain = chunk.clone();
        let mut changed = false;
        let choices = chunk.get_mut("choices").and_then(Value::as_array_mut);
        for choice in choices.into_iter().flatten() {
            let index = choice.get("index").and_then(Value::as_u64).unwrap_or(0);
            if let Some(delta) = choice.get_mut("delta") {
                for member in OF_CHUNKS {
                    let place = Place { index, call: None, member };
                    changed |= self.text(place, delta.get_mut(member), &plain);
                }
                let calls = delta.get_mut("tool_calls").and_then(Value::as_array_mut);
                for call in calls.into_iter().flatten() {
                    let number = call.get("index").and_then(Value::as_u64);
                    let arguments =
                        call.get_mut("function").and_then(|function| function.get_mut("arguments"));
                    let place = Place { index, call: Some(number.unwrap_or(0)), member: "arguments" };
                    changed |= self.text(place, arguments, &plain);
                }
            }
            if choice.get("finish_reason").is_some_and(|reason| !reason.is_null()) {
                self.flush(|place| place.index == index, out);
            }
        }
        changed
    }

    fn block(&mut self, event: &mut Value, out: &mut Vec<u8>) -> bool {
        let index = event.get("index").and_then(Value::as_u64).unwrap_or(0);
        match event.get("type").and_then(Value::as_str) {
            Some("content_block_delta") => {
                let plain = event.clone();
                let mut changed = false;
                if let Some(delta) = event.get_mut("delta") {
                    for member in OF_EVENTS {
                        changed |=
                            self.text(Place { index, call: None, member }, delta.get_mut(member), &plain);
                    }
                }
                changed
            }
            Some("content_block_stop") => {
                self.flush(|place| place.index == index, out);
                false
            }
            Some("message_delta" | "message_stop" | "error") => {
                self.flush(|_| true, out);
                false
            }
            _ => false,
        }
    }

    /// Restores a piece of a text, with what was held of it; says whether it is another now.
    fn text(&mut self, place: Place, piece: Option<&mut Value>, event: &Value) -> bool {
        let Some(piece) = piece else { return false };
        let Some(came) = piece.as_str() else { return false };
        let known = self.texts.iter().position(|text| text.place == place);
        let mut text = known.map(|at| std::mem::take(&mut self.texts[at].held)).unwrap_or_default();
        text.push_str(came);
        let held = text.split_off(text.len() - begun(&text));
        let restored = self.masked.restore(&text, place.is_json()).into_owned();
        let changed = restored != came;
        match known {
            Some(at) => self.texts[at].held = held,
            None if held.is_empty() => {}
            None => self.texts.push(Text { place, held, event: event.clone() }),
        }
        if changed {
            *piece = Value::String(restored);
        }
        changed
    }

    /// Sends what is held of some texts: no placeholder came of it.
    fn flush(&mut self, of: impl Fn(&Place) -> bool, out: &mut Vec<u8>) {
        for text in self.texts.iter_mut().filter(|text| of(&text.place) && !text.held.is_empty()) {
            let held = std::mem::take(&mut text.held);
            let event = text.place.event(&text.event, held);
            let name = (self.form == Form::Anthropic).then_some("content_block_delta");
            write(name, &event, out);
        }
        self.texts.retain(|text| !of(&text.place));
    }
}

impl Place {
    fn is_json(&self) -> bool {
        matches!(self.member, "arguments" | "partial_json")
    }

    /// An event like another of this text that says nothing but `held`.
    fn event(&self, like: &Value, held: String) -> Value {
        let mut event = like.clone();
        if let Some(delta) = event.get_mut("delta") {
            delta[self.member] = Value::String(held);
            return event;
        }
        let delta = match self.call {
            None => serde_json::json!({ self.member: held }),
            Some(index) => {
                serde_json::json!({"tool_calls": [{"index": index, "function": {"arguments": held}}]})
            }
        };
        event["choices"] = serde_json::json!([{"index": self.index, "delta": delta, "finish_reason": null}]);
        if let Some(event) = event.as_object_mut() {
            event.remove("usage");
        }
        event
    }
}

fn write(name: Option<&str>, value: &Value, out: &mut Vec<u8>) {
    if let Some(name) = name {
        out.extend_from_slice(format!("event: {name}\n").as_bytes());
    }
    out.extend_from_slice(format!("data: {value}\n\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::kinds::{Kind, Kinds};
    use super::*;
    use crate::answer::{Assembler, replay};

    const SECRETS: &str =
        "ada@example.com 4111111111111111 \u{fc}ber +49 30 1234567 \"x\" sk-proj-abcdefghijklmnopqrstuvwx";

    fn masked() -> (Masked, String) {
        let mut masked = Masked::default();
        let text = masked.mask(SECRETS, &Kinds::of(Kind::ALL)).unwrap();
        (masked, text)
    }

    /// A stream of a text in pieces that end where `cuts` say, with a call whose arguments are the text too.
    fn stream(form: Form, text: &str, cuts: &[usize]) -> String {
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
        places.retain(|cut| text.is_char_boundary(*cut));
        places.extend([0, text.len()]);
        places.sort_unstable();
        let pieces: Vec<&str> = places.windows(2).map(|ends| &text[ends[0]..ends[1]]).collect();
        let data = |value: Value| match form {
            Form::OpenAi => format!("data: {value}\n\n"),
            Form::Anthropic => format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap()),
        };
        let mut out = String::new();
        match form {
            Form::OpenAi => {
                for piece in &pieces {
                    let choice =
                        serde_json::json!({"index": 0, "delta": {"content": piece}, "finish_reason": null});
                    out += &data(serde_json::json!({"id": "c", "choices": [choice]}));
                }
                for piece in &pieces {
                    let call = serde_json::json!({"index": 0, "id": "t", "function": {"name": "", "arguments": piece}});
                    let choice = serde_json::json!({"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": null});
                    out += &data(serde_json::json!({"id": "c", "choices": [choice]}));
                }
                let end = serde_json::json!({"index": 0, "delta": {}, "finish_reason": "stop"});
                out += &data(serde_json::json!({"id": "c", "choices": [end]}));
                out += "data: [DONE]\n\n";
            }
            Form::Anthropic => {
                let message =
                    serde_json::json!({"id": "m", "type": "message", "role": "assistant", "content": []});
                out += &data(serde_json::json!({"type": "message_start", "message": message}));
                let block = serde_json::json!({"type": "text", "text": ""});
                out += &data(
                    serde_json::json!({"type": "content_block_start", "index": 0, "content_block": block}),
                );
                for piece in &pieces {
                    let delta = serde_json::json!({"type": "text_delta", "text": piece});
                    out +=
                        &data(serde_json::json!({"type": "content_block_delta", "index": 0, "delta": delta}));
                }
                out += &data(serde_json::json!({"type": "content_block_stop", "index": 0}));
                let delta = serde_json::json!({"stop_reason": "end_turn", "stop_sequence": null});
                out += &data(serde_json::json!({"type": "message_delta", "delta": delta}));
                out += &data(serde_json::json!({"type": "message_stop"}));
            }
        }
        out
    }

    fn restored(form: Form, masked: &Masked, stream: &[u8], chunks: &[usize]) -> Vec<u8> {
        let mut restorer = StreamRestorer::new(form, masked.clone());
        let (mut out, mut from) = (Vec::new(), 0);
        let mut ends: Vec<usize> = chunks.iter().map(|end| end % (stream.len() + 1)).collect();
        ends.push(stream.len());
        ends.sort_unstable();
        for end in ends {
            restorer.feed(&stream[from..end], &mut out);
            from = end;
        }
        out
    }

    fn whole(form: Form, stream: &[u8]) -> Value {
        let mut assembler = Assembler::new(form);
        assembler.see(stream);
        serde_json::from_slice(&assembler.finish(None).expect("it is whole")).unwrap()
    }

    proptest! {
        #[test]
        fn wherever_texts_and_bytes_are_split_the_answer_is_the_same(
            cuts in prop::collection::vec(any::<usize>(), 0..40),
            chunks in prop::collection::vec(any::<usize>(), 0..20),
        ) {
            let (masked, text) = masked();
            for form in [Form::OpenAi, Form::Anthropic] {
                let stream = stream(form, &text, &cuts);
                let out = restored(form, &masked, stream.as_bytes(), &chunks);
                let answer = whole(form, &out);
                match form {
                    Form::OpenAi => {
                        let message = &answer["choices"][0]["message"];
                        prop_assert_eq!(message["content"].as_str(), Some(SECRETS));
                        let arguments = message["tool_calls"][0]["function"]["arguments"].as_str();
                        prop_assert_eq!(arguments, Some(SECRETS));
                    }
                    Form::Anthropic => prop_assert_eq!(answer["content"][0]["text"].as_str(), Some(SECRETS)),
                }
            }
        }

        #[test]
        fn any_text_passes_as_it_is(text in "[a-zA-Z_0-9\\[\\]é ]{0,40}", cuts in prop::collection::vec(any::<usize>(), 0..12)) {
            let (masked, _) = masked();
            prop_assume!(!text.contains("_1]") && !text.is_empty());
            let out = restored(Form::OpenAi, &masked, stream(Form::OpenAi, &text, &cuts).as_bytes(), &[]);
            let answer = whole(Form::OpenAi, &out);
            prop_assert_eq!(answer["choices"][0]["message"]["content"].as_str(), Some(text.as_str()));
        }
    }

    #[test]
    fn what_is_held_goes_out_before_an_error() {
        let (masked, _) = masked();
        let cut = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"see [EMA\"}}]}\n\ndata: {\"error\":{\"message\":\"cut\"}}\n\n";
        let out = String::from_utf8(restored(Form::OpenAi, &masked, cut.as_bytes(), &[])).unwrap();
        let events: Vec<_> = out.split("\n\n").filter(|event| !event.is_empty()).collect();
        assert_eq!(events.len(), 3, "{out}");
        assert!(
            events[0].contains("\"see \"") && events[1].contains("\"[EMA\"") && events[2].contains("error")
        );
    }

    #[test]
    fn a_stream_without_placeholders_keeps_its_very_bytes() {
        let (masked, _) = masked();
        let body = r#"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}"#;
        let stream = replay(Form::OpenAi, body.as_bytes(), true).unwrap();
        assert_eq!(restored(Form::OpenAi, &masked, &stream, &[7, 90]), stream);
    }
}
