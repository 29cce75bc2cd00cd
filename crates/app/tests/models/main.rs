//! Calls of models over a scripted server: what is held, asked, told and settled, however they end.

mod archiving;
mod cache;
mod deciding;
mod guard;
mod leaving;
mod own_work;
mod world;

use app::ports::{BudgetRefusal, CallOutcome, TokenCount};
use contracts::pipeline::models::{ModelError, Models};
use futures_util::StreamExt;
use mesh::StreamSource;
use test_kit::run;

use crate::world::{Act, World, chat, completion, stream};

#[test]
fn a_call_is_held_asked_and_settled_by_what_the_server_tells() {
    let world = World::new(vec![Act::Json(200, completion())]);
    let answer = run(world.service().complete(&world.context(), chat("fast", false))).unwrap();
    assert_eq!(answer.body.0, completion().into_bytes(), "the very bytes");
    assert_eq!(world.asked(), ["http://a/v1/chat/completions m1"]);
    let [hold] = &world.held()[..] else { panic!("one hold") };
    assert_eq!((hold.tenant, hold.key_prefix.as_deref()), (world.tenant, Some("wk_a")));
    assert_eq!(hold.models, ["m1", "m2"], "the hold covers whoever may answer");
    assert_eq!(hold.tokens_out_bound, 20);
    let [settled] = &world.settled()[..] else { panic!("one settlement") };
    assert_eq!((settled.tokens_in, settled.tokens_out, settled.counted), (7, 3, TokenCount::Reported));
    assert_eq!((settled.model.as_str(), settled.upstream.as_str()), ("m1", "a"));
    assert_eq!((settled.outcome, world.released()), (CallOutcome::Finished, 0));
}

#[test]
fn a_call_and_whoever_gave_no_answer_are_told_as_spans_of_its_trace() {
    let world =
        World::new(vec![Act::Json(500, "the secret of the prompt".into()), Act::Json(200, completion())]);
    let context = world.context();
    run(world.service().complete(&context, chat("fast", false))).unwrap();
    assert_eq!(world.spans(), [], "nobody waits for it");
    world.go_on();
    let spans = world.spans();
    let [(missed_of, missed), (done_of, done)] = &spans[..] else { panic!("two spans: {spans:?}") };
    assert_eq!((*missed_of, *done_of), (world.tenant, world.tenant));
    for span in [missed, done] {
        assert_eq!(span.trace_id, context.trace.trace_id());
        assert_eq!(span.span.parent_span, Some(context.trace.span_id()));
    }
    assert_eq!((&*missed.span.name, &*missed.span.status, missed.span.failed), ("m1", "missed", true));
    assert_eq!(missed.span.error.as_deref(), Some("the server answered 500"), "never in its words");
    assert_eq!((&*done.span.name, &*done.span.status, done.span.failed), ("m2", "finished", false));
    let fact = |name: &str| done.span.facts.iter().find(|fact| fact.name == name).map(|fact| &*fact.value);
    assert_eq!((fact("tokens_in"), fact("tokens_out"), fact("upstream")), (Some("7"), Some("3"), Some("b")));
}

#[test]
fn nobody_is_asked_where_the_budget_has_no_room() {
    let world = World::new(vec![Act::Json(200, completion())]);
    world.refuse(BudgetRefusal::Spent { limit: "month".into(), left: "0.02 USD".into(), resets_at: None });
    let refused = run(world.service().complete(&world.context(), chat("fast", false))).unwrap_err();
    assert!(
        matches!(&refused, ModelError::Budget { wait: false, detail, .. } if detail.contains("0.02 USD")),
        "{refused:?}"
    );
    assert!(world.asked().is_empty());
}

#[test]
fn another_is_asked_after_a_failure_and_nobody_after_a_request_at_fault() {
    let check = |first: Act, expect: &[&str]| {
        let shown = format!("{first:?}");
        let world = World::new(vec![first, Act::Json(200, completion())]);
        let answer = run(world.service().complete(&world.context(), chat("fast", false)));
        assert_eq!(world.asked(), expect, "{shown}");
        let (settled, released) = (world.settled().len(), world.released());
        assert_eq!((settled, released), if answer.is_ok() { (1, 0) } else { (0, 1) }, "{shown}");
        answer
    };
    let both = ["http://a/v1/chat/completions m1", "http://b/v1/chat/completions m2"];
    for failure in [
        Act::Json(500, "{}".into()),
        Act::Json(429, "{}".into()),
        Act::Json(401, "{}".into()),
        Act::Json(200, "<html>".into()),
        Act::Unreachable,
        Act::Silent,
    ] {
        let answer = check(failure, &both).unwrap();
        assert!(answer.headers.contains(&("weft-attempts".into(), "2".into())));
    }
    for (status, code) in [(400, "bad"), (404, "none")] {
        let body = format!(r#"{{"error":{{"message":"m","code":"{code}"}}}}"#);
        check(Act::Json(status, body), &both[..1]).unwrap_err();
    }
}

#[test]
fn a_failure_that_the_route_does_not_name_ends_the_call() {
    let world =
        World::with(r#""on":["timeout"]"#, vec![Act::Json(500, "{}".into()), Act::Json(200, completion())]);
    let failed = run(world.service().complete(&world.context(), chat("fast", false))).unwrap_err();
    assert!(matches!(failed, ModelError::Failed { retry: true, .. }), "{failed:?}");
    assert_eq!((world.asked().len(), world.released()), (1, 1));
}

#[test]
fn a_wait_that_the_server_asks_for_is_passed_on() {
    let limited = || Act::Limited("7");
    let world = World::new(vec![limited(), limited()]);
    let failed = run(world.service().complete(&world.context(), chat("fast", false))).unwrap_err();
    assert!(matches!(failed, ModelError::RateLimited { retry_after_s: Some(7), .. }), "{failed:?}");
}

/// Reads a stream to its end.
pub(crate) fn text(answer: contracts::pipeline::models::Completion) -> String {
    let Some(StreamSource::Chunks(mut chunks)) = answer.stream.and_then(|stream| stream.take_source()) else {
        panic!("a stream of this process")
    };
    let mut text = Vec::new();
    run(async {
        while let Some(chunk) = chunks.next().await {
            text.extend(chunk.expect("errors are events"));
        }
    });
    String::from_utf8(text).expect("it is text")
}

#[test]
fn a_stream_is_settled_as_it_ended() {
    let whole = stream();
    let half = whole[..3].to_vec();
    let check = |act: Act, outcome, counted, tokens_out, end: &str| {
        let world = World::new(vec![act]);
        let answer = run(world.service().complete(&world.context(), chat("fast", true))).unwrap();
        assert!(world.settled().is_empty(), "nothing is settled before the end");
        let text = text(answer);
        assert!(text.trim_end().ends_with(end) || text.contains(end), "{text}");
        assert_eq!(text.contains("[DONE]"), outcome == CallOutcome::Finished, "{text}");
        let [settled] = &world.settled()[..] else { panic!("one settlement") };
        assert_eq!((settled.outcome, settled.counted, settled.tokens_out), (outcome, counted, tokens_out));
    };
    check(Act::Stream(whole.clone(), false), CallOutcome::Finished, TokenCount::Reported, 4, "data: [DONE]");
    check(Act::Stream(half.clone(), false), CallOutcome::Broken, TokenCount::Estimated, 10, "ai.stream_cut");
    check(Act::Stream(half, true), CallOutcome::Broken, TokenCount::Estimated, 10, "ai.stream_stalled");
}

#[test]
fn a_stream_that_fails_before_its_answer_begins_is_another_servers() {
    for first in [
        Act::Stream(vec!["data: {\"cho\n\n".into()], false),
        Act::Stream(vec![": hello\n\n".into()], false),
        Act::Stream(vec!["data: {\"error\":{\"message\":\"boom\"}}\n\n".into()], false),
        Act::Stream(vec![": hello\n\n".into()], true),
        Act::Json(200, completion()),
    ] {
        let shown = format!("{first:?}");
        let world = World::new(vec![first, Act::Stream(stream(), false)]);
        let answer = run(world.service().complete(&world.context(), chat("fast", true))).unwrap();
        assert!(text(answer).trim_end().ends_with("[DONE]"), "{shown}");
        assert_eq!(world.asked().len(), 2, "{shown}");
    }
}

#[test]
fn a_client_that_leaves_has_the_server_left_and_pays_for_what_came() {
    let world = World::new(vec![Act::Stream(stream(), false)]);
    let answer = run(world.service().complete(&world.context(), chat("fast", true))).unwrap();
    let Some(StreamSource::Chunks(mut chunks)) = answer.stream.and_then(|stream| stream.take_source()) else {
        panic!("a stream of this process")
    };
    run(chunks.next()).unwrap().unwrap();
    assert_eq!(world.open_bodies(), 1);
    drop(chunks);
    assert_eq!(world.open_bodies(), 0, "the exchange ended with its reader");
    world.go_on();
    let [settled] = &world.settled()[..] else { panic!("one settlement") };
    assert_eq!((settled.outcome, settled.counted), (CallOutcome::Canceled, TokenCount::Estimated));
}

#[test]
fn a_tenants_models_are_its_own() {
    let world = World::new(vec![Act::Json(200, completion())]);
    let other = world.context_of(world.other);
    let refused = run(world.service().complete(&other, chat("fast", false))).unwrap_err();
    assert_eq!(refused, ModelError::NotAllowed { model: "fast".into() });
    assert!(world.held().is_empty() && world.asked().is_empty());
    let names = |context: &contracts::TenantCall| {
        let list =
            run(world.service().list_models(context, contracts::pipeline::models::ListModels {})).unwrap();
        list.items.into_iter().map(|model| model.id).collect::<Vec<_>>()
    };
    let own = world.context();
    assert_eq!(names(&own), ["fast", "m1", "m2", "weft-static"]);
    assert_eq!(names(&other), ["m2", "weft-static"]);
}

#[test]
fn without_a_server_the_answer_says_so_once_the_request_is_right() {
    for (config, expect) in [
        (Ok(None), ModelError::NotConfigured),
        (Err("no".to_owned()), ModelError::Misconfigured { detail: "no".into() }),
    ] {
        let world = World::configured(config, vec![]);
        let refused = run(world.service().complete(&world.context(), chat("fast", false))).unwrap_err();
        assert_eq!(refused, expect);
        let wrong = run(world.service().complete(&world.context(), chat("", false))).unwrap_err();
        assert!(matches!(wrong, ModelError::Invalid { .. }), "{wrong:?}");
    }
}
