//! Kept answers: when one is given again, what it tells, and what is never kept.

use app::ports::{CacheStatus, CallOutcome};
use contracts::TenantCall;
use contracts::pipeline::models::{Complete, Completion, Embed, ModelError, Models};
use mesh::Bytes;
use test_kit::run;

use crate::text;
use crate::world::{Act, World, cached, chat, completion, question, stream};

fn ask(world: &World, context: &TenantCall, request: Complete) -> Completion {
    let answer = run(world.service().complete(context, request)).expect("it is answered");
    if answer.stream.is_some() {
        let (media_type, headers) = (answer.media_type.clone(), answer.headers.clone());
        let body = Bytes(text(answer).into_bytes());
        world.go_on();
        return Completion { media_type, headers, body, stream: None };
    }
    world.go_on();
    answer
}

fn header<'a>(answer: &'a Completion, name: &str) -> Option<&'a str> {
    answer.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[test]
fn an_answer_is_given_again_where_a_request_or_a_route_says_so() {
    for (on, first, second) in [
        (r#""on":[]"#, cached("fast", false, "max-age=60"), cached("fast", false, "max-age=60")),
        (r#""on":[],"cache":{"ttl_s":60}"#, chat("fast", false), chat("fast", false)),
    ] {
        let world = World::with(on, vec![Act::Json(200, completion())]);
        let answer = ask(&world, &world.context(), first);
        assert_eq!(header(&answer, "weft-cache"), Some("miss"));
        world.wait(12_300);
        let again = ask(&world, &world.context(), second);
        assert_eq!(again.body, answer.body);
        let told = ["weft-cache", "weft-cache-age", "weft-cache-saved-tokens", "weft-model", "weft-attempts"];
        let told = told.map(|name| header(&again, name).unwrap());
        assert_eq!(told, ["hit", "12", "10", "m1", "0"]);
        assert_eq!(header(&again, "weft-cache-saved-usd"), Some("0.000000000"));
        assert_eq!(world.asked().len(), 1, "nobody was asked");
        let (held, settled) = (world.held(), world.settled());
        assert_eq!((held[1].tokens_in_bound, held[1].tokens_out_bound), (0, 0), "a request, and no money");
        assert_eq!((settled[1].tokens_in, settled[1].tokens_out), (0, 0));
        assert_eq!((settled[1].outcome, settled[1].metered.cache), (CallOutcome::Cached, CacheStatus::Hit));
        assert_eq!((settled[1].metered.saved.tokens_in, settled[1].metered.saved.tokens_out), (7, 3));
        assert_eq!(settled[0].metered.cache, CacheStatus::Miss);
    }
}

#[test]
fn a_tenant_never_gets_what_another_asked() {
    let world = World::new(vec![Act::Json(200, completion()), Act::Json(200, completion())]);
    ask(&world, &world.context(), cached("m2", false, "max-age=60"));
    let other = ask(&world, &world.context_of(world.other), cached("m2", false, "max-age=60"));
    assert_eq!(header(&other, "weft-cache"), Some("miss"));
    assert_eq!((world.asked().len(), world.kept()), (2, 2));
}

#[test]
fn a_stream_is_kept_whole_and_given_as_a_stream_or_as_a_whole() {
    let world = World::new(vec![Act::Stream(stream(), false)]);
    ask(&world, &world.context(), cached("fast", true, "max-age=60"));
    let whole = ask(&world, &world.context(), cached("fast", false, "max-age=60"));
    assert_eq!(whole.media_type, "application/json");
    let whole = String::from_utf8(whole.body.0).unwrap();
    assert!(
        whole.contains(r#""content":"abcdefghij""#) && whole.contains(r#""completion_tokens":4"#),
        "{whole}"
    );
    let again = ask(&world, &world.context(), cached("fast", true, "max-age=60"));
    assert!(again.media_type.starts_with("text/event-stream"));
    assert_eq!(header(&again, "weft-cache"), Some("hit"));
    let events = String::from_utf8(again.body.0).unwrap();
    assert!(events.contains("abcdefghij") && events.ends_with("data: [DONE]\n\n"), "{events}");
    assert!(!events.contains("usage"), "it was not asked for");
    assert_eq!(world.asked().len(), 1);
}

#[test]
fn what_failed_was_cut_or_refused_is_never_kept() {
    let refusal = r#"{"choices":[{"message":{"content":null,"refusal":"no"},"finish_reason":"stop"}]}"#;
    for (act, streamed) in [
        (Act::Json(400, r#"{"error":{"message":"m"}}"#.into()), false),
        (Act::Json(200, refusal.into()), false),
        (Act::Stream(stream()[..3].to_vec(), false), true),
        (Act::Stream(stream()[..3].to_vec(), true), true),
    ] {
        let shown = format!("{act:?}");
        let world = World::new(vec![act]);
        let answer = run(world.service().complete(&world.context(), cached("fast", streamed, "max-age=60")));
        if let Ok(answer) = answer.map_err(drop)
            && answer.stream.is_some()
        {
            text(answer);
        }
        world.go_on();
        assert_eq!(world.kept(), 0, "{shown}");
    }
}

#[test]
fn a_client_that_leaves_amid_a_stream_leaves_nothing_behind() {
    let world = World::new(vec![Act::Stream(stream(), false)]);
    let request = cached("fast", true, "max-age=60");
    drop(run(world.service().complete(&world.context(), request)).unwrap());
    world.go_on();
    assert_eq!((world.kept(), world.settled().len()), (0, 1));
}

#[test]
fn a_request_may_want_a_new_answer_or_leave_none() {
    let two = || vec![Act::Json(200, completion()), Act::Json(200, completion())];
    for (second, asked, kept) in
        [("no-cache", 2, 1), ("no-store", 2, 1), ("max-age=5", 2, 1), ("max-age=11", 1, 1)]
    {
        let world = World::with(r#""on":[],"cache":{"ttl_s":60}"#, two());
        ask(&world, &world.context(), chat("fast", false));
        world.wait(10_000);
        ask(&world, &world.context(), cached("fast", false, second));
        assert_eq!((world.asked().len(), world.kept()), (asked, kept), "{second}");
    }
    let world = World::with(r#""on":[],"cache":{"ttl_s":60}"#, two());
    ask(&world, &world.context(), cached("fast", false, "no-store"));
    assert_eq!(world.kept(), 0);
    let refused =
        run(world.service().complete(&world.context(), cached("fast", false, "forever"))).unwrap_err();
    assert!(matches!(&refused, ModelError::Invalid { faults } if faults[0].detail.contains("weft-cache")));
}

#[test]
fn an_answer_of_the_cache_on_the_way_costs_nothing_and_says_so() {
    let world = World::new(vec![Act::Json(200, completion())]);
    world.gateway_says("HIT");
    let answer = ask(&world, &world.context(), chat("fast", false));
    assert_eq!(header(&answer, "weft-cache"), Some("gateway-hit"));
    let settled = &world.settled()[0];
    assert_eq!((settled.outcome, settled.tokens_out), (CallOutcome::Cached, 0));
    assert_eq!((settled.metered.cache, settled.metered.saved.tokens_out), (CacheStatus::GatewayHit, 3));
}

#[test]
fn vectors_are_given_again() {
    let vectors = r#"{"data":[{"embedding":[1]}],"usage":{"prompt_tokens":4}}"#;
    let world = World::new(vec![Act::Json(200, vectors.into())]);
    let asked = |user: &str| Embed {
        body: Bytes(format!(r#"{{"model":"m1","input":"a","user":"{user}"}}"#).into_bytes()),
        plan: "standard".into(),
        key_prefix: None,
        cache: Some("max-age=60".into()),
    };
    let first = run(world.service().embed(&world.context(), asked("u"))).unwrap();
    world.go_on();
    let again = run(world.service().embed(&world.context(), asked("v"))).unwrap();
    assert_eq!((again.body.clone(), world.asked().len()), (first.body, 1));
    assert!(again.headers.contains(&("weft-cache".into(), "hit".into())));
    assert!(again.headers.contains(&("weft-cache-saved-tokens".into(), "4".into())));
}

#[test]
fn a_question_in_other_words_gets_the_kept_answer_and_why() {
    let answer = completion().replacen('{', r#"{"id":"chatcmpl-1","#, 1);
    let world = World::new(vec![
        Act::Json(200, answer.clone()),
        Act::Json(200, answer.clone()),
        Act::Json(200, answer),
    ]);
    let keep = "max-age=600, semantic=0.7";
    let context = world.context();
    ask(&world, &context, question("Where is my order 77 now", keep));
    let again = ask(&world, &context, question("where is my order 77", keep));
    let told = ["weft-cache", "weft-cache-threshold", "weft-cache-answer"].map(|name| header(&again, name));
    assert_eq!(told, [Some("semantic"), Some("0.7"), Some("chatcmpl-1")]);
    let similarity: f64 = header(&again, "weft-cache-similarity").unwrap().parse().unwrap();
    assert!((0.7..1.0).contains(&similarity), "{similarity}");
    assert_eq!(world.settled()[1].metered.cache, CacheStatus::Semantic);
    for (text, cache) in
        [("where is my order 78", keep), ("where is my order 77 today", "max-age=600, exact")]
    {
        let other = ask(&world, &context, question(text, cache));
        assert_eq!(header(&other, "weft-cache"), Some("miss"), "{text}");
    }
    assert_eq!(world.asked().len(), 3);
}

#[test]
fn a_question_whose_answer_is_gone_is_forgotten_and_another_tenants_is_never_found() {
    let world = World::new((0..3).map(|_| Act::Json(200, completion())).collect());
    let keep = "max-age=600, semantic=0.7";
    ask(&world, &world.context(), question("where is my order now", keep));
    let theirs = Complete { body: Bytes(question("where is my order", keep).body.0), ..question("", keep) };
    let theirs = Complete {
        body: Bytes(String::from_utf8(theirs.body.0).unwrap().replace("fast", "m2").into_bytes()),
        ..theirs
    };
    let other = ask(&world, &world.context_of(world.other), theirs);
    assert_eq!(header(&other, "weft-cache"), Some("miss"));
    world.lose_answers();
    let gone = ask(&world, &world.context(), question("where is my order", keep));
    assert_eq!(header(&gone, "weft-cache"), Some("miss"));
    assert_eq!(
        world.questions.passages(world.tenant).len(),
        1,
        "the old question is gone, the new one is there"
    );
}
