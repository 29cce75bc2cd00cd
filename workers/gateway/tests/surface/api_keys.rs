//! API keys: who gets in, and for what.

use contracts::{Actor, Timestamp};
use test_kit::When;

use crate::world::World;

#[test]
fn a_request_without_a_key_is_challenged() {
    let world = World::new();
    for asked in [
        world.ask("GET", "/v1/events").anonymous(),
        world.ask("GET", "/v1/events").header("authorization", "Basic dXNlcjpwdw=="),
        world.ask("GET", "/v1/events").header("authorization", ""),
    ] {
        let answered = asked.send();
        answered.refused(401, "auth.missing_credentials");
        assert_eq!(answered.header("www-authenticate"), Some(r#"Bearer realm="weft""#));
    }
}

#[test]
fn a_key_that_is_not_good_is_refused_with_one_answer_for_all_that_existed() {
    let world = World::new();
    let expired = world.key(|key| key.expires_at = Some(Timestamp::from_unix_ms(1_795_330_799_000)));
    let revoked = world.key(|key| key.revoked_at = Some(Timestamp::from_unix_ms(1)));
    let mut details = Vec::new();
    let foreign = world.key(|key| key.hash = "0".repeat(64));
    for (key, cause) in [(expired, "expired"), (revoked, "revoked"), (foreign, "wrong_key")] {
        let answered = world.ask("GET", "/v1/events").with_key(&key).send();
        answered.refused(401, "auth.invalid_credentials");
        assert_eq!(answered.cause().as_deref(), Some(cause));
        assert!(answered.header("www-authenticate").unwrap().contains("invalid_token"));
        details.push(answered.json()["detail"].clone());
    }
    let unknown = auth::ApiKey::generate([7; 41]);
    let answered = world.ask("GET", "/v1/events").with_key(unknown.expose()).send();
    answered.refused(401, "auth.invalid_credentials");
    details.push(answered.json()["detail"].clone());
    details.dedup();
    assert_eq!(details.len(), 1, "{details:?}");
    for malformed in ["wk_short", "sk_123", &format!("{}x", world.api_key)] {
        world.ask("GET", "/v1/events").with_key(malformed).send().refused(401, "auth.invalid_credentials");
    }
}

#[test]
fn a_job_does_nothing_that_the_key_which_made_it_may_not() {
    let world = World::new();
    let with = |scopes: &[&str]| {
        world.key(|key| key.scopes = scopes.iter().map(|&scope| scope.to_owned()).collect())
    };
    let body = |task: &str| format!(r#"{{"name":"J","schedule":{{"every":"1h"}},"task":{task}}}"#);
    let workflow = r#"{"kind":"workflow","name":"account_report","params":{"account":"northwind.example"}}"#;
    let report = r#"{"kind":"report","account":"northwind.example"}"#;
    let event = r#"{"kind":"event","source":"generic","type":"t","payload":1}"#;
    for (task, scope) in [(workflow, "workflows:write"), (report, "reports:write")] {
        let (poor, rich) = (with(&["jobs:write"]), with(&["jobs:write", scope]));
        let refused = world.ask("POST", "/v1/jobs").with_key(&poor).json(&body(task)).send();
        refused.refused(403, "auth.missing_scope");
        assert!(refused.json()["detail"].as_str().unwrap().contains(scope), "{}", refused.json());
        assert_eq!(world.ask("POST", "/v1/jobs").with_key(&rich).json(&body(task)).send().status(), 201);
    }
    let poor = with(&["jobs:write"]);
    assert_eq!(world.ask("POST", "/v1/jobs").with_key(&poor).json(&body(event)).send().status(), 201);
}

#[test]
fn a_key_opens_what_its_scopes_say_and_no_more() {
    let world = World::new();
    let reader = world.key(|key| key.scopes = vec!["events:read".into(), "of:tomorrow".into()]);
    assert_eq!(world.ask("GET", "/v1/events").with_key(&reader).send().status(), 200);
    let refused = world.ask("POST", "/v1/events").with_key(&reader).json("{").send();
    refused.refused(403, "auth.missing_scope");
    assert!(refused.json()["detail"].as_str().unwrap().contains("`events:write`"));
    assert!(refused.header("www-authenticate").unwrap().contains(r#"scope="events:write""#));
    world.ask("GET", "/v1/jobs").with_key(&reader).send().refused(403, "auth.missing_scope");
    world.ask("GET", "/v1/signals").with_key(&reader).send().refused(403, "auth.missing_scope");
    world.ask("GET", "/v1/search?q=a").with_key(&reader).send().refused(403, "auth.missing_scope");
}

#[test]
fn the_holder_of_a_key_of_a_suspended_tenant_is_told_so_and_nobody_else() {
    let world = World::new();
    let key = world.key(|key| key.tenant_active = false);
    world.ask("GET", "/v1/events").with_key(&key).send().refused(403, "tenant.suspended");
    let foreign = world.key(|key| {
        key.tenant_active = false;
        key.hash = "0".repeat(64);
    });
    world.ask("GET", "/v1/events").with_key(&foreign).send().refused(401, "auth.invalid_credentials");
}

#[test]
fn keys_that_cannot_be_looked_up_are_an_outage_and_no_refusal() {
    let world = World::new();
    world.faults.fail_all("control.key_by_prefix", When::Before);
    let answered = world.ask("GET", "/v1/events").send();
    answered.refused(503, "service.unavailable");
    assert!(answered.header("retry-after").is_some() && answered.cause().is_some());
}

#[test]
fn a_call_is_made_for_the_keys_tenant_and_the_log_has_the_keys_public_half() {
    let world = World::new();
    let body = r#"{"source":"generic","type":"t","payload":{"a":  1.0}}"#;
    let answered = world.ask("POST", "/v1/events").json(body).send();
    assert_eq!(answered.status(), 202, "{answered:?}");
    let ingested = world.pipeline.ingested.borrow();
    let (scope, _, request) = &ingested[0];
    assert_eq!(scope.tenant, world.tenant);
    assert!(matches!(scope.actor, Actor::Key(_)));
    assert_eq!(request.body.0, br#"{"a":  1.0}"#, "the payload stays as it was written");
    let facts = &answered.0.entry.facts;
    assert_eq!(facts.tenant.get(), Some(world.tenant));
    assert_eq!(facts.key.borrow().as_deref(), Some(&world.api_key[..15]));
}
