//! Webhook endpoints: made, shown once, rotated, gone; and what the recorded deliveries of every source get.

use serde_json::{Value, json};
use signing::Source;

use crate::world::{Asked, Endpoint, ORIGIN, World};

const CALL: &[u8] = br#"{"type":"call.completed","id":"evt_1"}"#;

fn create(world: &World, body: Value) -> Value {
    let answered = world.ask("POST", "/v1/endpoints").json(&body.to_string()).send();
    assert_eq!(answered.status(), 201, "{}", answered.json());
    let made = answered.json();
    let id = made["id"].as_str().expect("it has an id");
    assert_eq!(answered.header("location"), Some(format!("/v1/endpoints/{id}").as_str()));
    assert_eq!(made["url"], format!("{ORIGIN}/hooks/{id}"));
    made
}

fn delivered<'w>(world: &'w World, made: &Value, secret: &str, delivery: &str) -> Asked<'w> {
    let endpoint = Endpoint {
        path: format!("/hooks/{}", made["id"].as_str().expect("it has an id")),
        source: made["source"].as_str().and_then(|source| source.parse().ok()).expect("its source is known"),
        secret: signing::Secret::new(secret),
    };
    world.deliver(&endpoint, delivery, CALL)
}

#[test]
fn an_endpoint_is_made_takes_deliveries_is_rotated_and_gone() {
    let world = World::new();
    let made = create(&world, json!({ "source": "standard", "name": "Calls" }));
    let first = made["secret"].as_str().unwrap();
    assert_eq!(delivered(&world, &made, first, "msg_1").send().status(), 202);

    let path = format!("/v1/endpoints/{}", made["id"].as_str().unwrap());
    let shown = world.ask("GET", &path).send().json();
    assert!(shown.get("secret").is_none(), "{shown}");
    assert_eq!(
        (&shown["name"], &shown["status"], &shown["settings"]),
        (&json!("Calls"), &json!("active"), &Value::Null)
    );
    let listed = world.ask("GET", "/v1/endpoints").send().json();
    assert_eq!((listed["items"].as_array().unwrap().len(), &listed["items"][0]), (1, &shown));

    let rotated =
        world.ask("POST", &format!("{path}/rotate")).json(r#"{"overlap_seconds":60}"#).send().json();
    let second = rotated["secret"].as_str().unwrap();
    assert_ne!(first, second);
    for (secret, delivery) in [(first, "msg_2"), (second, "msg_3")] {
        assert_eq!(delivered(&world, &made, secret, delivery).send().status(), 202, "{delivery}");
    }
    world.clock.advance(60_000);
    delivered(&world, &made, first, "msg_4").send().refused(401, "hook.bad_signature");
    assert_eq!(delivered(&world, &made, second, "msg_4").send().status(), 202);
    assert_eq!(world.ask("GET", &path).send().json()["previous_secret_until"], Value::Null);

    let bare = world.ask("POST", &format!("{path}/rotate")).send().json();
    assert!(bare["previous_secret_until"].is_string() && bare["secret"] != rotated["secret"], "{bare}");

    assert_eq!(world.ask("DELETE", &path).send().status(), 204);
    world.ask("DELETE", &path).send().refused(404, "endpoint.not_found");
    world.ask("GET", &path).send().refused(404, "endpoint.not_found");
    delivered(&world, &made, second, "msg_5").send().refused(404, "endpoint.not_found");
}

#[test]
fn a_repeated_request_makes_one_endpoint_and_rotates_once() {
    let world = World::new();
    let ask =
        |path: &str, body: &str| world.ask("POST", path).header("idempotency-key", "k").json(body).send();
    let body = r#"{"source":"github","name":"A"}"#;
    let (one, again) = (ask("/v1/endpoints", body).json(), ask("/v1/endpoints", body).json());
    assert!(one == again && one["secret"].is_string(), "{one} {again}");
    ask("/v1/endpoints", r#"{"source":"github","name":"B"}"#).refused(422, "idempotency.key_reused");
    assert_eq!(world.ask("GET", "/v1/endpoints").send().json()["items"].as_array().unwrap().len(), 1);

    let path = format!("/v1/endpoints/{}/rotate", one["id"].as_str().unwrap());
    let rotated = [ask(&path, "{}").json(), ask(&path, "{}").json()];
    assert_eq!(rotated[0]["secret"], rotated[1]["secret"]);
    assert_eq!(
        delivered(&world, &one, one["secret"].as_str().unwrap(), "x").send().status(),
        202,
        "the one before"
    );
    ask(&path, r#"{"overlap_seconds":1}"#).refused(422, "idempotency.key_reused");
}

#[test]
fn another_tenant_sees_and_changes_nothing() {
    let world = World::new();
    let made = create(&world, json!({ "source": "zoom", "name": "Zoom" }));
    let other = world.make.tenant();
    let key = world.key(|key| {
        key.tenant_id = other;
        key.scopes = vec!["endpoints:read".into(), "endpoints:write".into()];
    });
    let path = format!("/v1/endpoints/{}", made["id"].as_str().unwrap());
    for (method, path) in
        [("GET", path.clone()), ("DELETE", path.clone()), ("POST", format!("{path}/rotate"))]
    {
        world.ask(method, &path).with_key(&key).send().refused(404, "endpoint.not_found");
    }
    assert_eq!(world.ask("GET", "/v1/endpoints").with_key(&key).send().json()["items"], json!([]));
    assert_eq!(world.ask("GET", &path).send().json()["rotated_at"], Value::Null);
    let reader = world.key(|key| key.scopes = vec!["endpoints:read".into()]);
    world.ask("DELETE", &path).with_key(&reader).send().refused(403, "auth.missing_scope");
}

#[test]
fn what_a_source_needs_is_checked_when_its_endpoint_is_made() {
    let world = World::new();
    let check = |body: Value, pointers: &[&str]| {
        let answered = world.ask("POST", "/v1/endpoints").json(&body.to_string()).send();
        answered.refused(422, "request.invalid");
        let answer = answered.json();
        let errors = answer["errors"].as_array().unwrap();
        let found: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(found, pointers, "{body}: {answer}");
    };
    check(json!({ "source": "fax", "name": "x" }), &["/source"]);
    check(json!({ "source": "github", "name": "x", "secret": "short" }), &["/secret"]);
    check(json!({ "source": "github", "name": "x", "settings": { "header": "x-a" } }), &["/settings/header"]);
    check(json!({ "source": "gong", "name": "x" }), &["/settings/public_key"]);
    check(
        json!({ "source": "gong", "name": "x", "settings": { "public_key": "AAAA" } }),
        &["/settings/public_key"],
    );
    check(json!({ "source": "salesforce", "name": "x" }), &["/settings/organization_id"]);
    check(
        json!({ "source": "salesforce", "name": "x", "settings": { "organization_id": "001" } }),
        &["/settings/organization_id"],
    );
    check(json!({ "source": "google_pubsub", "name": "x" }), &["/settings/service_account"]);
    check(
        json!({ "source": "google_pubsub", "name": "x", "secret": "a secret of no use",
            "settings": { "service_account": "nobody" } }),
        &["/settings/service_account", "/secret"],
    );
    check(
        json!({ "source": "hmac", "name": "x", "settings": { "header": "x a", "template": "{time}" } }),
        &["/settings/header", "/settings/template"],
    );
    check(json!({ "source": "microsoft_graph", "name": "x", "secret": "s".repeat(129) }), &["/secret"]);
    let gone = create(
        &world,
        json!({ "source": "google_pubsub", "name": "x",
        "settings": { "service_account": "push@p.iam.gserviceaccount.com" } }),
    );
    assert!(gone.get("secret").is_none(), "{gone}");
    let path = format!("/v1/endpoints/{}/rotate", gone["id"].as_str().unwrap());
    world.ask("POST", &path).send().refused(422, "request.invalid");
}

#[test]
fn a_provider_is_answered_as_it_expects() {
    let world = World::new();
    let graph = create(&world, json!({ "source": "microsoft_graph", "name": "Graph" }));
    let path = format!("/hooks/{}", graph["id"].as_str().unwrap());
    let asked =
        world.ask("POST", &format!("{path}?validationToken=Validation%3A+Testing%20%3Cb%3E")).anonymous();
    let answered = asked.send();
    assert_eq!(
        (answered.status(), answered.header("content-type")),
        (200, Some("text/plain; charset=utf-8"))
    );
    assert_eq!(answered.0.answer.body.as_ref(), b"Validation: Testing <b>");
    let state = graph["secret"].as_str().unwrap();
    let notify = |state: &str| {
        let body = json!({ "value": [{ "clientState": state, "changeType": "created" }] }).to_string();
        world.ask("POST", &path).anonymous().json(&body).send()
    };
    assert_eq!(notify(state).status(), 202);
    notify("another").refused(401, "hook.bad_signature");

    let settings = json!({ "organization_id": "00D5e000000AbCdEAK" });
    let salesforce = create(&world, json!({ "source": "salesforce", "name": "SF", "settings": settings }));
    let path = format!(
        "/hooks/{}?token={}",
        salesforce["id"].as_str().unwrap(),
        salesforce["secret"].as_str().unwrap()
    );
    let message = "<e:Envelope xmlns:e=\"e\"><e:Body><notifications><OrganizationId>00D5e000000AbCdEAK</OrganizationId>\
        </notifications></e:Body></e:Envelope>";
    let answered = world
        .ask("POST", &path)
        .anonymous()
        .header("content-type", "text/xml")
        .body(message.as_bytes())
        .send();
    assert_eq!((answered.status(), answered.header("content-type")), (200, Some("text/xml; charset=utf-8")));
    assert!(String::from_utf8_lossy(&answered.0.answer.body).contains("<Ack>true</Ack>"));

    let intercom = create(&world, json!({ "source": "intercom", "name": "Intercom" }));
    let path = format!("/hooks/{}", intercom["id"].as_str().unwrap());
    assert_eq!(world.ask("HEAD", &path).anonymous().send().status(), 200);
    assert_eq!(intercom["source"], Source::Intercom.as_str());
}

#[test]
fn an_endpoint_has_a_history_whose_keys_are_never_shown_and_which_goes_with_it() {
    let world = World::new();
    let made = create(&world, json!({ "source": "standard", "name": "Calls" }));
    let path = format!("/v1/endpoints/{}/history", made["id"].as_str().unwrap());
    world.ask("GET", &path).send().refused(404, "endpoint.no_history");
    world.ask("PUT", &path).json(r#"{"provider":"fathom"}"#).send().refused(422, "request.invalid");
    let body = r#"{"provider":"fathom","api_key":"very-secret"}"#;
    let put = world.ask("PUT", &path).json(body).send();
    assert_eq!((put.status(), put.json()["provider"].clone()), (200, json!("fathom")), "{}", put.json());
    assert_eq!(put.json(), world.ask("GET", &path).send().json());
    assert!(!put.json().to_string().contains("very-secret"));
    let request = world.workflows.histories.borrow()[0].clone();
    assert_eq!((request.source.as_str(), request.api_key.expose()), ("standard", "very-secret"));
    assert!(!format!("{request:?}").contains("very-secret"));

    let params = format!(r#"{{"endpoint_id":"{}","max_pages":3}}"#, request.endpoint_id);
    let asked = world.ask("POST", "/v1/workflows/sync").json(&format!(r#"{{"params":{params}}}"#)).send();
    assert_eq!((asked.status(), asked.header("location")), (202, Some("/v1/workflows/sync/syn_1")));
    assert_eq!(world.workflows.syncs.borrow()[0].max_pages, Some(3));

    // Another's endpoint has nothing here.
    let nobodys = "/v1/endpoints/end_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f/history";
    world.ask("PUT", nobodys).json(body).send().refused(404, "endpoint.not_found");
    world.ask("DELETE", nobodys).send().refused(404, "endpoint.not_found");
    assert_eq!(world.ask("DELETE", &path).send().status(), 204);
    world.ask("DELETE", &path).send().refused(404, "endpoint.no_history");
    assert_eq!(world.ask("PUT", &path).json(body).send().status(), 200);
    assert_eq!(world.ask("DELETE", path.trim_end_matches("/history")).send().status(), 204);
    assert!(world.workflows.histories.borrow().is_empty(), "what opens it is gone with the endpoint");
}
