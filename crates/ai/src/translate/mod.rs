//! From OpenAI's form to Anthropic's and back. What the other form cannot say and would change the answer is refused;
//! hints that it lacks (a seed, penalties, a tier) are left out.

mod answers;
mod chunk_writer;
mod event_writer;
mod to_chat;
mod to_messages;

pub(crate) use answers::{completion_to_message, completion_usage, message_to_completion};
pub(crate) use chunk_writer::ChunkWriter;
pub(crate) use event_writer::EventWriter;
pub(crate) use to_chat::messages_to_chat;
pub(crate) use to_messages::chat_to_messages;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::fields::Fields;

/// Anthropic's word for why an answer ended, from OpenAI's.
fn stop_reason(finish_reason: &str) -> &'static str {
    match finish_reason {
        "length" => "max_tokens",
        "tool_calls" | "function_call" => "tool_use",
        "content_filter" => "refusal",
        _ => "end_turn",
    }
}

/// OpenAI's word for why an answer ended, from Anthropic's.
fn finish_reason(stop_reason: &str) -> &'static str {
    match stop_reason {
        "max_tokens" | "model_context_window_exceeded" => "length",
        "tool_use" => "tool_calls",
        "refusal" => "content_filter",
        _ => "stop",
    }
}

/// An object of these members, in this order.
macro_rules! object {
    ($($name:literal: $value:expr),* $(,)?) => {{
        let mut fields = $crate::fields::Fields::default();
        $(fields.set($name, &$value);)*
        fields
    }};
}
use object;

/// A value's text.
fn raw(value: &impl Serialize) -> Box<RawValue> {
    // What is made here are texts, numbers and objects of them, all of which JSON can say.
    serde_json::value::to_raw_value(value).unwrap_or_default()
}

/// JSON text as a value, where it is an object; an empty one otherwise, as for a call without arguments.
fn object_of(text: &str) -> Fields {
    serde_json::from_str(text).unwrap_or_default()
}
