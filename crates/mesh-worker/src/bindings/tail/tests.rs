//! Every kind of event and item is read, and what is unknown is kept.

use serde_json::{Value, json};

use super::event::EventHints;
use super::item::read;
use super::*;

fn event(kind: &str, fields: Value) -> TailEvent {
    let hints = EventHints { kind: Some(kind.into()), ..EventHints::default() };
    TailEvent::read(hints, fields)
}

#[test]
fn every_kind_of_event_is_told_by_its_fields() {
    let url = "https://example.com/";
    let fetch = json!({ "request": { "url": url, "method": "GET", "headers": { "a": "b" } }, "response": { "status": 204 } });
    let aborted = json!({ "request": { "url": url, "method": "GET" } });
    let cases = [
        (fetch, "fetch"),
        (aborted, "fetch"),
        (json!({ "rpcMethod": "echo" }), "rpc"),
        (json!({ "cron": "* * * * *", "scheduledTime": 1_700_000_000_000_u64 }), "scheduled"),
        (json!({ "scheduledTime": 1_700_000_000_000_u64 }), "alarm"),
        (json!({ "queue": "q", "batchSize": 3 }), "queue"),
        (json!({ "mailFrom": "a@b", "rcptTo": "c@d", "rawSize": 7 }), "email"),
        (json!({ "consumedEvents": [{ "scriptName": null }, { "scriptName": "x" }] }), "tail"),
        (json!({ "getWebSocketEvent": { "webSocketEventType": "message" } }), "webSocket"),
        (
            json!({ "getWebSocketEvent": { "webSocketEventType": "close", "code": 1000, "wasClean": true } }),
            "webSocket",
        ),
        (json!({ "reason": "inactive" }), "hibernate"),
        (json!({ "reason": "moon phase" }), "hibernate"),
    ];
    for (fields, expected) in cases {
        // The class's name plays no part: a consumer behind a bundler may not see it.
        let read = serde_json::to_value(event("Object", fields.clone())).unwrap();
        assert_eq!(read["type"], expected, "{fields}");
    }
}

#[test]
fn events_without_fields_are_told_by_their_class() {
    assert_eq!(event("ConnectEventInfo", json!({})), TailEvent::Connect);
    assert_eq!(event("CustomEventInfo", json!({})), TailEvent::Custom);
    assert_eq!(event("Object", Value::Null), TailEvent::Unsaid);
}

#[test]
fn an_unknown_event_is_kept_as_it_came() {
    for fields in [json!({ "teleport": 1 }), json!({}), json!("text"), json!({ "queue": 5 })] {
        assert_eq!(
            event("TeleportEventInfo", fields.clone()),
            TailEvent::Unknown(UnknownEvent { kind: Some("TeleportEventInfo".into()), fields })
        );
    }
}

#[test]
fn a_date_and_the_request_without_redaction_come_from_beside_the_event() {
    let hints = EventHints { scheduled_time: Some(5.0), ..EventHints::default() };
    let alarm = TailEvent::read(hints, json!({ "scheduledTime": "1970-01-01T00:00:00.005Z" }));
    assert_eq!(alarm, TailEvent::Alarm(AlarmEvent { scheduled_time: 5.0 }));

    let open = json!({ "url": "https://a/?key=secret", "method": "GET" });
    let hints = EventHints { request: Some(open), ..EventHints::default() };
    let hidden = json!({ "request": { "url": "https://a/?key=REDACTED", "method": "GET" } });
    let TailEvent::Fetch(fetch) = TailEvent::read(hints, hidden) else { panic!("no fetch") };
    assert_eq!(fetch.request.url, "https://a/?key=secret");
}

#[test]
fn a_whole_item_is_read() {
    let text = json!({
        "hints": { "kind": "JsRpcEventInfo" },
        "item": {
            "event": { "rpcMethod": "echo" },
            "eventTimestamp": 1_700_000_000_000.5,
            "logs": [
                { "timestamp": 1, "level": "warn", "message": ["a", { "b": 1 }, 2] },
                { "timestamp": 2, "level": "shout", "message": "alone" },
            ],
            "exceptions": [{ "timestamp": 3, "name": "Error", "message": "no", "stack": "at x" }],
            "diagnosticsChannelEvents": [{ "timestamp": 4, "channel": "c", "message": [1] }],
            "scriptName": "w",
            "entrypoint": "Calls",
            "scriptVersion": { "id": "v" },
            "scriptTags": ["t"],
            "tailAttributes": { "n": 1 },
            "durableObjectId": "d",
            "outcome": "exceededCpu",
            "executionModel": "durableObject",
            "truncated": true,
            "cpuTime": 1.5,
            "wallTime": 7,
            "somethingNew": {},
        },
    });
    let item = read(&text.to_string()).unwrap();
    let invocation = &item.invocation;
    assert_eq!(item.event, TailEvent::Rpc(RpcEvent { rpc_method: "echo".into() }));
    assert_eq!(invocation.logs[0].text(), r#"a {"b":1} 2"#);
    assert_eq!(invocation.logs[1].level, LogLevel::Other("shout".into()));
    assert_eq!(invocation.exceptions[0].stack.as_deref(), Some("at x"));
    assert_eq!(invocation.outcome, Outcome::ExceededCpu);
    assert_eq!(invocation.execution_model, ExecutionModel::DurableObject);
    assert!(invocation.truncated);
    assert_eq!((invocation.cpu_time, invocation.wall_time), (1.5, 7.0));
    let written = serde_json::to_value(&item).unwrap();
    assert_eq!(written["event"], json!({ "type": "rpc", "rpcMethod": "echo" }));
    assert_eq!(written["outcome"], "exceededCpu");
}

#[test]
fn an_item_of_which_little_is_told_is_read() {
    let item = read(r#"{"item":{"event":null,"eventTimestamp":null,"outcome":"vanished"}}"#).unwrap();
    assert_eq!(item.event, TailEvent::Unsaid);
    assert_eq!(item.invocation.outcome, Outcome::Other("vanished".into()));
    assert_eq!(item.invocation.script_name, None);
}

#[test]
fn every_outcome_of_the_platform_has_a_name() {
    for outcome in [
        "ok",
        "canceled",
        "exception",
        "unknown",
        "killSwitch",
        "daemonDown",
        "exceededCpu",
        "exceededMemory",
        "loadShed",
        "responseStreamDisconnected",
        "scriptNotFound",
        "internalError",
        "exceededWallTime",
        "aborted",
    ] {
        let read: Outcome = serde_json::from_value(json!(outcome)).unwrap();
        assert!(!matches!(read, Outcome::Other(_)), "{outcome}");
        assert_eq!(serde_json::to_value(read).unwrap(), outcome);
    }
}
