//! What is left when a part is down, or silent: every route of the description, so that a new one can't be forgotten.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::IntakeClient;
use contracts::pipeline::files::FilesClient;
use contracts::pipeline::models::ModelsClient;
use contracts::pipeline::rules::RulesClient;
use contracts::pipeline::subscriptions::SubscriptionsClient;
use contracts::pipeline::usage::UsageClient;
use contracts::pipeline::workflows::WorkflowsClient;
use contracts::scheduler::{HeartbeatsClient, JobsClient};
use gateway::exchange::{MODEL_PATIENCE_MS, PATIENCE_MS, STREAM_PATIENCE_MS};
use http_api::document::OPENAPI_JSON;
use http_api::routes::{Access, ROUTES, Route};
use mesh::loopback::Severed;
use mesh::{Message, Outgoing, Runtime, Transport, TransportError};
use serde_json::Value;
use signing::Source;
use test_kit::When;

use crate::world::{Answered, World};

/// A callee that never answers: the link gives up when the call's time is over, which passes at once.
struct Silent;

#[async_trait(?Send)]
impl Transport for Silent {
    async fn send(&self, call: Outgoing<'_>) -> Result<Message, TransportError> {
        // A body is handed on as slowly as it comes.
        let streams = matches!(call.method, "store_file" | "store_part");
        // A model takes its time.
        let thinks = matches!(call.method, "complete" | "embed");
        let most = if streams {
            STREAM_PATIENCE_MS
        } else if thinks {
            MODEL_PATIENCE_MS
        } else {
            PATIENCE_MS
        };
        assert!(call.time_left_ms <= most, "every call has a deadline: {}", call.method);
        Err(TransportError::TimedOut)
    }

    fn runtime(&self) -> &dyn Runtime {
        self
    }
}

#[async_trait(?Send)]
impl Runtime for Silent {
    fn now_ms(&self) -> u64 {
        1_795_330_800_000
    }

    async fn sleep(&self, _: u64) {}

    fn random(&self) -> u64 {
        0
    }
}

type Link = fn() -> Rc<dyn Transport>;

/// How a callee can fail.
const WAYS: [(&str, Link); 2] = [
    ("down", || Rc::new(Severed::saying("weft-pipeline at 10.0.0.7 is not there"))),
    ("silent", || Rc::new(Silent)),
];

fn without_services(link: Link) -> World {
    let mut world = World::new();
    world.ports.pipeline = IntakeClient::over(link());
    world.ports.workflows = WorkflowsClient::over(link());
    world.ports.subscriptions = SubscriptionsClient::over(link());
    world.ports.rules = RulesClient::over(link());
    world.ports.files = FilesClient::over(link());
    world.ports.models = ModelsClient::over(link());
    world.ports.usage = UsageClient::over(link());
    world.ports.scheduler = JobsClient::over(link());
    world.ports.heartbeats = HeartbeatsClient::over(link());
    (world.ports.pipeline_health, world.ports.scheduler_health) = (link(), link());
    world
}

/// The route, asked as its description's own examples say.
fn ask(world: &World, document: &Value, route: &Route) -> Answered {
    let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
    let mut path = route.path.to_owned();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let schema = match parameter["schema"]["$ref"].as_str() {
            Some(name) => &document["components"]["schemas"][name.rsplit('/').next().unwrap_or_default()],
            None => &parameter["schema"],
        };
        let example = match &schema["examples"][0] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        path = path.replace(
            &format!("{{{}}}", parameter["name"].as_str().expect("a parameter has a name")),
            &example,
        );
    }
    if route.path == "/v1/search" {
        path.push_str("?q=budget");
    }
    let asked = world.ask(route.method.as_str(), &path);
    let example = &operation["requestBody"]["content"]["application/json"]["example"];
    if example.is_null() { asked.send() } else { asked.json(&example.to_string()).send() }
}

#[test]
fn what_a_lost_service_answers_for_is_unavailable_and_says_when_to_try_again() {
    let document: Value = serde_json::from_str(OPENAPI_JSON).unwrap();
    for (way, link) in WAYS {
        let world = without_services(link);
        let mut refused = 0;
        for route in ROUTES {
            // The live feed is opened at the platform's edge, and endpoints are the gateway's own.
            let elsewhere = route.id == "listen" || route.tag == "Endpoints";
            if !matches!(route.access, Access::Key(_)) || elsewhere {
                continue;
            }
            let answered = ask(&world, &document, route);
            assert_eq!(answered.problem(), (503, "service.unavailable".to_owned()), "{way}: {}", route.id);
            assert_eq!(answered.header("retry-after"), Some("5"), "{way}: {}", route.id);
            assert!(answered.cause().is_some(), "{way}: {}: operators read why", route.id);
            refused += 1;
        }
        assert!(refused > 40, "{refused} routes");
    }
}

#[test]
fn a_delivery_that_cannot_be_stored_is_not_accepted() {
    for (way, link) in WAYS {
        let world = without_services(link);
        let endpoint = world.endpoint(Source::Standard, |_| {});
        let answered = world.deliver(&endpoint, "msg_1", b"{}").send();
        assert_eq!(answered.problem(), (503, "service.unavailable".to_owned()), "{way}");
        assert_eq!(answered.header("retry-after"), Some("5"), "{way}: the provider delivers again");
    }
}

#[test]
fn what_needs_no_service_is_served_and_health_names_what_is_ill() {
    for (way, link) in WAYS {
        let world = without_services(link);
        for path in ["/docs", "/openapi.json"] {
            assert_eq!(world.ask("GET", path).anonymous().send().status(), 200, "{way}: {path}");
        }
        let health = world.ask("GET", "/healthz").anonymous().send();
        let of = |service: &str| health.json()["services"][service]["status"].clone();
        assert_eq!(
            (health.status(), of("pipeline"), of("scheduler")),
            (503, "down".into(), "down".into()),
            "{way}"
        );
        world.ask("GET", "/v1/events").anonymous().send().refused(401, "auth.missing_credentials");
    }
    let mut world = World::new();
    world.ports.scheduler_health = Rc::new(Silent);
    let health = world.ask("GET", "/healthz").send().json();
    let of = |service: &str| health["services"][service]["status"].clone();
    assert_eq!((of("pipeline"), of("scheduler")), ("ok".into(), "down".into()), "only the one that is ill");
}

#[test]
fn without_the_control_database_nobody_gets_in_and_nobody_is_told_that_a_key_is_wrong() {
    let world = World::new();
    let endpoint = world.endpoint(Source::Standard, |_| {});
    for operation in ["control.key_by_prefix", "control.endpoint", "control.heartbeat"] {
        world.faults.fail_all(operation, When::Before);
    }
    for answered in [world.ask("GET", "/v1/events").send(), world.deliver(&endpoint, "msg_1", b"{}").send()] {
        answered.refused(503, "service.unavailable");
        assert_eq!(answered.header("retry-after"), Some("5"));
    }
    assert_eq!(world.ask("GET", "/docs").send().status(), 200);
    assert_eq!(world.ask("GET", "/healthz").send().status(), 503);
}
