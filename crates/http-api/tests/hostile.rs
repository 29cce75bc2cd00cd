//! Mutated queries, bodies and headers: read or refused, and never with a 5xx.

use http_api::conditional::{Part, Validators};
use http_api::idempotency::IdempotencyKey;
use http_api::request::{FromBody, FromQuery, read_body, read_query};
use http_api::{Problem, Timestamp};
use http_api::{
    crm, endpoints, events, files, jobs, live, reports, rules, search, signals, subscriptions, workflows,
};
use serde_json::Value;

const DOCUMENT: &str = include_str!("../generated/openapi.json");

/// The examples of every JSON body in the description.
fn bodies() -> Vec<String> {
    let document: Value = serde_json::from_str(DOCUMENT).expect("the description is JSON");
    let paths = document["paths"].as_object().expect("it has paths");
    let operations = paths.values().filter_map(Value::as_object).flat_map(|item| item.values());
    let json = operations.map(|operation| &operation["requestBody"]["content"]["application/json"]);
    json.filter_map(|content| content.get("example")).map(Value::to_string).collect()
}

fn refused(problem: &Problem) {
    let status = problem.code().status();
    assert!((400..500).contains(&status), "{status}: {problem:?}");
}

fn body<T: FromBody>(bytes: &[u8]) {
    read_body::<T>(bytes).err().iter().for_each(refused);
}

fn query<T: FromQuery>(text: &str) {
    read_query::<T>(text).err().iter().for_each(refused);
}

#[test]
fn hostile_bodies_are_read_or_refused() {
    let seeds = bodies();
    assert!(seeds.len() >= 12, "{}", seeds.len());
    hostile::survives(env!("CARGO_MANIFEST_DIR"), "body", seeds, |bytes| {
        body::<endpoints::CreateEndpoint>(bytes);
        body::<endpoints::RotateEndpoint>(bytes);
        body::<events::SubmitEvent>(bytes);
        body::<files::CreateUpload>(bytes);
        body::<jobs::CreateJob>(bytes);
        body::<reports::CreateReport>(bytes);
        body::<rules::NewRule>(bytes);
        body::<rules::ReplaceRule>(bytes);
        body::<rules::TestRule>(bytes);
        body::<subscriptions::CreateSubscription>(bytes);
        body::<subscriptions::RotateSecret>(bytes);
        body::<workflows::Decide>(bytes);
        body::<workflows::SignalWorkflow>(bytes);
    });
}

#[test]
fn hostile_queries_are_read_or_refused() {
    let seeds = [
        "limit=50&cursor=eyJrIjoxfQ",
        "q=who+approves&kind=passage&limit=5&account=northwind.example&since=2026-01-01T00:00:00Z",
        "source=standard&status=processed&type=call.completed&since=2026-11-22T07:08:37.123Z&until=2026-12-01T00:00:00%2B01:00",
        "kind=objection&min_score=0.5&event_id=evt_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f",
        "name=notes.txt&sha256=%00%ff",
    ];
    hostile::survives(env!("CARGO_MANIFEST_DIR"), "query", seeds, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        query::<endpoints::ListEndpoints>(&text);
        query::<events::ListEvents>(&text);
        query::<signals::ListSignals>(&text);
        query::<search::Search>(&text);
        query::<subscriptions::ListSubscriptions>(&text);
        query::<subscriptions::ListDeliveries>(&text);
        query::<workflows::ListApprovals>(&text);
        query::<rules::ListRules>(&text);
        query::<rules::ListAlerts>(&text);
        query::<rules::ListTasks>(&text);
        query::<crm::ListCrmRecords>(&text);
        query::<crm::GetCrmRecord>(&text);
        query::<files::StoreFile>(&text);
        query::<files::ListFiles>(&text);
        query::<jobs::ListJobs>(&text);
        query::<live::Listen>(&text);
    });
}

#[test]
fn hostile_ranges_and_conditions_stay_inside_the_file() {
    const SIZE: u64 = 1_000;
    let known = Validators { etag: "\"a1\"".into(), modified_s: 1_763_800_000 };
    let date = known.last_modified();
    let seeds = ["bytes=0-99", "bytes=-1", "bytes=5-", "bytes=0-1,5-9", "W/\"a1\", \"a1\"", "*", &date];
    hostile::survives(env!("CARGO_MANIFEST_DIR"), "conditions", seeds.map(str::to_owned), move |bytes| {
        let text = String::from_utf8_lossy(bytes);
        for name in ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"] {
            let _ = known.judge(|asked| (asked == name).then_some(&*text));
        }
        for size in [0, 1, SIZE, u64::MAX] {
            let part = known.part(size, |name| (name == "range").then_some(&*text));
            if let Part::Range { offset, length } = part {
                let end = offset.checked_add(length);
                assert!(
                    length > 0 && end.is_some_and(|end| end <= size),
                    "{text}: {offset}+{length} of {size}"
                );
            }
        }
        let _ = known.part(SIZE, |name| match name {
            "range" => Some("bytes=0-0"),
            _ => Some(&*text),
        });
    });
}

#[test]
fn hostile_keys_and_times_are_read_or_refused() {
    let seeds = ["order-7", "2026-11-22T07:08:37.123Z", "2026-11-22T07:08:37+01:00", "9999-12-31T23:59:60Z"];
    hostile::survives(env!("CARGO_MANIFEST_DIR"), "words", seeds, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Ok(key) = IdempotencyKey::parse(&text) {
            assert!(!key.as_str().is_empty());
        }
        if let Ok(time) = text.parse::<Timestamp>() {
            assert_eq!(time.to_string().parse::<Timestamp>().ok(), Some(time), "{text}");
        }
    });
}
