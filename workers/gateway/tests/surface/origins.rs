//! Web pages: whose may use a key, and what a browser is told.

use crate::world::World;

const EVENT: &str = r#"{"source":"generic","type":"t","payload":1}"#;
const OWN: &str = "https://app.example.com";

fn key_of_app(world: &World) -> String {
    world.key(|stored| {
        stored.scopes = vec!["events:read".into(), "events:write".into()];
        stored.allowed_origins = vec![OWN.into()];
    })
}

#[test]
fn a_page_of_an_allowed_origin_may_read_the_answer() {
    let world = World::new();
    let key = key_of_app(&world);
    for (path, status) in [("/v1/events", 200), ("/v1/events/x", 404), ("/v1/signals", 403)] {
        let answered = world.ask("GET", path).with_key(&key).header("origin", OWN).send();
        assert_eq!(answered.status(), status, "{path}");
        assert_eq!(answered.header("access-control-allow-origin"), Some(OWN), "{path}");
        assert_eq!(answered.header("vary"), Some("origin"), "{path}");
        assert!(answered.header("access-control-expose-headers").unwrap().contains("x-request-id"));
        assert_eq!(answered.header("access-control-allow-credentials"), None);
        assert_eq!(answered.header("cross-origin-resource-policy"), Some("cross-origin"));
    }
    let program = world.ask("GET", "/v1/events").with_key(&key).send();
    assert_eq!((program.status(), program.header("access-control-allow-origin")), (200, None));
    assert_eq!(program.header("vary"), Some("origin"));
}

#[test]
fn a_page_of_any_other_origin_is_refused_before_it_does_anything() {
    let world = World::new();
    let key = key_of_app(&world);
    for origin in
        ["https://evil.example", "https://app.example.com.evil.example", "http://app.example.com", "null", ""]
    {
        let answered =
            world.ask("POST", "/v1/events").with_key(&key).header("origin", origin).json(EVENT).send();
        answered.refused(403, "origin.not_allowed");
        assert_eq!(answered.header("access-control-allow-origin"), None, "{origin}");
    }
    assert!(world.pipeline.ingested.borrow().is_empty());
    let other = world.ask("GET", "/v1/events").header("origin", OWN).send();
    other.refused(403, "origin.not_allowed");
    let own = world.ask("GET", "/v1/events").header("origin", "https://api.example.com");
    assert_eq!(own.header("host", "api.example.com").send().status(), 200, "the gateway's own");
}

#[test]
fn a_preflight_is_answered_alike_for_everyone_and_nothing_is_looked_up_for_it() {
    let world = World::new();
    for origin in [OWN, "https://evil.example"] {
        let answered = world
            .ask("OPTIONS", "/v1/events")
            .anonymous()
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, idempotency-key")
            .send();
        assert_eq!((answered.status(), answered.0.answer.body.len()), (204, 0));
        assert_eq!(answered.header("access-control-allow-origin"), Some(origin));
        assert!(answered.header("access-control-allow-methods").unwrap().contains("POST"));
        let headers = answered.header("access-control-allow-headers").unwrap();
        assert!(headers.contains("authorization") && headers.contains("idempotency-key"), "{headers}");
        assert_eq!(answered.header("access-control-allow-credentials"), None);
        assert!(answered.header("vary").unwrap().contains("origin"));
    }
    for (path, method) in [("/healthz", true), ("/hooks/end_1", true), ("/v1/events", false)] {
        let mut asked = world.ask("OPTIONS", path).anonymous().header("origin", OWN);
        if method {
            asked = asked.header("access-control-request-method", "POST");
        }
        assert_eq!(asked.send().header("access-control-allow-origin"), None, "{path}");
    }
    assert_eq!(world.faults.calls("control.key_by_prefix"), 0);
}
