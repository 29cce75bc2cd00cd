//! Rate limits and quotas as clients meet them.

use async_trait::async_trait;
use gateway::middleware::limits::FirstCut;
use signing::Source;
use std::rc::Rc;

use crate::world::World;

const EVENT: &str = r#"{"source":"generic","type":"t","payload":1}"#;

fn limited(world: &World, tenant: &str, key: Option<&str>) -> String {
    world.key(|stored| {
        stored.scopes = auth::Scope::ALL.iter().map(ToString::to_string).collect();
        stored.allowance.tenant = Some(tenant.to_owned());
        stored.allowance.key = key.map(str::to_owned);
    })
}

#[test]
fn every_answer_to_a_key_says_how_it_stands() {
    let world = World::new();
    let key = limited(&world, r#"{"read":{"burst":3,"per_minute":60}}"#, None);
    for (left, path, status) in
        [(2, "/v1/events", 200), (1, "/v1/events/x", 404), (0, "/v1/signals?limit=0", 400)]
    {
        let answered = world.ask("GET", path).with_key(&key).send();
        assert_eq!(answered.status(), status, "{answered:?}");
        assert_eq!(answered.header("ratelimit-policy"), Some(r#""read";q=3;w=3"#));
        assert_eq!(answered.header("ratelimit"), Some(&*format!(r#""read";r={left};t={}"#, 3 - left)));
    }
    let refused = world.ask("GET", "/v1/events").with_key(&key).send();
    refused.refused(429, "limit.rate_exceeded");
    assert_eq!(
        (refused.header("retry-after"), refused.header("ratelimit")),
        (Some("1"), Some(r#""read";r=0;t=3"#))
    );
    // Other kinds have their own, and so have other tenants.
    assert_eq!(world.ask("POST", "/v1/events").with_key(&key).json(EVENT).send().status(), 202);
    world.clock.advance(1_000);
    assert_eq!(world.ask("GET", "/v1/events").with_key(&key).send().status(), 200);
    let stranger = world.ask("GET", "/v1/events").anonymous().send();
    assert_eq!((stranger.status(), stranger.header("ratelimit")), (401, None));
}

#[test]
fn a_refused_write_does_nothing() {
    let world = World::new();
    let key = limited(&world, "{}", Some(r#"{"ingest":{"burst":1,"per_minute":1}}"#));
    let submit = || world.ask("POST", "/v1/events").with_key(&key).json(EVENT).send();
    assert_eq!(submit().status(), 202);
    let refused = submit();
    refused.refused(429, "limit.rate_exceeded");
    assert!(refused.json()["detail"].as_str().unwrap().contains("`key-ingest`"), "{}", refused.json());
    assert_eq!(world.pipeline.ingested.borrow().len(), 1);
}

#[test]
fn the_quota_is_for_events_that_were_accepted() {
    let world = World::new();
    let key = limited(&world, r#"{"events_per_day":2}"#, None);
    let submit = |body: &str| world.ask("POST", "/v1/events").with_key(&key).json(body).send();
    submit("{}").refused(422, "request.invalid");
    submit("{").refused(400, "request.malformed_json");
    for _ in 0..2 {
        assert_eq!(submit(EVENT).status(), 202);
    }
    let refused = submit(EVENT);
    refused.refused(429, "limit.quota_exceeded");
    let wait_s: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=86_400).contains(&wait_s), "{wait_s}");
    let endpoint = world.endpoint(Source::Standard, |stored| {
        stored.allowance.tenant = Some(r#"{"events_per_day":2}"#.into());
    });
    assert_eq!(world.deliver(&endpoint, "msg_1", b"{}").send().status(), 202, "a provider is never told");
}

#[test]
fn a_flood_of_deliveries_is_refused_only_once_signed_and_only_for_its_endpoint() {
    let world = World::new();
    let flooded = world.endpoint(Source::Standard, |stored| {
        stored.allowance.tenant = Some(r#"{"hook":{"burst":2,"per_minute":60}}"#.into());
    });
    let other = world.endpoint(Source::Standard, |_| {});
    for _ in 0..20 {
        world.ask("POST", &flooded.path).anonymous().body(b"{}").send().refused(401, "hook.bad_signature");
    }
    for n in 0..2 {
        assert_eq!(world.deliver(&flooded, &format!("msg_{n}"), b"{}").send().status(), 202);
    }
    let refused = world.deliver(&flooded, "msg_9", b"{}").send();
    refused.refused(429, "limit.rate_exceeded");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(world.deliver(&other, "msg_1", b"{}").send().status(), 202);
}

#[test]
fn without_the_limiter_everyone_passes() {
    let mut world = World::new();
    world.cut_limits();
    let key =
        limited(&world, r#"{"read":{"burst":1,"per_minute":1},"ingest":{"burst":1,"per_minute":1}}"#, None);
    for _ in 0..3 {
        let answered = world.ask("GET", "/v1/events").with_key(&key).send();
        assert_eq!((answered.status(), answered.header("ratelimit")), (200, None));
        assert_eq!(world.ask("POST", "/v1/events").with_key(&key).json(EVENT).send().status(), 202);
    }
}

/// Lets nobody of one address pass.
struct Cut;

#[async_trait(?Send)]
impl FirstCut for Cut {
    async fn passes(&self, who: String) -> bool {
        !who.ends_with(" 203.0.113.9")
    }
}

#[test]
fn a_flood_from_one_address_is_cut_before_anything_is_looked_up() {
    let mut world = World::new();
    world.ports.first_cut = Rc::new(Cut);
    let endpoint = world.endpoint(Source::Standard, |_| {});
    let from =
        |asked: crate::world::Asked<'_>, address: &str| asked.header("cf-connecting-ip", address).send();
    let before = world.faults.calls("control.key_by_prefix") + world.faults.calls("control.endpoint");
    from(world.ask("GET", "/v1/events"), "203.0.113.9").refused(429, "limit.rate_exceeded");
    from(world.deliver(&endpoint, "msg_1", b"{}"), "203.0.113.9").refused(429, "limit.rate_exceeded");
    let after = world.faults.calls("control.key_by_prefix") + world.faults.calls("control.endpoint");
    assert_eq!(before, after);
    assert_eq!(from(world.ask("GET", "/v1/events"), "203.0.113.8").status(), 200);
    assert_eq!(from(world.deliver(&endpoint, "msg_1", b"{}"), "203.0.113.8").status(), 202);
}

#[test]
fn a_keys_use_is_noted_once_in_a_while() {
    let world = World::new();
    let noted = || world.ask("GET", "/v1/events").send().0.entry.facts.used.get().is_some();
    assert_eq!((noted(), noted()), (true, false));
    world.clock.advance(300_000);
    assert!(noted());
    let refused = world.ask("GET", "/v1/events").with_key(&format!("{}x", world.api_key)).send();
    assert_eq!(refused.0.entry.facts.used.get(), None);
}
