//! Whole answers of one form in the other.

use super::{finish_reason, object, object_of, stop_reason};
use crate::fields::Fields;

/// An answer in Anthropic's form, in OpenAI's.
pub(crate) fn message_to_completion(body: &[u8], created_s: u64) -> Result<Vec<u8>, String> {
    let message = Fields::parse(body).map_err(|error| error.to_string())?;
    let blocks: Vec<Fields> = message.get("content").unwrap_or_default();
    let of = |kind: &'static str, member: &'static str| {
        let texts = blocks.iter().filter(move |block| block.get::<String>("type").as_deref() == Some(kind));
        texts.filter_map(move |block| block.get::<String>(member)).collect::<Vec<_>>()
    };
    let (texts, thoughts) = (of("text", "text"), of("thinking", "thinking"));
    let call = |block: &Fields| {
        let input = block.raw("input").map_or("{}", |input| input.get());
        let function = object! {"name": block.get::<String>("name").unwrap_or_default(), "arguments": input};
        object! {"id": block.get::<String>("id").unwrap_or_default(), "type": "function", "function": function}
    };
    let used = blocks.iter().filter(|block| block.get::<String>("type").as_deref() == Some("tool_use"));
    let calls: Vec<Fields> = used.map(call).collect();
    let content = (!texts.is_empty()).then(|| texts.concat());
    let mut said = object! {"role": "assistant", "content": content, "refusal": ()};
    if !thoughts.is_empty() {
        said.set("reasoning_content", &thoughts.concat());
    }
    if !calls.is_empty() {
        said.set("tool_calls", &calls);
    }
    let reason = finish_reason(&message.get::<String>("stop_reason").unwrap_or_default());
    let choice = object! {"index": 0, "message": said, "logprobs": (), "finish_reason": reason};
    let tokens: crate::anthropic::Tokens = message.get("usage").unwrap_or_default();
    Ok(object! {
        "id": message.get::<String>("id").unwrap_or_default(),
        "object": "chat.completion",
        "created": created_s,
        "model": message.get::<String>("model").unwrap_or_default(),
        "choices": [choice],
        "usage": completion_usage(tokens.into()),
    }
    .to_vec())
}

/// Tokens in OpenAI's form.
pub(crate) fn completion_usage(usage: crate::usage::Usage) -> Fields {
    object! {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input.saturating_add(usage.output),
        "prompt_tokens_details": object! {"cached_tokens": usage.cached},
    }
}

/// An answer in OpenAI's form, in Anthropic's.
pub(crate) fn completion_to_message(body: &[u8]) -> Result<Vec<u8>, String> {
    let completion = Fields::parse(body).map_err(|error| error.to_string())?;
    let choices: Vec<Fields> = completion.get("choices").unwrap_or_default();
    let choice = choices.into_iter().next().ok_or("the answer has no choice")?;
    let said: Fields = choice.get("message").unwrap_or_default();
    let mut blocks = Vec::new();
    let text = said.get::<String>("content").or_else(|| said.get::<String>("refusal"));
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        blocks.push(object! {"type": "text", "text": text});
    }
    let calls: Vec<Fields> = said.get("tool_calls").unwrap_or_default();
    for call in &calls {
        let function: Fields = call.get("function").unwrap_or_default();
        blocks.push(object! {
            "type": "tool_use",
            "id": call.get::<String>("id").unwrap_or_default(),
            "name": function.get::<String>("name").unwrap_or_default(),
            "input": object_of(&function.get::<String>("arguments").unwrap_or_default()),
        });
    }
    let reason = stop_reason(&choice.get::<String>("finish_reason").unwrap_or_default());
    let tokens: crate::openai::Tokens = completion.get("usage").unwrap_or_default();
    Ok(object! {
        "id": completion.get::<String>("id").unwrap_or_default(),
        "type": "message",
        "role": "assistant",
        "model": completion.get::<String>("model").unwrap_or_default(),
        "content": blocks,
        "stop_reason": reason,
        "stop_sequence": (),
        "usage": counted(tokens.into()),
    }
    .to_vec())
}

/// Tokens in Anthropic's form, in which those from the cache count beside the input.
pub(super) fn counted(usage: crate::usage::Usage) -> Fields {
    object! {
        "input_tokens": usage.input.saturating_sub(usage.cached),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.output,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn an_answer_with_a_call_keeps_its_sense_both_ways() {
        let message = br#"{"id":"m1","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"Let me see."},
            {"type":"tool_use","id":"c1","name":"f","input":{"z":1,"a":2}}],"stop_reason":"tool_use","usage":{"input_tokens":5,"output_tokens":2,"cache_read_input_tokens":3}}"#;
        let completion = message_to_completion(message, 0).unwrap();
        let expect = concat!(
            r#"{"id":"m1","object":"chat.completion","created":0,"model":"claude","choices":[{"index":0,"message":{"role":"assistant","content":"Let me see.","refusal":null,"#,
            r#""tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"z\":1,\"a\":2}"}}]},"logprobs":null,"finish_reason":"tool_calls"}],"#,
            r#""usage":{"prompt_tokens":8,"completion_tokens":2,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":3}}}"#
        );
        assert_eq!(text(completion.clone()), expect);
        let back = text(completion_to_message(&completion).unwrap());
        let expect = concat!(
            r#"{"id":"m1","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"Let me see."},{"type":"tool_use","id":"c1","name":"f","input":{"z":1,"a":2}}],"#,
            r#""stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":5,"cache_creation_input_tokens":0,"cache_read_input_tokens":3,"output_tokens":2}}"#
        );
        assert_eq!(back, expect);
    }
}
