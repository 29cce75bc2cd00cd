//! What is counted of requests, how it gets to the pipeline, and what its tenant is told.

use contracts::pipeline::usage::UsageClient;
use gateway::middleware::metering;
use mesh::loopback::Severed;
use serde_json::json;
use signing::Source;
use std::rc::Rc;
use test_kit::run;

use crate::world::{Answered, Asked, World};

const EVENT: &str = r#"{"source":"generic","type":"t","payload":1}"#;

/// Sends, and counts as the Worker does.
fn counted(world: &World, asked: Asked<'_>) -> Answered {
    let answered = asked.send();
    let now_ms = world.now_ms();
    let _ = metering::count(&world.ports.meter, &answered.0.entry, now_ms);
    answered
}

#[test]
fn requests_are_counted_by_operation_and_key_and_events_once() {
    let world = World::new();
    let endpoint = world.endpoint(Source::Standard, |_| {});
    counted(&world, world.ask("GET", "/v1/events"));
    counted(&world, world.ask("GET", "/v1/events/x"));
    counted(&world, world.ask("POST", "/v1/events").json(EVENT));
    for _ in 0..2 {
        let delivered = counted(&world, world.deliver(&endpoint, "msg_1", br#"{"type":"t"}"#));
        assert_eq!(delivered.status(), 202);
    }
    // Whose it would be is not known.
    counted(&world, world.ask("GET", "/v1/events").anonymous());
    run(metering::bring(&world.ports));

    let usage = world.ask("GET", "/v1/usage?group_by=operation").send().json();
    let totals = &usage["totals"];
    assert_eq!(
        (&totals["requests"], &totals["refused"], &totals["failed"]),
        (&json!(5), &json!(1), &json!(0))
    );
    assert_eq!(totals["events"], 2, "one over the API, and one of two deliveries of the same");
    let groups: Vec<_> = usage["groups"].as_array().unwrap().iter().collect();
    let named = |name: &str| groups.iter().find(|group| group["group"] == name).unwrap()["requests"].clone();
    assert_eq!((named("list_events"), named("receive_hook"), groups.len()), (json!(1), json!(2), 4));
    let keys = world.ask("GET", "/v1/usage?group_by=key").send().json();
    let keys = keys["groups"].as_array().unwrap();
    assert_eq!((&keys[0]["requests"], &keys[1]["group"]), (&json!(3), &json!("")), "{keys:?}");
    assert!(world.api_key.starts_with(keys[0]["group"].as_str().unwrap()), "the public half: {keys:?}");
}

#[test]
fn what_cannot_be_brought_is_brought_later_and_once() {
    let mut world = World::new();
    counted(&world, world.ask("GET", "/v1/events"));
    let there =
        std::mem::replace(&mut world.ports.usage, UsageClient::over(Rc::new(Severed::saying("away"))));
    run(metering::bring(&world.ports));
    let refused = world.ask("GET", "/v1/usage").send();
    refused.refused(503, "service.unavailable");
    world.ports.usage = there;
    counted(&world, world.ask("GET", "/v1/events"));
    for _ in 0..2 {
        run(metering::bring(&world.ports));
    }
    let usage = world.ask("GET", "/v1/usage").send().json();
    assert_eq!(usage["totals"]["requests"], 2, "{usage}");
}

#[test]
fn a_time_that_is_no_longer_kept_is_refused_with_what_is() {
    let world = World::new();
    let refused = world.ask("GET", "/v1/usage?from=1990-01-01T00:00:00Z&to=1990-01-02T00:00:00Z").send();
    refused.refused(400, "request.invalid_parameter");
    assert!(refused.json()["detail"].as_str().unwrap().contains("750 days"), "{}", refused.json());
    let answered = world.ask("GET", "/v1/usage?group_by=day").send();
    assert_eq!(answered.status(), 200);
    let usage = answered.json();
    assert_eq!(usage["groups"], json!([]));
    assert_eq!(usage["totals"]["cost_usd"], 0.0);
    assert_eq!(usage["storage"]["event_bytes"], 0);
    assert_eq!(usage["budgets"], json!([]));
}
