//! The generated description: current, valid OpenAPI 3.1, and true of what the readers accept.

use std::collections::BTreeSet;
use std::path::Path;

use http_api::events::SubmitEvent;
use http_api::jobs::{ChangeJob, CreateJob};
use http_api::reports::CreateReport;
use http_api::request::{FromBody, read_body};
use http_api::routes::{Access, ROUTES};
use http_api::workflows::{Decide, SpendProposal, WithParams};
use http_api::{Code, document};
use serde_json::{Value, json};

/// Set this to write the files anew instead of comparing them.
const WRITE: &str = "WRITE_GENERATED";

fn check_current(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("generated").join(name);
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, made).expect("the folder `generated` can be written");
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let first = kept.lines().zip(made.lines()).position(|(kept, made)| kept != made);
    assert!(
        kept == made,
        "`generated/{name}` is not what the types say, from line {} on; run `{WRITE}=1 cargo test -p http-api --test document`",
        first.map_or(kept.lines().count().min(made.lines().count()), |line| line) + 1,
    );
}

fn document() -> Value {
    serde_json::from_str(&document::openapi_json().expect("the document can be written")).expect("it is JSON")
}

/// A schema of the document, with what it refers to within reach.
fn schema(document: &Value, name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}"), "components": document["components"] })
}

/// Calls `visit` on every object in the document, with its place.
fn walk(value: &Value, place: &str, visit: &mut dyn FnMut(&str, &serde_json::Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            visit(place, map);
            map.iter().for_each(|(key, value)| walk(value, &format!("{place}/{key}"), visit));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, value)| walk(value, &format!("{place}/{n}"), visit));
        }
        _ => {}
    }
}

#[test]
fn generated_files_are_current() {
    check_current("openapi.json", &document::openapi_json().expect("the document can be written"));
    check_current("docs.html", &document::docs_html().expect("the page can be written"));
}

#[test]
fn the_document_is_openapi_3_1_for_a_typed_reader() {
    let text = document::openapi_json().expect("the document can be written");
    let spec = oas3::from_json(&text).expect("a reader of OpenAPI 3.1 takes the document");
    assert_eq!(spec.openapi, "3.1.0");
    assert_eq!(spec.operations().count(), ROUTES.len());
}

#[test]
fn every_schema_is_json_schema_2020_12_and_every_reference_leads_somewhere() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().expect("there are schemas");
    for (name, schema) in schemas {
        assert!(jsonschema::draft202012::meta::is_valid(schema), "`{name}` is no schema: {schema:#}");
    }
    let mut used = BTreeSet::new();
    walk(&document, "", &mut |place, map| {
        if let Some(target) = map.get("$ref").and_then(Value::as_str) {
            let pointer = target.strip_prefix('#').expect("references stay in the document");
            assert!(document.pointer(pointer).is_some(), "{place} refers to `{target}`, which is not there");
            used.insert(target.rsplit('/').next().unwrap_or_default().to_owned());
        }
    });
    let defined: BTreeSet<_> = schemas.keys().cloned().collect();
    assert_eq!(defined, used, "schemas that nothing refers to, or the reverse");
}

#[test]
fn every_schema_example_is_an_example_of_its_schema() {
    let document = document();
    let mut seen = 0;
    walk(&document, "", &mut |place, map| {
        let is_schema = map.get("type").is_some_and(|kind| !kind.is_object()) || map.contains_key("oneOf");
        let examples = map
            .get("example")
            .into_iter()
            .chain(map.get("examples").and_then(Value::as_array).into_iter().flatten());
        for example in examples.filter(|_| is_schema) {
            let mut schema = Value::Object(map.clone());
            schema["components"] = document["components"].clone();
            assert!(jsonschema::draft202012::is_valid(&schema, example), "{place}: {example}");
            seen += 1;
        }
    });
    assert!(seen > 20, "only {seen} examples were found");
}

#[test]
fn every_operation_tells_its_scope_its_trace_header_and_its_problems() {
    let document = document();
    for route in ROUTES {
        let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        assert_eq!(operation["operationId"], route.id);
        let scopes = match route.access {
            Access::Key(scope) => json!([{ "api_key": [scope.as_str()] }]),
            Access::Public | Access::Signature | Access::Address => Value::Null,
        };
        assert_eq!(operation["security"], scopes, "{}", route.id);
        let responses = operation["responses"].as_object().expect("there are responses");
        assert!(responses.contains_key(&route.success.to_string()), "{}", route.id);
        for (status, response) in responses {
            assert!(response["headers"].get("x-trace-id").is_some(), "{} {status}", route.id);
        }
        for code in route.problems() {
            let response = &responses[&code.status().to_string()];
            let description = response["description"].as_str().expect("a description");
            assert!(description.contains(&format!("`{code}`")), "{} does not list {code}", route.id);
            assert!(response["content"].get("application/problem+json").is_some(), "{} {code}", route.id);
        }
    }
    for code in Code::ALL {
        let reachable = ROUTES.iter().any(|route| route.problems().contains(code));
        // What is answered before a route is found.
        let of_no_route = matches!(
            code,
            Code::RouteNotFound
                | Code::RouteMethodNotAllowed
                | Code::RequestUriTooLong
                | Code::RequestHeadersTooLarge
        );
        assert_eq!(reachable, !of_no_route, "{code}");
    }
}

#[test]
fn example_bodies_are_accepted() {
    let document = document();
    let body = |path: &str| &document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"];
    agree::<SubmitEvent>(&document, "SubmitEvent", body("/v1/events"), true);
    agree::<CreateJob>(&document, "CreateJob", body("/v1/jobs"), true);
    agree::<WithParams<SpendProposal>>(&document, "StartWorkflow", body("/v1/workflows/{name}"), true);
    agree::<CreateReport>(&document, "CreateReport", body("/v1/reports"), true);
    agree::<Decide>(&document, "Decide", body("/v1/approvals/{id}/decision"), true);
}

#[test]
fn each_list_answers_a_page_of_its_own_kind() {
    let document = document();
    for (path, kind) in [
        ("/v1/events", "EventSummary"),
        ("/v1/signals", "Signal"),
        ("/v1/jobs", "Job"),
        ("/v1/approvals", "ApprovalSummary"),
        ("/v1/jobs/{id}/runs", "Run"),
    ] {
        let answer =
            &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        let page =
            answer["$ref"].as_str().and_then(|target| document.pointer(target.trim_start_matches('#')));
        let items = &page.expect("the page's schema")["properties"]["items"]["items"]["$ref"];
        assert_eq!(items, &format!("#/components/schemas/{kind}"), "{path}");
    }
}

/// The document and the reader agree on whether `body` is good.
fn agree<T: FromBody>(document: &Value, name: &str, body: &Value, good: bool) {
    let by_document = jsonschema::draft202012::is_valid(&schema(document, name), body);
    let by_reader = read_body::<T>(body.to_string().as_bytes()).is_ok();
    assert_eq!((by_document, by_reader), (good, good), "(document, reader) of {body}");
}

/// `base` with the value at `pointer` replaced, or taken out when it is `None`.
fn with(base: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut changed = base.clone();
    let (parent, field) = pointer.rsplit_once('/').expect("a pointer to a field");
    let parent = changed.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object there");
    match value {
        Some(value) => parent.insert(field.to_owned(), value),
        None => parent.remove(field),
    };
    changed
}

#[test]
fn the_document_and_the_reader_agree_on_events() {
    let document = document();
    let check = |body: &Value, good: bool| agree::<SubmitEvent>(&document, "SubmitEvent", body, good);
    let base = json!({ "source": "generic", "type": "call.completed", "payload": { "a": 1 } });
    check(&base, true);
    for (pointer, value) in [
        ("/occurred_at", json!("2026-11-22T07:00:00+01:00")),
        ("/occurred_at", Value::Null),
        ("/subject", json!("Café Luna")),
        ("/subject", json!("s".repeat(256))),
        ("/subject", Value::Null),
        ("/payload", json!([1, 2])),
        ("/payload", Value::Null),
        ("/source", json!("s".repeat(64))),
        ("/unknown", json!(1)),
    ] {
        check(&with(&base, pointer, Some(value)), true);
    }
    for (pointer, value) in [
        ("/source", json!("")),
        ("/source", json!("Zoom")),
        ("/source", json!("s".repeat(65))),
        ("/source", json!(1)),
        ("/source", Value::Null),
        ("/type", json!("call completed")),
        ("/type", json!("t".repeat(129))),
        ("/subject", json!("two\nlines")),
        ("/subject", json!("next\u{85}line")),
        ("/subject", json!("")),
        ("/subject", json!("é".repeat(257))),
        ("/occurred_at", json!(1_763_795_317)),
    ] {
        check(&with(&base, pointer, Some(value)), false);
    }
    for pointer in ["/source", "/type", "/payload"] {
        check(&with(&base, pointer, None), false);
    }
    check(&json!([]), false);
}

#[test]
fn the_document_and_the_reader_agree_on_changes_of_jobs() {
    let document = document();
    let check = |body: &Value, good: bool| agree::<ChangeJob>(&document, "ChangeJob", body, good);
    let example =
        &document["paths"]["/v1/jobs/{id}"]["patch"]["requestBody"]["content"]["application/json"]["example"];
    check(example, true);
    let task = json!({ "kind": "event", "source": "generic", "type": "t", "payload": null });
    for (good, body) in [
        (true, json!({})),
        (true, json!({ "name": "N", "version": 2, "task": task })),
        (true, json!({ "retry": null, "misfire": null, "misfire_window": null, "overlap": null })),
        (true, json!({ "timeout": null, "concurrency": null, "version": null })),
        (true, json!({ "timeout": "5s", "concurrency": { "group": "crm", "limit": 2 }, "misfire": "all" })),
        (true, json!({ "schedule": { "at": "2026-11-22T07:00:00Z" } })),
        (false, json!({ "name": null })),
        (false, json!({ "schedule": null })),
        (false, json!({ "task": null })),
        (false, json!({ "name": "" })),
        (false, json!({ "version": 0 })),
        (false, json!({ "schedule": {} })),
        (false, json!({ "overlap": "maybe" })),
        (false, json!({ "concurrency": { "group": "crm" } })),
        (false, json!({ "retry": { "max_attempts": 11 } })),
    ] {
        check(&body, good);
    }
}

#[test]
fn the_document_and_the_reader_agree_on_jobs() {
    let document = document();
    let check = |body: &Value, good: bool| agree::<CreateJob>(&document, "CreateJob", body, good);
    let base = json!({
        "name": "Tick",
        "schedule": { "every": "15m" },
        "task": { "kind": "event", "source": "generic", "type": "tick", "payload": {} },
    });
    check(&base, true);
    for (pointer, value) in [
        ("/schedule", json!({ "at": "2026-11-22T07:00:00Z" })),
        ("/schedule", json!({ "cron": "* * * * *" })),
        (
            "/schedule",
            json!({ "cron": "@daily", "timezone": "Europe/Berlin", "gap": "skip", "fold": "once", "jitter": "5m" }),
        ),
        ("/schedule", json!({ "every": "1d", "anchor": "2026-11-22T07:00:00Z", "exclude": ["2026-12-25"] })),
        ("/schedule/every", json!(15)),
        ("/schedule/every", json!("1d2h3m4s")),
        ("/retry", json!({})),
        ("/retry", json!({ "max_attempts": 10, "delay": "1h" })),
        ("/retry", Value::Null),
        ("/task/payload", json!("text")),
    ] {
        check(&with(&base, pointer, Some(value)), true);
    }
    for (pointer, value) in [
        ("/name", json!("")),
        ("/name", json!("n".repeat(201))),
        ("/name", json!(["Tick"])),
        ("/schedule", json!("15m")),
        ("/schedule", json!({})),
        ("/schedule", json!({ "cron": 5 })),
        ("/schedule", json!({ "cron": "* * * * *", "gap": "leap" })),
        ("/schedule", json!({ "every": "15m", "jitter": "soon" })),
        ("/schedule", json!({ "every": "15m", "at": "2026-11-22T07:00:00Z" })),
        ("/schedule/every", json!("")),
        ("/schedule/every", json!("15 minutes")),
        ("/schedule/every", json!(0)),
        ("/schedule/every", json!(1.5)),
        ("/schedule/every", json!(31_622_401)),
        ("/task", json!({ "kind": "fax", "number": "1" })),
        ("/task", json!({ "kind": "http", "method": "POST" })),
        ("/task", json!({ "kind": "http", "url": "https://example.com", "method": "HEAD" })),
        ("/task", json!({ "kind": "http", "url": "https://example.com", "headers": { "x-a": 1 } })),
        ("/task/source", json!("Big Co")),
        ("/task/type", Value::Null),
        ("/retry", json!({ "max_attempts": 0 })),
        ("/retry", json!({ "max_attempts": 11 })),
        ("/retry", json!({ "delay": "soon" })),
    ] {
        check(&with(&base, pointer, Some(value)), false);
    }
    for pointer in ["/name", "/schedule", "/task", "/task/kind", "/task/payload"] {
        check(&with(&base, pointer, None), false);
    }
}

#[test]
fn the_page_stands_alone_and_its_links_lead_somewhere() {
    let page = document::docs_html().expect("the page can be written");
    for foreign in ["<script", "=\"http", "@import", "url(", " src="] {
        assert!(!page.contains(foreign), "the page has `{foreign}`");
    }
    let values = |attribute: &str| -> Vec<String> {
        page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    };
    let ids = values(" id=\"");
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "an id stands twice");
    for target in values("href=\"#") {
        assert!(unique.contains(&target), "`#{target}` leads nowhere");
    }
    for code in Code::ALL {
        assert!(unique.contains(&code.anchor()), "{code} has no entry");
    }
    for route in ROUTES {
        assert!(page.contains(route.path), "{} is not on the page", route.path);
    }
}
