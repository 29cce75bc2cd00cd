//! Subscriptions and deliveries at the surface.

use contracts::pipeline::subscriptions::SubscriptionError;

use crate::subscription_services::{SECRET, delivery_id, subscription_id};
use crate::world::World;

const BODY: &str = r#"{"url":"https://hooks.example.com/weft","kinds":["budget"],"ordered_by":"account"}"#;

#[test]
fn a_subscription_s_secret_is_shown_at_its_creation_and_never_again() {
    let world = World::new();
    let created = world.ask("POST", "/v1/subscriptions").json(BODY).header("idempotency-key", "k1").send();
    let path = format!("/v1/subscriptions/{}", subscription_id());
    assert_eq!((created.status(), created.header("location")), (201, Some(path.as_str())));
    assert_eq!(created.json()["secret"], SECRET);
    let (request, key) = world.subscriptions.created.borrow()[0].clone();
    assert_eq!((request.kinds, key.as_deref()), (vec!["budget".to_owned()], Some("k1")));
    let read = world.ask("GET", &path).send();
    assert_eq!((read.status(), read.json().get("secret")), (200, None));
    let listed = world.ask("GET", "/v1/subscriptions?limit=1").send().json();
    assert_eq!(listed["items"][0].get("secret"), None);
    assert!(listed["next_cursor"].is_string());
}

#[test]
fn a_rotation_s_body_may_be_left_out() {
    let world = World::new();
    let path = format!("/v1/subscriptions/{}/rotate", subscription_id());
    assert_eq!(world.ask("POST", &path).send().json()["secret"], SECRET);
    assert_eq!(world.ask("POST", &path).json(r#"{"overlap_seconds":60}"#).send().status(), 200);
    assert_eq!(*world.subscriptions.rotated.borrow(), [86_400, 60]);
    world.ask("POST", &path).json(r#"{"overlap_seconds":-1}"#).send().refused(422, "request.invalid");
}

#[test]
fn a_delivery_is_read_and_sent_again_at_either_path() {
    let world = World::new();
    let id = delivery_id();
    let deliveries = world.ask("GET", &format!("/v1/subscriptions/{}/deliveries", subscription_id())).send();
    assert_eq!(deliveries.json()["items"][0]["status"], "pending");
    assert_eq!(world.ask("GET", &format!("/v1/deliveries/{id}")).send().json()["body"], "{}");
    for path in
        [format!("/v1/deliveries/{id}/redeliver"), format!("/v1/subscriptions/deliveries/{id}/redeliver")]
    {
        assert_eq!(world.ask("POST", &path).send().status(), 202, "{path}");
    }
    assert_eq!(*world.subscriptions.redelivered.borrow(), [id, id]);
    world.ask("POST", "/v1/deliveries/dlv_1/redeliver").send().refused(404, "delivery.not_found");
}

#[test]
fn each_refusal_has_its_code() {
    let world = World::new();
    let refused = |refusal: SubscriptionError, status: u16, code: &str| {
        *world.subscriptions.refusal.borrow_mut() = Some(refusal);
        world.ask("POST", "/v1/subscriptions").json(BODY).send().refused(status, code);
    };
    let invalid =
        |pointer: &str| SubscriptionError::Invalid { pointer: pointer.into(), detail: "is no good".into() };
    refused(invalid("/url"), 422, "subscription.invalid_url");
    refused(invalid("/kinds/0"), 422, "request.invalid");
    refused(SubscriptionError::TooMany { limit: 50 }, 409, "subscription.limit_reached");
    refused(SubscriptionError::KeyReused, 422, "idempotency.key_reused");
    refused(
        SubscriptionError::Unavailable { detail: "OUTBOUND_RESOLVER".into() },
        503,
        "service.unavailable",
    );
}

#[test]
fn reading_and_writing_need_their_own_scopes() {
    let world = World::new();
    let reads = world.key(|key| key.scopes = vec!["subscriptions:read".into()]);
    let path = format!("/v1/subscriptions/{}", subscription_id());
    assert_eq!(world.ask("GET", &path).with_key(&reads).send().status(), 200);
    for (method, path) in [("DELETE", path.clone()), ("POST", format!("{path}/enable"))] {
        world.ask(method, &path).with_key(&reads).send().refused(403, "auth.missing_scope");
    }
    let writes = world.key(|key| key.scopes = vec!["subscriptions:write".into()]);
    world.ask("GET", &path).with_key(&writes).send().refused(403, "auth.missing_scope");
    assert_eq!(world.ask("DELETE", &path).with_key(&writes).send().status(), 204);
}
