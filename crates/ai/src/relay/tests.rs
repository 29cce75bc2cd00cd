//! Streams of both forms, whole, cut at every byte, damaged and stalled.

use proptest::prelude::*;

use super::*;
use crate::openai::DONE;

/// Whether a stream's bytes end as its form ends a whole answer.
fn ends_cleanly(form: Form, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    match form {
        Form::OpenAi => text.trim_end().ends_with(DONE),
        Form::Anthropic => text.contains("\"message_stop\""),
    }
}

const OPENAI: &str = concat!(
    "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n",
    ": note\n\n",
    "data: {\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"H\u{e9}\"},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"t\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}}]},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
    "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}\n\n",
    "data: [DONE]\n\n",
);

const ANTHROPIC: &str = concat!(
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"model\":\"claude\",\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\n",
    "event: ping\ndata: {\"type\":\"ping\"}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\":1}\"}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n",
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":5}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
);

fn plan(upstream: Form, client: Form) -> RelayPlan {
    RelayPlan { upstream, client, wants_usage: true, created_s: 7 }
}

fn relayed(plan: RelayPlan, pieces: &[&[u8]]) -> (String, Option<Ending>, Relay) {
    let (mut relay, mut out) = (Relay::new(plan), Vec::new());
    pieces.iter().for_each(|piece| relay.feed(piece, &mut out));
    if relay.ending().is_none() {
        relay.cut(&mut out);
    }
    (String::from_utf8(out).expect("it is text"), relay.ending().cloned(), relay)
}

fn source(form: Form) -> &'static str {
    match form {
        Form::OpenAi => OPENAI,
        Form::Anthropic => ANTHROPIC,
    }
}

const FORMS: [Form; 2] = [Form::OpenAi, Form::Anthropic];

#[test]
fn a_whole_stream_of_the_clients_form_is_handed_on_byte_for_byte() {
    for form in FORMS {
        let (out, ending, relay) = relayed(plan(form, form), &[source(form).as_bytes()]);
        assert_eq!((out.as_str(), ending), (source(form), Some(Ending::Finished)));
        assert_eq!(relay.usage().map(|usage| usage.input), Some(9));
    }
}

#[test]
fn tokens_that_the_client_did_not_ask_for_are_kept_back() {
    let silent = RelayPlan { wants_usage: false, ..plan(Form::OpenAi, Form::OpenAi) };
    let (out, _, relay) = relayed(silent, &[OPENAI.as_bytes()]);
    assert!(!out.contains("prompt_tokens") && out.ends_with("data: [DONE]\n\n"), "{out}");
    assert_eq!(relay.usage(), Some(Usage { input: 9, cached: 0, output: 4 }));
}

#[test]
fn wherever_a_stream_breaks_its_end_is_an_error_and_never_clean() {
    for upstream in FORMS {
        for client in FORMS {
            let bytes = source(upstream).as_bytes();
            for cut in 0..bytes.len() - 1 {
                let (out, ending, _) = relayed(plan(upstream, client), &[&bytes[..cut]]);
                assert_eq!(ending, Some(Ending::Cut), "at {cut}");
                assert!(!ends_cleanly(client, out.as_bytes()), "at {cut}: {out}");
                assert!(out.contains("ai.stream_cut"), "at {cut}: {out}");
            }
        }
    }
}

#[test]
fn a_stall_an_error_and_damage_end_as_what_they_are() {
    for client in FORMS {
        let (mut relay, mut out) = (Relay::new(plan(Form::OpenAi, client)), Vec::new());
        relay.feed(&OPENAI.as_bytes()[..400], &mut out);
        relay.stalled(25_000, &mut out);
        relay.feed(&OPENAI.as_bytes()[400..], &mut out);
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("ai.stream_stalled") && !ends_cleanly(client, text.as_bytes()), "{text}");
    }
    let check = |tail: &str, code: &str| {
        let (out, _, relay) =
            relayed(plan(Form::OpenAi, Form::OpenAi), &[&OPENAI.as_bytes()[..400], b"\n\n", tail.as_bytes()]);
        let _ = relay;
        assert!(out.contains(code) && !out.contains("[DONE]"), "{tail}: {out}");
    };
    check("data: [DONE]\n\n", "ai.stream_malformed");
    let begun = OPENAI.find(": note").unwrap();
    for (tail, code) in [
        ("data: {\"choices\":[{\"del\n\n", "ai.stream_malformed"),
        ("dta: {}\n\n", "ai.stream_malformed"),
        ("data: [DONE]\n\n", "ai.stream_malformed"),
        ("data: {\"error\":{\"message\":\"boom\"}}\n\n", "ai.upstream_failed"),
    ] {
        let (out, _, relay) =
            relayed(plan(Form::OpenAi, Form::OpenAi), &[&OPENAI.as_bytes()[..begun], tail.as_bytes()]);
        assert!(relay.has_begun() && out.starts_with(&OPENAI[..begun]));
        assert!(out.contains(code) && !out.contains("[DONE]"), "{tail}: {out}");
    }
}

#[test]
fn what_comes_after_the_end_is_not_handed_on() {
    let (out, ending, _) = relayed(plan(Form::OpenAi, Form::OpenAi), &[OPENAI.as_bytes(), b"data: more\n\n"]);
    assert_eq!((out.as_str(), ending), (OPENAI, Some(Ending::Finished)));
}

#[test]
fn a_stream_in_the_other_form_keeps_its_sense() {
    let (out, ending, _) = relayed(plan(Form::OpenAi, Form::Anthropic), &[OPENAI.as_bytes()]);
    assert_eq!(ending, Some(Ending::Finished));
    let names: Vec<_> = out.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(
        names,
        [
            "message_start",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop"
        ]
    );
    for part in [
        r#""delta":{"type":"text_delta","text":"Hé"}"#,
        r#""content_block":{"type":"tool_use","id":"t","name":"f","input":{}}"#,
        r#""delta":{"type":"input_json_delta","partial_json":"{}"}"#,
        r#""stop_reason":"tool_use""#,
        r#""input_tokens":9"#,
    ] {
        assert!(out.contains(part), "{part} is missing: {out}");
    }
    let (out, ending, _) = relayed(plan(Form::Anthropic, Form::OpenAi), &[ANTHROPIC.as_bytes()]);
    assert_eq!(ending, Some(Ending::Finished));
    for part in [
        r#""delta":{"role":"assistant","content":""}"#,
        r#""delta":{"content":"Hi"}"#,
        r#""tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":""}}]"#,
        r#""function":{"arguments":"{\"a\":1}"}"#,
        r#""finish_reason":"tool_calls""#,
        r#""prompt_tokens":9,"completion_tokens":5,"total_tokens":14"#,
        r#""created":7"#,
    ] {
        assert!(out.contains(part), "{part} is missing: {out}");
    }
    assert!(out.ends_with("data: [DONE]\n\n"));
}

proptest! {
    #[test]
    fn where_the_pieces_end_changes_nothing(
        upstream in 0usize..2, client in 0usize..2,
        cuts in prop::collection::vec(0usize..2_000, 0..8),
        length in 0usize..2_000,
    ) {
        let plan = plan(FORMS[upstream], FORMS[client]);
        let bytes = source(plan.upstream).as_bytes();
        let bytes = &bytes[..length.min(bytes.len())];
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        let (whole, ending, _) = relayed(plan, &[bytes]);
        let (parts, same, _) = relayed(plan, &pieces);
        prop_assert_eq!(whole, parts);
        prop_assert_eq!(ending, same);
    }

    #[test]
    fn one_changed_byte_is_handed_on_or_refused_but_never_ends_cleanly_without_its_end(
        at in 0usize..1_000, byte in any::<u8>(), upstream in 0usize..2,
    ) {
        let form = FORMS[upstream];
        let mut bytes = source(form).as_bytes().to_vec();
        let at = at.min(bytes.len() - 1);
        bytes[at] = byte;
        let (mut relay, mut out) = (Relay::new(plan(form, form)), Vec::new());
        relay.feed(&bytes, &mut out);
        relay.cut(&mut out);
        let finished = relay.ending() == Some(&Ending::Finished);
        prop_assert!(finished || String::from_utf8_lossy(&out).contains("error"));
    }
}
