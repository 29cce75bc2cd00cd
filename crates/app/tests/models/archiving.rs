//! What is kept of calls where a tenant's policy says so: what left and what came, never what was put aside; how each
//! ended; for as long as was promised.

use app::call_archive::{AiCallsService, SweptCalls, sweep_calls};
use app::pipeline::Budget;
use app::ports::{Archive, ModelPolicies};
use contracts::Timestamp;
use contracts::pipeline::ai_calls::{AiCallError, AiCallSummary, AiCalls, ListAiCalls, ReadAiCall};
use contracts::pipeline::ai_policy::{AiArchive, AiPolicy};
use contracts::pipeline::models::Models;
use futures_util::StreamExt;
use mesh::StreamSource;
use serde_json::Value;
use test_kit::{FakeClock, run};

use crate::text;
use crate::world::{Act, NOW_MS, World, cached, chat, completion, question, stream};

const DAY_MS: u64 = 86_400_000;

fn kept(retention_days: u32) -> AiPolicy {
    AiPolicy { archive: Some(AiArchive { retention_days }), ..AiPolicy::default() }
}

fn calls(world: &World) -> Vec<AiCallSummary> {
    world.go_on();
    let request = ListAiCalls { limit: 200, ..ListAiCalls::default() };
    run(AiCallsService(world.archive()).list_calls(&world.context(), request))
        .expect("the store answers")
        .items
}

fn record(world: &World, call: &AiCallSummary) -> Value {
    let request = ReadAiCall { call_id: call.call_id };
    let read =
        run(AiCallsService(world.archive()).read_call(&world.context(), request)).expect("it is there");
    serde_json::from_str(&read.json).expect("it is JSON")
}

fn only(world: &World) -> (AiCallSummary, Value) {
    let [call] = &calls(world)[..] else { panic!("one call is archived") };
    (call.clone(), record(world, call))
}

#[test]
fn nothing_is_kept_unless_the_policy_says_so() {
    let world = World::new(vec![Act::Json(200, completion())]);
    run(world.service().complete(&world.context(), chat("fast", false))).unwrap();
    assert_eq!(calls(&world), []);
    assert!(world.objects.keys().is_empty());
}

#[test]
fn a_call_is_found_by_its_request_and_its_trace_and_is_one_tenants() {
    let world = World::new(vec![Act::Json(200, completion()), Act::Json(200, completion())]);
    world.set_policy(kept(30));
    for request_id in ["req_1", "req_2"] {
        let mut request = chat("fast", false);
        request.request_id = Some(request_id.into());
        run(world.service().complete(&world.context(), request)).unwrap();
    }
    assert_eq!(calls(&world).len(), 2);
    let service = AiCallsService(world.archive());
    let by = |request: ListAiCalls| run(service.list_calls(&world.context(), request)).unwrap();
    let request_id = Some("req_1".to_owned());
    let found = by(ListAiCalls { request_id, limit: 10, ..ListAiCalls::default() }).items;
    let [call] = &found[..] else { panic!("{found:?}") };
    let trace_id = Some(world.context().trace.trace_id());
    let page = by(ListAiCalls { trace_id, limit: 1, ..ListAiCalls::default() });
    assert_eq!((page.items.len(), page.next_before), (1, Some(page.items[0].call_id)));
    assert_eq!(call.expires_at.unix_ms(), call.at.unix_ms() + 30 * DAY_MS);

    let said = record(&world, call);
    assert_eq!(
        (&said["request_id"], &said["outcome"], &said["form"]),
        (&"req_1".into(), &"finished".into(), &"openai".into())
    );
    assert_eq!(
        (&said["model_asked"], &said["model"], &said["upstream"], &said["route"]),
        (&"fast".into(), &"m1".into(), &"a".into(), &"r".into())
    );
    assert_eq!(said["response"]["text"], completion());
    let sent: Value = serde_json::from_str(said["request"]["text"].as_str().unwrap()).unwrap();
    assert_eq!((&sent["model"], &sent["messages"][0]["content"]), (&"fast".into(), &"hi".into()));

    let theirs = world.context_of(world.other);
    let all = ListAiCalls { limit: 10, ..ListAiCalls::default() };
    assert_eq!(run(service.list_calls(&theirs, all)).unwrap().items, []);
    let read = run(service.read_call(&theirs, ReadAiCall { call_id: call.call_id }));
    assert_eq!(read, Err(AiCallError::NotFound));
    // A row whose record was never stored is a call that is not there.
    let key = world.objects.keys().into_iter().find(|key| key.contains(&call.call_id.to_string())).unwrap();
    assert!(key.starts_with(&format!("{}/ai-calls/2026/11/2", world.tenant)), "{key}");
    run(world.objects.delete(&[key])).unwrap();
    let read = run(service.read_call(&world.context(), ReadAiCall { call_id: call.call_id }));
    assert_eq!(read, Err(AiCallError::NotFound));
}

#[test]
fn what_is_put_aside_is_in_no_record() {
    let secret = "card 4111111111111111 of ada@example.com";
    let answer = completion().replace("hi", "wrote to [EMAIL_1]");
    let said = |text: &str| {
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
    };
    let mut pieces = vec![said("to [EM"), said("AIL_1]")];
    pieces.extend(stream()[3..].iter().cloned());
    let world = World::new(vec![Act::Json(200, answer), Act::Stream(pieces, false)]);
    world.set_policy(AiPolicy { mask: vec!["email".into(), "card".into()], ..kept(1) });
    let whole = run(world.service().complete(&world.context(), question(secret, "no-store"))).unwrap();
    assert!(String::from_utf8(whole.body.0).unwrap().contains("wrote to ada@example.com"));
    let mut request = question(secret, "no-store");
    request.body.0 = String::from_utf8(request.body.0).unwrap().replacen('{', "{\"stream\":true,", 1).into();
    let streamed = run(world.service().complete(&world.context(), request)).unwrap();
    assert!(text(streamed).contains("ada@example.com"));
    let records: Vec<Value> = calls(&world).iter().map(|call| record(&world, call)).collect();
    assert_eq!(records.len(), 2);
    for record in records {
        assert!(
            record["request"]["text"].as_str().unwrap().contains("card [CARD_1] of [EMAIL_1]"),
            "{record}"
        );
        assert_eq!(record["masked"], "email=1, card=1");
        let all = record.to_string();
        assert!(!all.contains("ada@") && !all.contains("4111"), "{all}");
    }
}

#[test]
fn a_stream_is_kept_as_it_was_relayed_with_how_it_ended() {
    for (pieces, stalls, outcome, last) in [
        (stream(), false, "finished", "data: [DONE]"),
        (stream()[..2].to_vec(), false, "broken", "ai.stream_cut"),
        (stream()[..2].to_vec(), true, "broken", "ai.stream_stalled"),
    ] {
        let world = World::new(vec![Act::Stream(pieces, stalls)]);
        world.set_policy(kept(1));
        let answer = run(world.service().complete(&world.context(), chat("fast", true))).unwrap();
        let told = text(answer);
        let (call, record) = only(&world);
        assert_eq!((&*call.outcome, &record["stream"]), (outcome, &true.into()));
        assert_eq!(record["response"]["media_type"], "text/event-stream");
        assert_eq!(record["response"]["text"], told, "what the client was sent");
        assert!(told.contains(last), "{told}");
    }
}

#[test]
fn one_that_is_left_is_kept_as_far_as_it_came() {
    let world = World::new(vec![Act::Stream(stream(), false)]);
    world.set_policy(kept(1));
    let answer = run(world.service().complete(&world.context(), chat("fast", true))).unwrap();
    let Some(StreamSource::Chunks(mut chunks)) = answer.stream.unwrap().take_source() else {
        panic!("a stream")
    };
    run(chunks.next());
    drop(chunks);
    let (call, record) = only(&world);
    assert_eq!(call.outcome, "canceled");
    assert_eq!(record["response"]["text"], stream()[0]);
}

#[test]
fn a_kept_answer_is_marked_as_one() {
    let world = World::new(vec![Act::Json(200, completion())]);
    world.set_policy(kept(1));
    for _ in 0..2 {
        run(world.service().complete(&world.context(), cached("fast", false, "max-age=60"))).unwrap();
        world.go_on();
    }
    let records: Vec<Value> = calls(&world).iter().map(|call| record(&world, call)).collect();
    let told: Vec<_> = records.iter().map(|record| (&record["cache"], &record["outcome"])).collect();
    assert_eq!(told, [(&"hit".into(), &"cached".into()), (&"miss".into(), &"finished".into())]);
    assert_eq!(records[0]["response"]["text"], records[1]["response"]["text"]);
}

#[test]
fn an_answer_is_kept_up_to_its_bound() {
    let long = "x".repeat(1024 * 1024);
    let world = World::new(vec![Act::Json(200, completion().replace("hi", &long))]);
    world.set_policy(kept(1));
    run(world.service().complete(&world.context(), chat("fast", false))).unwrap();
    let (_, record) = only(&world);
    let response = &record["response"];
    assert_eq!((&response["cut"], response["text"].as_str().unwrap().len()), (&true.into(), 1024 * 1024));
    assert_eq!(response["bytes"], completion().len() - 2 + long.len());
}

#[test]
fn calls_go_when_they_have_expired_and_sooner_where_less_is_promised_now() {
    let world = World::new(vec![Act::Json(200, completion()); 3]);
    let clock = FakeClock::at(Timestamp::from_unix_ms(NOW_MS));
    let swept = |policy: AiPolicy| {
        world.set_policy(policy);
        let archive = world.archive();
        let policies: std::rc::Rc<dyn ModelPolicies> = world.ports().policies;
        run(sweep_calls(&archive, &*policies, &clock, Budget::of(&clock, 1_000))).unwrap()
    };
    for days in [1, 30, 30] {
        world.set_policy(kept(days));
        run(world.service().complete(&world.context(), chat("fast", false))).unwrap();
        world.go_on();
        world.wait(DAY_MS);
        clock.advance(DAY_MS);
    }
    let gone = |calls| SweptCalls { calls, failed: 0 };
    // Nothing is archived any more; what is there stays for as long as was promised.
    assert_eq!(swept(AiPolicy::default()), gone(1));
    assert_eq!(swept(kept(90)), gone(0));
    assert_eq!(swept(kept(1)), gone(1));
    assert_eq!((calls(&world).len(), world.objects.keys().len()), (1, 1));
    clock.advance(29 * DAY_MS);
    assert_eq!(swept(AiPolicy::default()), gone(1));
    assert_eq!((calls(&world).len(), world.objects.keys().len()), (0, 0));
}
