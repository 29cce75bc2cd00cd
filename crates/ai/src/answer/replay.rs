//! A whole answer as the stream that it could have come as.

use serde_json::value::RawValue;

use crate::fields::Fields;
use crate::form::Form;
use crate::openai::DONE;

/// The longest piece of text in one event, in characters: programs that show a text as it comes show it come.
const PIECE: usize = 240;

/// The events of a whole answer in its own form, with their end. `wants_usage` is heeded where the form leaves the choice.
///
/// # Errors
/// What is wrong with it, where it is no answer.
pub fn replay(form: Form, body: &[u8], wants_usage: bool) -> Result<Vec<u8>, String> {
    let whole = Fields::parse(body).map_err(|error| format!("the answer is no object: {error}"))?;
    let mut out = Vec::new();
    match form {
        Form::OpenAi => completion(&whole, wants_usage, &mut out),
        Form::Anthropic => message(&whole, &mut out),
    }
    Ok(out)
}

fn completion(whole: &Fields, wants_usage: bool, out: &mut Vec<u8>) {
    let mut head = whole.clone();
    head.remove("usage");
    head.set("object", "chat.completion.chunk");
    let write = |choices: &[Fields], out: &mut Vec<u8>| {
        let mut chunk = head.clone();
        chunk.set("choices", choices);
        data(&chunk.to_vec(), out);
    };
    for choice in whole.get::<Vec<Fields>>("choices").unwrap_or_default() {
        let index: u64 = choice.get("index").unwrap_or(0);
        let delta = |delta: Fields, reason: Option<&RawValue>, logprobs: Option<&RawValue>| {
            let mut piece = Fields::default();
            piece.set("index", &index);
            piece.set("delta", &delta);
            piece.set("logprobs", &logprobs);
            piece.set("finish_reason", &reason);
            [piece]
        };
        let message: Fields = choice.get("message").unwrap_or_default();
        let mut first = Fields::default();
        first.set("role", "assistant");
        write(&delta(first, None, None), out);
        for (name, value) in message.iter().filter(|(name, value)| *name != "role" && value.get() != "null") {
            match (name, serde_json::from_str::<String>(value.get())) {
                (_, Ok(text)) => {
                    for piece in pieces(&text) {
                        write(&delta(one(name, piece), None, None), out);
                    }
                }
                ("tool_calls", Err(_)) => {
                    let calls: Vec<Fields> = serde_json::from_str(value.get()).unwrap_or_default();
                    for (at, mut call) in calls.into_iter().enumerate() {
                        call.set("index", &at);
                        write(&delta(one("tool_calls", &[call]), None, None), out);
                    }
                }
                (_, Err(_)) => write(&delta(one(name, value), None, None), out),
            }
        }
        let logprobs = choice.raw("logprobs");
        write(&delta(Fields::default(), choice.raw("finish_reason"), logprobs), out);
    }
    if let Some(usage) = whole.raw("usage").filter(|_| wants_usage) {
        let mut chunk = head.clone();
        chunk.set("choices", &Vec::<()>::new());
        chunk.set("usage", usage);
        data(&chunk.to_vec(), out);
    }
    data(DONE.as_bytes(), out);
}

fn message(whole: &Fields, out: &mut Vec<u8>) {
    let mut start = whole.clone();
    start.set("content", &Vec::<()>::new());
    start.set("stop_reason", &());
    start.set("stop_sequence", &());
    event("message_start", &[("message", raw(&start))], out);
    for (index, block) in whole.get::<Vec<Fields>>("content").unwrap_or_default().into_iter().enumerate() {
        let index = raw(&index);
        let mut empty = block.clone();
        let mut deltas: Vec<Fields> = Vec::new();
        let of = |kind: &str, name: &str, value: &RawValue| {
            let mut delta = one("type", kind);
            delta.set(name, value);
            delta
        };
        for (name, kind) in
            [("thinking", "thinking_delta"), ("signature", "signature_delta"), ("text", "text_delta")]
        {
            if let Some(text) = block.get::<String>(name) {
                empty.set(name, "");
                deltas.extend(pieces(&text).map(|piece| of(kind, name, &raw(piece))));
            }
        }
        for citation in block.get::<Vec<Box<RawValue>>>("citations").unwrap_or_default() {
            empty.set("citations", &Vec::<()>::new());
            deltas.push(of("citations_delta", "citation", &citation));
        }
        let used = block.get::<String>("type").is_some_and(|kind| kind.ends_with("tool_use"));
        if let Some(input) = block.raw("input").filter(|_| used) {
            empty.set("input", &Fields::default());
            deltas.push(of("input_json_delta", "partial_json", &raw(input.get())));
        }
        event("content_block_start", &[("index", index.clone()), ("content_block", raw(&empty))], out);
        for delta in deltas {
            event("content_block_delta", &[("index", index.clone()), ("delta", raw(&delta))], out);
        }
        event("content_block_stop", &[("index", index)], out);
    }
    let mut delta = Fields::default();
    for name in ["stop_reason", "stop_sequence"] {
        delta.set(name, &whole.raw(name));
    }
    let usage: Fields = whole.get("usage").unwrap_or_default();
    event("message_delta", &[("delta", raw(&delta)), ("usage", raw(&usage))], out);
    event("message_stop", &[], out);
}

/// A text in pieces, none of them empty, none longer than [`PIECE`].
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut left = text;
    std::iter::from_fn(move || {
        let end = left.char_indices().nth(PIECE).map_or(left.len(), |(at, _)| at);
        let (piece, rest) = left.split_at(end);
        left = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

fn one<T: serde::Serialize + ?Sized>(name: &str, value: &T) -> Fields {
    let mut fields = Fields::default();
    fields.set(name, value);
    fields
}

fn raw<T: serde::Serialize + ?Sized>(value: &T) -> Box<RawValue> {
    // What is made here are texts, numbers and objects of them, all of which JSON can say.
    serde_json::value::to_raw_value(value).unwrap_or_default()
}

fn data(data: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"data: ");
    out.extend_from_slice(data);
    out.extend_from_slice(b"\n\n");
}

fn event(name: &str, members: &[(&str, Box<RawValue>)], out: &mut Vec<u8>) {
    let mut event = one("type", name);
    for (member, value) in members {
        event.set(member, value);
    }
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(name.as_bytes());
    out.push(b'\n');
    data(&event.to_vec(), out);
}
