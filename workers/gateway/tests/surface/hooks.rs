//! Webhooks: who may deliver, and what becomes of a delivery.

use app::ports::EndpointSecret;
use contracts::pipeline::IngestEventError;
use contracts::{Actor, TenantScope};
use signing::Source;

use crate::world::World;

/// The sources that sign nothing but headers and body with a MAC: those that deliveries can be made of here.
const SIGNED: [Source; 9] = [
    Source::Standard,
    Source::Slack,
    Source::Zoom,
    Source::Stripe,
    Source::Calendly,
    Source::Github,
    Source::Shopify,
    Source::Intercom,
    Source::Typeform,
];

const CALL: &[u8] = br#"{"type":"call.completed","timestamp":"2026-11-22T06:00:00Z","data":{}}"#;

#[test]
fn a_signed_delivery_is_handed_on_byte_for_byte_for_its_endpoints_tenant() {
    let world = World::new();
    let endpoint = world.endpoint(Source::Standard, |_| {});
    let delivery = world.deliver(&endpoint, "msg_1", CALL).header("content-type", "application/json");
    let answered = delivery.clone().send();
    assert_eq!((answered.status(), &answered.json()["duplicate"]), (202, &false.into()));
    assert_eq!(delivery.send().json()["duplicate"], true);

    let ingested = world.pipeline.ingested.borrow();
    let (scope, trace, request) = &ingested[0];
    let endpoint_id = request.endpoint_id.unwrap();
    assert_eq!(scope, &TenantScope { tenant: world.tenant, actor: Actor::Endpoint(endpoint_id) });
    assert_eq!(Some(trace.as_str()), answered.header("x-trace-id"));
    assert_eq!((request.source.as_str(), request.kind.as_str()), ("standard", "call.completed"));
    assert_eq!(request.delivery_id.as_deref(), Some("msg_1"));
    assert_eq!(request.body.0, CALL);
    assert_eq!(request.occurred_at.unwrap().unix_ms(), 1_795_327_200_000);
    assert_eq!(answered.0.entry.facts.endpoint.get(), Some(endpoint_id));
}

#[test]
fn every_source_of_the_catalog_is_verified_in_its_own_way() {
    let world = World::new();
    for source in SIGNED {
        let endpoint = world.endpoint(source, |_| {});
        assert_eq!(world.deliver(&endpoint, "msg_1", CALL).send().status(), 202, "{source}");
        let foreign = world.deliver(&endpoint, "msg_1", CALL).body(b"{}").send();
        foreign.refused(401, "hook.bad_signature");
        assert_eq!(foreign.cause().as_deref(), Some("mismatch"), "{source}");
    }
    assert_eq!(world.pipeline.ingested.borrow().len(), SIGNED.len());
}

#[test]
fn an_unsigned_a_garbled_and_a_stale_delivery_are_refused_before_their_body_is_looked_at() {
    let world = World::new();
    let endpoint = world.endpoint(Source::Standard, |_| {});
    let broken = world.deliver(&endpoint, "msg_1", b"{ no json");
    broken.clone().without("webhook-signature").send().refused(401, "hook.bad_signature");
    broken.clone().header("webhook-signature", "v1,zzz").send().refused(401, "hook.bad_signature");
    broken.clone().header("webhook-timestamp", "soon").send().refused(401, "hook.bad_signature");
    for skew_ms in [301_000_i64, -301_000] {
        let now = app::ports::Clock::now(&world.clock).unix_ms();
        let signed = world.deliver(&endpoint, "msg_1", b"{ no json");
        world.clock.set(contracts::Timestamp::from_unix_ms(now.saturating_add_signed(skew_ms)));
        signed.send().refused(401, "hook.stale_signature");
        world.clock.set(contracts::Timestamp::from_unix_ms(now));
    }
    assert!(world.pipeline.ingested.borrow().is_empty());
}

#[test]
fn the_previous_secret_still_signs_while_a_rotation_is_under_way() {
    let world = World::new();
    let old = world.endpoint(Source::Zoom, |_| {});
    let previous = EndpointSecret::new(old.secret.expose());
    let mut endpoint = world.endpoint(Source::Zoom, |stored| stored.previous_secret = Some(previous));
    assert_eq!(world.deliver(&endpoint, "msg_1", CALL).send().status(), 202);
    endpoint.secret = old.secret;
    assert_eq!(world.deliver(&endpoint, "msg_1", CALL).send().status(), 202);
}

#[test]
fn whatever_is_wrong_with_an_endpoint_a_stranger_gets_one_answer() {
    let world = World::new();
    let disabled = world.endpoint(Source::Standard, |stored| stored.active = false);
    let suspended = world.endpoint(Source::Standard, |stored| stored.tenant_active = false);
    let mut details = Vec::new();
    for path in
        [disabled.path, suspended.path, format!("/hooks/end_{}", "0".repeat(32)), "/hooks/%00%ff".into()]
    {
        let answered = world.ask("POST", &path).anonymous().body(CALL).send();
        answered.refused(404, "endpoint.not_found");
        details.push(answered.json()["detail"].clone());
    }
    details.dedup();
    assert_eq!(details.len(), 1, "{details:?}");
}

#[test]
fn a_challenge_is_answered_and_not_stored() {
    let world = World::new();
    let slack = world.endpoint(Source::Slack, |_| {});
    let answered = world.deliver(&slack, "msg_1", br#"{"type":"url_verification","challenge":"abc"}"#).send();
    assert_eq!((answered.status(), &answered.json()["challenge"]), (200, &"abc".into()));
    let zoom = world.endpoint(Source::Zoom, |_| {});
    let body = br#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#;
    let answered = world.deliver(&zoom, "msg_1", body).send();
    assert_eq!((answered.status(), &answered.json()["plainToken"]), (200, &"qgg8vlvZRS6UYooatFL8Aw".into()));
    assert!(world.pipeline.ingested.borrow().is_empty());
}

#[test]
fn what_the_pipeline_refuses_and_a_pipeline_that_is_down_have_their_answers() {
    let mut world = World::new();
    let endpoint = world.endpoint(Source::Standard, |_| {});
    let refusal = IngestEventError::NotJson { detail: "expected value at line 1 column 1".into() };
    world.pipeline.refusal.replace(Some(refusal));
    world.deliver(&endpoint, "msg_1", b"nope").send().refused(400, "request.malformed_json");
    world.cut();
    let down = world.deliver(&endpoint, "msg_1", CALL).send();
    down.refused(503, "service.unavailable");
    assert_eq!(down.header("retry-after"), Some("5"));
    assert!(down.cause().unwrap().contains("10.0.0.7"), "operators are told");
}

#[test]
fn a_damaged_endpoint_is_our_fault_and_not_the_senders() {
    let world = World::new();
    let endpoint =
        world.endpoint(Source::Standard, |stored| stored.secret = EndpointSecret::new("whsec_%%%"));
    let answered = world.deliver(&endpoint, "msg_1", CALL).send();
    answered.refused(500, "internal.error");
    assert!(answered.cause().unwrap().contains("current secret"), "{:?}", answered.cause());
    let odd = world.endpoint(Source::Standard, |stored| stored.source = "fax".into());
    world.deliver(&odd, "msg_1", CALL).send().refused(500, "internal.error");
}
