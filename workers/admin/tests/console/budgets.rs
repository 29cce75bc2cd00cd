//! What tenants may spend on models, as an operator meets it.

use admin::request::Request;
use app::ports::{Archive, ArchivedCall, ArchivedCalls, NewTenant, TenantAdmin};
use contracts::Timestamp;
use contracts::pipeline::ai_calls::AiCallSummary;
use ids::AiCallId;
use serde_json::{Value, json};
use test_kit::run;

use crate::acts;
use crate::erasures::{OWNER, Recorder, VIEWER, ask, json as body_of, path, send, tenant};

fn with_tenant() -> Recorder {
    let recorder = Recorder::default();
    let settings = app::ports::TenantSettings {
        name: "Acme".into(),
        allowance: app::ports::Allowance::default(),
        allowed_origins: Vec::new(),
        active: true,
    };
    let new = NewTenant {
        tenant_id: tenant(),
        slug: "acme".into(),
        settings,
        created_at: contracts::Timestamp::from_unix_ms(1),
        request: None,
    };
    let act = audit::Act {
        at_ms: 1,
        actor: "person:ada@example.com".into(),
        role: "owner".into(),
        tenant: Some(tenant()),
        action: "tenant.create".into(),
        target: None,
        before: None,
        after: None,
        trace_id: String::new(),
    };
    run(recorder.control.create(&new, &act)).expect("it is new");
    recorder
}

#[test]
fn an_owner_sets_limits_and_everybody_reads_what_is_left() {
    let (recorder, path) = (with_tenant(), path("ai-budget"));
    let read = ask(&recorder, VIEWER, &send("GET", &path, ""));
    let nothing = body_of(&read);
    assert_eq!(
        (&nothing["version"], &nothing["limits"], &nothing["updated_by"]),
        (&json!(0), &json!([]), &Value::Null)
    );
    let limits = json!([
        {"unit": "money", "window": "month", "most": "12.5"},
        {"unit": "requests", "window": "minute", "key": "each", "model": "gpt-4o", "most": 60},
    ]);
    let asked = json!({"version": 0, "limits": limits}).to_string();
    let set = ask(&recorder, OWNER, &send("PUT", &path, &asked));
    assert_eq!(set.answer.status, 200, "{}", set.answer.body);
    let set = body_of(&set);
    let expect = json!([
        {"unit": "money", "window": "month", "key": "all", "model": "all", "most": 12.5},
        {"unit": "requests", "window": "minute", "key": "each", "model": "gpt-4o", "most": 60.0},
    ]);
    assert_eq!(
        (&set["version"], &set["limits"], &set["updated_by"]),
        (&json!(1), &expect, &json!("person:ada@example.com"))
    );
    assert_eq!((&set["used"][0]["left"], &set["used"][0]["spent"]), (&json!(12.5), &json!(0.0)));
    assert_eq!(set["used"].as_array().map(Vec::len), Some(1), "no key has spent anything");
    assert_eq!(body_of(&ask(&recorder, VIEWER, &send("GET", &path, ""))), set);

    let stale = ask(&recorder, OWNER, &send("PUT", &path, r#"{"version": 0, "limits": []}"#));
    assert_eq!((stale.answer.status, stale.code), (409, Some("request.stale")), "{}", stale.answer.body);
    let without = ask(&recorder, OWNER, &send("PUT", &path, r#"{"limits": []}"#));
    assert_eq!((without.answer.status, &body_of(&without)["version"]), (200, &json!(2)));

    let seen: Vec<_> = acts(&recorder.control)
        .into_iter()
        .map(|act| (act.action, act.before.unwrap_or_default(), act.after.unwrap_or_default()))
        .filter(|(action, ..)| action.starts_with("ai_budget"))
        .collect();
    let named = |action: &str| seen.iter().filter(|(of, ..)| of == action).count();
    assert_eq!(
        (named("ai_budget.set"), named("ai_budget.set.done"), named("ai_budget.set.refused")),
        (3, 2, 1)
    );
    assert!(seen[0].1.contains(r#""version":0"#) && seen[0].2.contains("12.5"), "{:?}", seen[0]);
}

#[test]
fn limits_that_cannot_be_meant_name_what_is_wrong() {
    let (recorder, path) = (with_tenant(), path("ai-budget"));
    let one = |limit: Value| json!({ "limits": [limit] }).to_string();
    let money = |most: Value| json!({"unit": "money", "window": "day", "most": most});
    for (email, body, status, told) in [
        (VIEWER, r#"{"limits": []}"#.to_owned(), 403, ""),
        (OWNER, "{}".to_owned(), 422, "/limits"),
        (OWNER, one(money(json!("free"))), 422, "/limits/0/most"),
        (OWNER, one(money(json!(-1))), 422, "/limits/0/most"),
        (OWNER, one(money(json!("0.0000000001"))), 422, "/limits/0/most"),
        (OWNER, one(money(json!(1_000_001))), 422, "1000000.00 USD"),
        (OWNER, one(json!({"unit": "tokens", "window": "day", "most": 1.5})), 422, "/limits/0/most"),
        (OWNER, one(json!({"unit": "cents", "window": "day", "most": 1})), 422, "/limits/0/unit"),
        (OWNER, one(json!({"unit": "money", "window": "week", "most": 1})), 422, "/limits/0/window"),
        (
            OWNER,
            one(json!({"unit": "money", "window": "day", "most": 1, "key": "bob"})),
            422,
            "/limits/0/key",
        ),
        (OWNER, json!({ "limits": [money(json!(1)), money(json!(2))] }).to_string(), 422, "limits 1 and 2"),
        (OWNER, r#"{"version": "1", "limits": []}"#.to_owned(), 422, "/version"),
    ] {
        let handled = ask(&recorder, email, &send("PUT", &path, &body));
        assert_eq!(handled.answer.status, status, "{body}: {}", handled.answer.body);
        assert!(handled.answer.body.contains(told), "{body}: {}", handled.answer.body);
    }
    assert_eq!(body_of(&ask(&recorder, VIEWER, &send("GET", &path, "")))["version"], 0, "nothing was set");
    let nobody = ask(&Recorder::default(), VIEWER, &send("GET", &path, ""));
    assert_eq!((nobody.answer.status, nobody.code), (404, Some("tenant.not_found")));
}

#[test]
fn an_owner_sets_what_may_be_asked_and_everybody_reads_it() {
    let (recorder, path) = (with_tenant(), path("ai-policy"));
    let nothing = body_of(&ask(&recorder, VIEWER, &send("GET", &path, "")));
    assert_eq!(
        (&nothing["version"], &nothing["models"], &nothing["mask"]),
        (&json!(0), &Value::Null, &json!([]))
    );
    let asked = json!({
        "version": 0, "models": ["fast"], "max_output_tokens": 500, "mask": ["email", "card"],
        "archive": {"retention_days": 30}
    });
    let set = ask(&recorder, OWNER, &send("PUT", &path, &asked.to_string()));
    assert_eq!(set.answer.status, 200, "{}", set.answer.body);
    let set = body_of(&set);
    assert_eq!(
        (&set["version"], &set["models"], &set["max_output_tokens"]),
        (&json!(1), &json!(["fast"]), &json!(500))
    );
    assert_eq!(
        (&set["mask"], &set["updated_by"]),
        (&json!(["email", "card"]), &json!("person:ada@example.com"))
    );
    assert_eq!(set["archive"], json!({"retention_days": 30}));
    assert_eq!(body_of(&ask(&recorder, VIEWER, &send("GET", &path, ""))), set);
    for (email, body, status, told) in [
        (VIEWER, "{}", 403, ""),
        (OWNER, r#"{"version": 0}"#, 409, ""),
        (OWNER, r#"{"mask": ["names"]}"#, 422, "private_key"),
        (OWNER, r#"{"models": "fast"}"#, 422, "/models"),
        (OWNER, r#"{"models": [""]}"#, 422, "/models/0"),
        (OWNER, r#"{"max_input_tokens": 0}"#, 422, "/max_input_tokens"),
        (OWNER, r#"{"archive": {}}"#, 422, "/archive/retention_days"),
        (OWNER, r#"{"archive": {"retention_days": 3651}}"#, 422, "/archive/retention_days"),
        (OWNER, r#"{"archive": 30}"#, 422, "/archive"),
    ] {
        let handled = ask(&recorder, email, &send("PUT", &path, body));
        assert_eq!(handled.answer.status, status, "{body}: {}", handled.answer.body);
        assert!(handled.answer.body.contains(told), "{body}: {}", handled.answer.body);
    }
    let acts = acts(&recorder.control).into_iter().filter(|act| act.action == "ai_policy.set");
    assert!(acts.map(|act| act.after.unwrap_or_default()).any(|after| after.contains("card")));
    let free = body_of(&ask(&recorder, OWNER, &send("PUT", &path, "{}")));
    assert_eq!((&free["version"], &free["models"], &free["mask"]), (&json!(2), &Value::Null, &json!([])));
}

#[test]
fn what_was_said_in_a_call_is_shown_on_record_to_operators_alone() {
    let (recorder, path) = (with_tenant(), path("ai-calls"));
    let tenant = tenant();
    let (call_id, time) = (AiCallId::from_parts(1, [1; 10]), Timestamp::from_unix_ms(1));
    let summary = AiCallSummary {
        call_id,
        request_id: Some("req_1".into()),
        trace_id: "t".into(),
        at: time,
        expires_at: time,
        model: "m".into(),
        upstream: "u".into(),
        outcome: "finished".into(),
        cache: "off".into(),
    };
    run(recorder.calls.note(tenant, &ArchivedCall { summary, object_key: "key".into() })).unwrap();
    run(recorder.objects.put("key", "application/json", br#"{"request":{"text":"hi"}}"#.to_vec())).unwrap();
    let listed =
        body_of(&ask(&recorder, VIEWER, &Request { query: "request_id=req_1", ..send("GET", &path, "") }));
    assert_eq!(listed["items"][0]["id"], call_id.to_string());
    let none =
        body_of(&ask(&recorder, VIEWER, &Request { query: "request_id=req_2", ..send("GET", &path, "") }));
    assert_eq!(none["items"], json!([]));
    let one = format!("{path}/{call_id}");
    assert_eq!(ask(&recorder, VIEWER, &send("GET", &one, "")).answer.status, 403);
    assert!(acts(&recorder.control).iter().all(|act| act.action != "ai_call.read"));
    let shown = body_of(&ask(&recorder, OWNER, &send("GET", &one, "")));
    assert_eq!(shown["request"]["text"], "hi");
    let read: Vec<_> =
        acts(&recorder.control).into_iter().filter(|act| act.action == "ai_call.read").collect();
    assert_eq!(
        (read.len(), read[0].target.as_deref(), read[0].tenant),
        (1, Some(&*call_id.to_string()), Some(tenant))
    );
    let other = format!("{path}/{}", AiCallId::from_parts(2, [2; 10]));
    assert_eq!(ask(&recorder, OWNER, &send("GET", &other, "")).answer.status, 404);
}
