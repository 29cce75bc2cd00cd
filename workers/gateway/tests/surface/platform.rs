//! Health, documents, traces, and what all answers have.

use app::ports::{ControlStore, Heartbeat};
use contracts::Timestamp;
use http_api::Operation;
use http_api::routes::{Access, ROUTES};
use test_kit::{When, run};

use crate::world::World;

fn beat(world: &World, seen_at: u64) {
    let heartbeat = Heartbeat {
        service: "admin".into(),
        version: "0.1.0".into(),
        contract: "Health@0123456789abcdef".into(),
        seen_at: Timestamp::from_unix_ms(seen_at),
    };
    run(world.control.put_heartbeat(&heartbeat)).expect("memory takes it");
}

#[test]
fn health_is_that_of_what_the_gateway_depends_on() {
    let mut world = World::new();
    let health = |world: &World| {
        let answered = world.ask("GET", "/healthz").anonymous().send();
        let body = answered.json();
        assert!(!body.to_string().contains("D1_ERROR") && !body.to_string().contains("10.0.0.7"), "{body}");
        let of = |service: &str| body["services"][service]["status"].as_str().unwrap().to_owned();
        (answered.status(), of("pipeline"), of("scheduler"), of("admin"), answered.cause().is_some())
    };
    let expect = |status, pipeline: &str, admin: &str, cause| {
        (status, pipeline.to_owned(), "ok".to_owned(), admin.to_owned(), cause)
    };
    assert_eq!(health(&world), expect(200, "ok", "unknown", false));
    beat(&world, 1_795_330_800_000 - 180_001);
    assert_eq!(health(&world), expect(200, "ok", "stale", false));
    beat(&world, 1_795_330_800_000 - 180_000);
    assert_eq!(health(&world), expect(200, "ok", "ok", false));
    let body = world.ask("GET", "/healthz").send().json();
    assert_eq!(body["services"]["pipeline"]["version"], "9.9.9");
    assert_eq!(body["services"]["admin"]["contract"], "Health@0123456789abcdef");
    world.wellness.fall_ill();
    assert_eq!(health(&world), expect(503, "degraded", "ok", true));
    world.cut();
    assert_eq!(health(&world), expect(503, "down", "ok", true));
}

#[test]
fn without_its_control_store_the_gateway_is_not_well() {
    let world = World::new();
    world.faults.fail_all("control.heartbeat", When::Before);
    let answered = world.ask("GET", "/healthz").send();
    assert_eq!((answered.status(), &answered.json()["status"]), (503, &"degraded".into()));
}

#[test]
fn the_description_is_served_and_may_be_cached() {
    let world = World::new();
    let document = world.ask("GET", "/openapi.json").anonymous().send();
    assert_eq!((document.status(), &document.json()["openapi"]), (200, &"3.1.0".into()));
    let page = world.ask("HEAD", "/docs").anonymous().send();
    assert_eq!((page.status(), page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    for answered in [document, page] {
        assert!(answered.header("cache-control").unwrap().contains("max-age"));
        assert_eq!(answered.header("access-control-allow-origin"), None);
    }
}

#[test]
fn a_trace_that_came_in_goes_on_and_every_answer_names_its_trace() {
    let world = World::new();
    let sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let answered = world.ask("GET", "/nowhere").header("traceparent", sent).send();
    answered.refused(404, "route.not_found");
    assert_eq!(answered.header("x-trace-id"), Some("0af7651916cd43dd8448eb211c80319c"));
    let fresh = world.ask("GET", "/healthz").header("traceparent", "00-bad").send();
    assert!(
        fresh
            .header("x-trace-id")
            .is_some_and(|id| id.len() == 32 && id != "0af7651916cd43dd8448eb211c80319c")
    );
}

#[test]
fn the_log_knows_patterns_and_no_paths() {
    let world = World::new();
    let route = |method: &str, path: &str| world.ask(method, path).send().0.entry.route;
    assert_eq!(route("GET", "/v1/events/evt_secret"), "/v1/events/{id}");
    assert_eq!(route("GET", "/wp-login.php?pw=1"), "unmatched");
    let put = world.ask("PUT", "/v1/jobs/job_1").send();
    put.refused(405, "route.method_not_allowed");
    assert_eq!(
        (put.header("allow"), put.0.entry.route),
        (Some("GET, HEAD, PATCH, DELETE, OPTIONS"), "/v1/jobs/{id}")
    );
}

#[test]
fn no_route_but_the_public_ones_answers_a_stranger_and_none_may_be_cached_by_others() {
    let world = World::new();
    for route in ROUTES {
        let path = route.path.replace("{id}", "x").replace("{endpoint_id}", "x").replace("{name}", "x");
        let answered = world.ask(route.method.as_str(), &path).anonymous().send();
        let expect = match route.access {
            // An endpoint that is not there is not there for a look either.
            Access::Public if route.operation == Operation::ProbeHook => 404,
            Access::Public => 200,
            Access::Signature | Access::Address => 404,
            Access::Key(_) => 401,
        };
        assert_eq!(answered.status(), expect, "{path}");
        assert_eq!(answered.header("x-content-type-options"), Some("nosniff"), "{path}");
        let public = answered.header("cache-control").unwrap().contains("public");
        assert_eq!(public, matches!(path.as_str(), "/docs" | "/openapi.json"), "{path}");
    }
}

#[test]
fn the_description_is_sent_once_to_those_who_keep_it() {
    let world = World::new();
    for path in ["/openapi.json", "/docs"] {
        let first = world.ask("GET", path).anonymous().send();
        let tag = first.header("etag").expect("a tag").to_owned();
        let again = world.ask("GET", path).anonymous().header("if-none-match", &format!("W/{tag}")).send();
        assert_eq!((again.status(), again.0.answer.body.len()), (304, 0), "{path}");
        assert_eq!((again.header("etag"), again.header("content-type")), (Some(&*tag), None), "{path}");
        let other = world.ask("GET", path).header("if-none-match", "\"0\"").send();
        assert_eq!(other.status(), 200, "{path}");
    }
}

#[test]
fn options_lists_the_methods_of_every_path_and_needs_no_key() {
    let world = World::new();
    for route in ROUTES {
        let path = route.path.replace("{id}", "x").replace("{endpoint_id}", "x").replace("{name}", "x");
        let answered = world.ask("OPTIONS", &path).anonymous().send();
        let allow = answered.header("allow").unwrap_or_default();
        assert_eq!((answered.status(), answered.0.entry.route), (204, route.path), "{path}");
        for method in [route.method.as_str(), "OPTIONS"] {
            assert!(allow.split(", ").any(|allowed| allowed == method), "{path} {allow}");
        }
    }
    world.ask("OPTIONS", "/nowhere").send().refused(404, "route.not_found");
}

#[test]
fn a_head_too_large_is_refused_before_anything_is_looked_up() {
    let world = World::new();
    let long = format!("/v1/search?q={}", "x".repeat(17_000));
    world.ask("GET", &long).anonymous().send().refused(414, "request.uri_too_long");
    let heavy = world.ask("GET", "/v1/events").header("x-much", &"x".repeat(33_000)).send();
    heavy.refused(431, "request.headers_too_large");
    assert_eq!(heavy.0.entry.route, "unmatched");
}

#[test]
fn every_answer_has_an_id_of_its_own_and_what_browsers_are_told() {
    let world = World::new();
    let mut ids = std::collections::HashSet::new();
    for path in ["/healthz", "/docs", "/v1/events", "/nowhere", "/v1/events/x"] {
        let answered = world.ask("GET", path).send();
        let id = answered.header("x-request-id").expect("an id").to_owned();
        assert!(id.len() == 36 && ids.insert(id.clone()), "{path} {id}");
        assert_eq!(answered.0.entry.request_id, id);
        for name in ["strict-transport-security", "referrer-policy", "content-security-policy"] {
            assert!(answered.header(name).is_some(), "{path} {name}");
        }
    }
}
