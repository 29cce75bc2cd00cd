//! The platform's own work asks by the same ways as customers: routed, held once, settled once.

use app::models::OwnModels;
use app::ports::{BudgetRefusal, ChatError, ChatExchange, Spending, TokenCount};
use test_kit::run;

use crate::world::{Act, World, completion};

const BODY: &str = r#"{"model":"fast","messages":[{"role":"user","content":"hi"}],"max_tokens":20}"#;

fn post(world: &World) -> Result<Vec<u8>, ChatError> {
    run(OwnModels::new(world.ports()).post(&Spending::of(world.tenant), BODY.to_owned()))
}

#[test]
fn it_falls_back_and_is_paid_once() {
    let world = World::new(vec![Act::Json(500, "{}".into()), Act::Json(200, completion())]);
    world.patient();
    assert_eq!(post(&world), Ok(completion().into_bytes()));
    assert_eq!(world.asked(), ["http://a/v1/chat/completions m1", "http://b/v1/chat/completions m2"]);
    let ([hold], [settled]) = (&world.held()[..], &world.settled()[..]) else { panic!("one of each") };
    assert_eq!((hold.tenant, hold.key, hold.tokens_out_bound), (world.tenant, None, 20));
    assert_eq!((settled.model.as_str(), settled.counted), ("m2", TokenCount::Reported));
}

#[test]
fn what_it_can_do_about_a_failure_is_said() {
    let failed = |act: Act| {
        // The first one is not asked again: the second does no better.
        let world = World::with(r#""on":[]"#, vec![act]);
        world.patient();
        post(&world).unwrap_err()
    };
    let said = |status| Act::Json(status, r#"{"error":{"message":"m"}}"#.into());
    assert!(matches!(failed(said(500)), ChatError::Unavailable { .. }));
    assert!(matches!(failed(said(401)), ChatError::Refused { .. }));
    assert!(matches!(failed(said(400)), ChatError::Refused { .. }));
    let ChatError::RateLimited { retry_after: Some(wait) } = failed(Act::Limited("7")) else {
        panic!("a wait")
    };
    assert_eq!(wait.as_secs(), 7);
    assert_eq!(
        failed(Act::Limited("86400")),
        ChatError::RateLimited { retry_after: None },
        "nobody waits a day"
    );
    let world = World::new(vec![Act::Silent, Act::Silent]);
    assert!(matches!(post(&world), Err(ChatError::Unavailable { retry_after: None, .. })));
}

#[test]
fn without_room_in_the_budget_nothing_is_asked() {
    let spent = BudgetRefusal::Spent { limit: "month".into(), left: "0".into(), resets_at: None };
    let held =
        BudgetRefusal::Held { limit: "month".into(), left: "1".into(), retry_after_s: 1, resets_at: None };
    for (refusal, waits) in [(spent, false), (held, true)] {
        let world = World::new(vec![]);
        world.patient();
        world.refuse(refusal);
        let Err(ChatError::Budget { retry_after, .. }) = post(&world) else { panic!("no room") };
        assert_eq!((retry_after.is_some(), world.asked().len()), (waits, 0));
    }
}
