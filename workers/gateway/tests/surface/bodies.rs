//! Bodies, headers and queries: what is taken, and what bad input gets.

use contracts::pipeline::{IngestEventError, RawEvent};
use http_api::routes::{MAX_EVENT_BYTES, MAX_JOB_BYTES};
use signing::Source;

use crate::services::{event_id, job_id};
use crate::world::{Asked, World};

const EVENT: &str = r#"{"source":"zoom","type":"call.completed","payload":{}}"#;
const JOB: &str = r#"{"name":"Tick","schedule":{"every":"1m"},"task":{"kind":"event","source":"generic","type":"t","payload":{"n":1e2}}}"#;

fn submit<'w>(world: &'w World, body: &str) -> Asked<'w> {
    world.ask("POST", "/v1/events").json(body)
}

#[test]
fn bad_bodies_are_told_apart() {
    let world = World::new();
    submit(&world, "").send().refused(400, "request.malformed_json");
    submit(&world, "{\"source\":").send().refused(400, "request.malformed_json");
    world
        .ask("POST", "/v1/events")
        .header("content-type", "application/json")
        .send()
        .refused(400, "request.malformed_json");
    submit(&world, EVENT)
        .header("content-type", "text/plain")
        .send()
        .refused(415, "request.unsupported_media_type");
    submit(&world, EVENT).without("content-type").send().refused(415, "request.unsupported_media_type");
    submit(&world, EVENT)
        .header("content-encoding", "gzip")
        .send()
        .refused(415, "request.unsupported_media_type");
    let invalid = submit(&world, r#"{"source":"Zoom!","payload":{}}"#).send();
    invalid.refused(422, "request.invalid");
    let pointers: Vec<_> =
        invalid.json()["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
    assert_eq!(pointers, ["/source", "/type"]);
    let stranger = submit(&world, &EVENT.replace("zoom", "acme")).send();
    stranger.refused(422, "request.invalid");
    assert_eq!(stranger.json()["errors"][0]["pointer"], "/source");
    assert!(world.pipeline.ingested.borrow().is_empty());
}

#[test]
fn a_body_over_the_limit_is_refused_whether_or_not_it_says_so() {
    let world = World::new();
    let declared = submit(&world, EVENT).header("content-length", &(MAX_EVENT_BYTES + 1).to_string());
    declared.send().refused(413, "request.too_large");
    let large = "x".repeat(MAX_JOB_BYTES + 1);
    world.ask("POST", "/v1/jobs").json(&large).send().refused(413, "request.too_large");
    let endpoint = world.endpoint(Source::Standard, |_| {});
    let limit = vec![b' '; MAX_EVENT_BYTES];
    assert_eq!(world.deliver(&endpoint, "msg_1", &limit).send().status(), 202, "the limit itself passes");
    let beyond = vec![b' '; MAX_EVENT_BYTES + 1];
    world.deliver(&endpoint, "msg_2", &beyond).send().refused(413, "request.too_large");
}

#[test]
fn an_idempotency_key_is_handed_on_and_a_bad_one_refused() {
    let world = World::new();
    let keyed = submit(&world, EVENT).header("idempotency-key", "order-1");
    assert_eq!(keyed.clone().send().json()["duplicate"], false);
    assert_eq!(keyed.clone().send().json()["duplicate"], true);
    assert_eq!(world.pipeline.ingested.borrow()[0].2.delivery_id.as_deref(), Some("order-1"));
    keyed.clone().header("idempotency-key", "a b").send().refused(400, "request.invalid_header");
    world.pipeline.refusal.replace(Some(IngestEventError::KeyReused));
    keyed.send().refused(422, "idempotency.key_reused");
}

#[test]
fn a_list_goes_on_where_its_page_ended_and_bad_queries_are_named() {
    let world = World::new();
    let page = world.ask("GET", "/v1/events?limit=1&status=processed").send();
    assert_eq!((page.status(), &page.json()["items"][0]["id"]), (200, &event_id().to_string().into()));
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(
        world.ask("GET", &format!("/v1/events?limit=1&status=processed&cursor={cursor}")).send().status(),
        200
    );
    let listed = world.pipeline.listed.borrow();
    assert_eq!((listed[1].before, listed[1].limit), (Some(event_id()), 1));
    assert_eq!(listed[1].status.as_deref(), Some("processed"));
    world.ask("GET", &format!("/v1/events?cursor={cursor}")).send().refused(400, "page.bad_cursor");
    world.ask("GET", "/v1/events?limit=201").send().refused(400, "request.invalid_parameter");
    world.ask("GET", "/v1/search").send().refused(400, "request.invalid_parameter");
    world
        .ask("GET", &format!("/v1/search?q={}", "x".repeat(1001)))
        .send()
        .refused(400, "request.invalid_parameter");
    assert_eq!(world.ask("GET", "/v1/search?q=budget+worries").send().json()["hits"], serde_json::json!([]));
}

#[test]
fn a_raw_payload_is_served_as_it_came_and_as_nothing_a_browser_would_run() {
    let world = World::new();
    let path = format!("/v1/events/{}/raw", event_id());
    let body = b"\xef\xbb\xbf{\"a\":\"\xff<script>\"}".to_vec();
    let raw = RawEvent { media_type: "text/html".into(), sha256: "ab".repeat(32), body: body.clone().into() };
    world.pipeline.raw.replace(Some(raw));
    let answered = world.ask("GET", &path).send();
    assert_eq!((answered.status(), &*answered.0.answer.body), (200, &body[..]));
    assert_eq!(answered.header("content-type"), Some("text/html"));
    assert_eq!(answered.header("x-content-type-options"), Some("nosniff"));
    assert!(answered.header("content-disposition").unwrap().starts_with("attachment"));
    assert!(answered.header("content-security-policy").unwrap().contains("sandbox"));
    let tag = answered.header("etag").unwrap().to_owned();
    let unchanged = world.ask("GET", &path).header("if-none-match", &tag).send();
    assert_eq!((unchanged.status(), unchanged.0.answer.body.len()), (304, 0));
    assert_eq!(unchanged.header("etag"), Some(tag.as_str()));
    world.ask("GET", &format!("/v1/events/{}/text", event_id())).send().refused(404, "event.no_text");
}

#[test]
fn a_job_goes_there_and_back_unchanged() {
    let world = World::new();
    let created = world.ask("POST", "/v1/jobs").json(JOB).header("idempotency-key", "k1").send();
    let path = format!("/v1/jobs/{}", job_id());
    assert_eq!((created.status(), created.header("location")), (201, Some(path.as_str())));
    let (made, key) = world.scheduler.made().unwrap();
    assert_eq!(made.schedule, contracts::scheduler::Schedule::Every { interval_ms: 60_000, anchor: None });
    assert_eq!(key.as_deref(), Some("k1"));
    let body = String::from_utf8(created.0.answer.body.to_vec()).unwrap();
    assert!(body.contains(r#""payload":{"n":1e2}"#), "{body}");
    assert!(body.contains(r#""schedule":{"every":"1m"}"#), "{body}");
    assert_eq!(world.ask("GET", &path).send().json()["status"], "active");
    assert_eq!(world.ask("POST", &format!("{path}/pause")).send().json()["status"], "paused");
    assert_eq!(world.ask("POST", &format!("{path}/resume")).send().json()["status"], "active");
    let run = world.ask("POST", &format!("{path}/run")).send();
    assert_eq!((run.status(), &run.json()["lateness_ms"]), (202, &40.into()));
    assert_eq!(world.ask("GET", &format!("{path}/runs")).send().json()["items"], serde_json::json!([]));
    assert_eq!(world.ask("GET", "/v1/jobs").send().json()["items"][0]["name"], "Tick");
    let gone = world.ask("DELETE", &path).send();
    assert_eq!((gone.status(), gone.0.answer.body.len()), (204, 0));
    world.ask("GET", &path).send().refused(404, "job.not_found");
    world.ask("POST", "/v1/jobs").json(&JOB.replace("1m", "0s")).send().refused(422, "job.invalid_schedule");
    world
        .ask("POST", "/v1/jobs")
        .json(&JOB.replace("generic", "acme"))
        .send()
        .refused(422, "request.invalid");
}
