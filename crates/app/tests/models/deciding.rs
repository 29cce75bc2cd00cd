//! Two asked at once, and a decision told.

use app::ports::CallOutcome;
use contracts::pipeline::model_routes::ExplainRoute;
use contracts::pipeline::models::{ModelError, Models};
use mesh::Bytes;
use test_kit::run;

use crate::world::{Act, World, chat, completion, stream};

fn hedging(script: Vec<Act>) -> World {
    let world = World::with(r#""on":["server_error"],"hedge_after_ms":20"#, script);
    world.patient();
    world
}

#[test]
fn a_second_is_asked_where_the_first_is_slow_and_both_are_paid() {
    for (asks_stream, act) in [(false, Act::Json(200, completion())), (true, Act::Stream(stream(), false))] {
        let world = hedging(vec![Act::Silent, act]);
        let answer = run(world.service().complete(&world.context(), chat("fast", asks_stream))).unwrap();
        assert!(answer.headers.contains(&("weft-upstream".into(), "b".into())), "{:?}", answer.headers);
        assert!(answer.headers.contains(&("weft-attempts".into(), "2".into())));
        drop(answer);
        world.go_on();
        assert_eq!(world.open_bodies(), 0, "the slow one was left");
        assert_eq!(world.held().len(), 2, "both could cost");
        let mut settled = world.settled();
        settled.sort_by(|a, b| a.upstream.cmp(&b.upstream));
        let [left, won] = &settled[..] else { panic!("{settled:?}") };
        assert_eq!((left.upstream.as_str(), left.outcome, left.tokens_out), ("a", CallOutcome::Canceled, 0));
        assert_eq!(won.upstream, "b");
        assert_eq!(world.released(), 0);
    }
}

#[test]
fn nobody_else_is_asked_where_the_first_answers_or_fails_in_time() {
    let world = hedging(vec![Act::Json(200, completion())]);
    run(world.service().complete(&world.context(), chat("fast", false))).unwrap();
    assert_eq!((world.asked().len(), world.held().len()), (1, 1));
    let world = hedging(vec![Act::Json(500, "{}".into()), Act::Json(200, completion())]);
    run(world.service().complete(&world.context(), chat("fast", false))).unwrap();
    assert_eq!((world.asked().len(), world.held().len(), world.settled().len()), (2, 1, 1), "a fallback");
}

fn explain(world: &World, tenant: ids::TenantId, body: &str) -> Result<serde_json::Value, ModelError> {
    let request = ExplainRoute {
        body: Bytes(body.as_bytes().to_vec()),
        plan: "standard".into(),
        key_prefix: Some("wk_a".into()),
    };
    let told = run(world.service().explain_route(&world.context_of(tenant), request))?;
    Ok(serde_json::to_value(told).expect("it is JSON"))
}

#[test]
fn a_decision_is_told_and_nobody_asked() {
    let world = hedging(vec![]);
    let told =
        explain(&world, world.tenant, r#"{"model":"fast","input_tokens":7,"max_completion_tokens":5}"#);
    let told = told.unwrap();
    assert_eq!(told["route"], "r");
    assert_eq!(told["routes"][0]["holds"], true);
    let candidates: Vec<_> = told["candidates"].as_array().unwrap().iter().collect();
    assert_eq!((&candidates[0]["upstream"], &candidates[0]["weight"]), (&"a".into(), &1.into()));
    assert_eq!((&candidates[1]["model"], &candidates[1]["breaker"]), (&"m2".into(), &"closed".into()));
    assert_eq!((told["hedge_after_ms"].as_u64(), told["hold_nanos"].as_u64()), (Some(20), Some(2)));
    assert_eq!(told["limits"][0]["limit"], "12 tokens");
    let whole = r#"{"model":"m1","messages":[{"role":"user","content":"hi"}],"stream":true}"#;
    let told = explain(&world, world.tenant, whole).unwrap();
    assert_eq!(
        (&told["routes"][0]["condition"], &told["tokens_in"]),
        (&"models".into(), &whole.len().into())
    );
    let told = explain(&world, world.other, r#"{"model":"m1"}"#).unwrap();
    assert!(told["refusal"].as_str().unwrap().contains("m1"), "{told}");
    for wrong in ["{}", "[]", r#"{"model":""}"#, r#"{"model":"m","input_tokens":"x"}"#] {
        assert!(matches!(explain(&world, world.tenant, wrong), Err(ModelError::Invalid { .. })), "{wrong}");
    }
    assert!(world.asked().is_empty() && world.held().is_empty());
}
