//! Whole answers made of streams, and streams made of whole answers.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::answer::{Assembler, replay};
use crate::relay::{Ending, Relay, RelayPlan};
use crate::{Form, Usage};

const COMPLETION: &str = r#"{"id":"c1","object":"chat.completion","created":5,"model":"m","system_fingerprint":"f","choices":[
  {"index":0,"message":{"role":"assistant","content":"Héllo, wörld","refusal":null,"reasoning_content":"hm"},"logprobs":null,"finish_reason":"stop"},
  {"index":1,"message":{"role":"assistant","content":null,"refusal":null,"tool_calls":[
     {"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":\"{1}\"}"}},
     {"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},"logprobs":{"content":[{"token":"t","logprob":-0.5}]},"finish_reason":"tool_calls"}],
  "usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":2}}}"#;
const MESSAGE: &str = r#"{"id":"m1","type":"message","role":"assistant","model":"claude","content":[
  {"type":"thinking","thinking":"let me","signature":"s="},{"type":"text","text":"Hello there"},
  {"type":"tool_use","id":"t1","name":"f","input":{"z":1,"a":[2]}}],"stop_reason":"tool_use","stop_sequence":null,
  "usage":{"input_tokens":9,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":2}}"#;

const USAGE: Usage = Usage { input: 7, cached: 2, output: 3 };

fn parsed(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// Sees a stream in pieces that end wherever `cuts` say.
fn assembled(form: Form, stream: &[u8], cuts: &[usize]) -> Option<Value> {
    let mut assembler = Assembler::new(form);
    let mut from = 0;
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (stream.len() + 1)).collect();
    cuts.sort_unstable();
    for cut in cuts.into_iter().chain([stream.len()]) {
        assembler.see(&stream[from..cut.max(from)]);
        from = cut.max(from);
    }
    assembler.finish(Some(USAGE)).map(|body| parsed(&body))
}

proptest! {
    #[test]
    fn a_replayed_answer_is_a_whole_stream_and_comes_back_as_it_was(cuts in prop::collection::vec(any::<usize>(), 0..20)) {
        for (form, body) in [(Form::OpenAi, COMPLETION), (Form::Anthropic, MESSAGE)] {
            let stream = replay(form, body.as_bytes(), true).unwrap();
            prop_assert_eq!(assembled(form, &stream, &cuts), Some(parsed(body.as_bytes())));
        }
    }
}

#[test]
fn a_replayed_answer_passes_the_judge_and_tells_its_tokens_where_they_are_wanted() {
    for (form, body, output) in [(Form::OpenAi, COMPLETION, 3), (Form::Anthropic, MESSAGE, 2)] {
        let stream = replay(form, body.as_bytes(), true).unwrap();
        let mut relay =
            Relay::new(RelayPlan { upstream: form, client: form, wants_usage: true, created_s: 1 });
        let mut out = Vec::new();
        relay.feed(&stream, &mut out);
        assert_eq!(relay.ending(), Some(&Ending::Finished));
        assert_eq!(out, stream);
        assert_eq!(relay.usage().map(|usage| usage.output), Some(output));
    }
    let without = replay(Form::OpenAi, COMPLETION.as_bytes(), false).unwrap();
    assert!(!String::from_utf8(without).unwrap().contains("usage"));
    assert!(replay(Form::OpenAi, b"[]", true).is_err());
}

#[test]
fn what_comes_in_pieces_is_put_together() {
    let chunk = |delta: Value, reason: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": reason});
        format!(
            "data: {}\n\n",
            json!({"id": "c", "created": 1, "model": "m", "choices": [choice], "obfuscation": "x"})
        )
    };
    let stream = [
        chunk(json!({"role": "assistant", "content": "", "refusal": null}), Value::Null),
        chunk(json!({"content": "Hel"}), Value::Null),
        ": ping\n\n".to_owned(),
        chunk(json!({"content": "lo"}), Value::Null),
        chunk(json!({}), json!("stop")),
        "data: [DONE]\n\n".to_owned(),
    ];
    let whole = assembled(Form::OpenAi, stream.concat().as_bytes(), &[]).unwrap();
    assert_eq!(
        whole["choices"][0]["message"],
        json!({"role": "assistant", "content": "Hello", "refusal": null})
    );
    assert_eq!(whole["usage"]["prompt_tokens_details"]["cached_tokens"], 2);
    assert_eq!(whole["object"], "chat.completion");
}

#[test]
fn an_answer_with_something_unknown_is_not_put_together() {
    for delta in [r#"{"audio":{"id":"a"}}"#, r#"{"content":7}"#] {
        let stream = format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":\"stop\"}}]}}\n\ndata: [DONE]\n\n"
        );
        assert_eq!(assembled(Form::OpenAi, stream.as_bytes(), &[]), None, "{delta}");
    }
    let unfinished = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n";
    assert_eq!(assembled(Form::OpenAi, unfinished.as_bytes(), &[]), None);
    let stream = "event: x\ndata: {\"type\":\"something_new\"}\n\n";
    assert_eq!(assembled(Form::Anthropic, stream.as_bytes(), &[]), None);
}
