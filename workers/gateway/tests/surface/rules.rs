//! `/v1/rules`, `/v1/alerts` and `/v1/tasks`, with the very service behind them.

use contracts::Timestamp;
use contracts::pipeline::rules::{Notice, NoticeKind};
use ids::{EventId, NoticeId, RuleId};
use serde_json::{Value, json};
use test_kit::run;

use crate::world::World;

fn rule() -> Value {
    json!({
        "name": "Churn", "scope": "signal", "when": {"==": [{"var": "signal.kind"}, "churn_risk"]},
        "then": [{"do": "alert", "severity": "critical", "title": "They may leave"}],
    })
}

#[test]
fn a_rule_is_created_read_changed_by_version_and_deleted() {
    let world = World::new();
    let made = world.ask("POST", "/v1/rules").header("idempotency-key", "k").json(&rule().to_string()).send();
    assert_eq!(made.status(), 201, "{}", made.json());
    let (id, path) = (made.json()["id"].clone(), made.header("location").unwrap().to_owned());
    let again =
        world.ask("POST", "/v1/rules").header("idempotency-key", "k").json(&rule().to_string()).send();
    assert_eq!(again.json()["id"], id);
    let read = world.ask("GET", &path).send().json();
    assert_eq!(
        (&read["when"], &read["version"], &read["enabled"]),
        (&rule()["when"], &json!(1), &json!(true))
    );
    let mut changed = rule();
    changed["enabled"] = json!(false);
    world.ask("PUT", &path).json(&changed.to_string()).send().refused(422, "request.invalid");
    changed["version"] = json!(1);
    let replaced = world.ask("PUT", &path).json(&changed.to_string()).send().json();
    assert_eq!((&replaced["version"], &replaced["enabled"]), (&json!(2), &json!(false)));
    changed["name"] = json!("Other");
    world.ask("PUT", &path).json(&changed.to_string()).send().refused(409, "rule.changed");
    assert_eq!(world.ask("GET", "/v1/rules").send().json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(world.ask("DELETE", &path).send().status(), 204);
    world.ask("GET", &path).send().refused(404, "rule.not_found");
    world.ask("GET", "/v1/rules/rul_1").send().refused(404, "rule.not_found");
}

#[test]
fn a_bad_rule_is_refused_with_every_place() {
    let world = World::new();
    let mut bad = rule();
    bad["when"] =
        json!({"and": [{"==": [{"var": "signal.kind"}, "chrun"]}, {">": [{"var": "signal.scor"}, 1]}]});
    bad["then"][0]["severity"] = json!("bad");
    let pointers = |answer: Value| -> Vec<String> {
        let errors = answer["errors"].as_array().unwrap().clone();
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
    };
    let refused = world.ask("POST", "/v1/rules").json(&bad.to_string()).send();
    refused.refused(422, "request.invalid");
    assert_eq!(pointers(refused.json()), ["/when/and/0/==/1", "/when/and/1/>/0/var", "/then/0/severity"]);
    let event_id = EventId::from_parts(1, [1; 10]);
    let tried = world.ask("POST", "/v1/rules/test");
    let tried = tried.json(&json!({"rule": bad, "event_id": event_id}).to_string()).send();
    assert_eq!(pointers(tried.json())[0], "/rule/when/and/0/==/1");
    let missing =
        world.ask("POST", "/v1/rules/test").json(&json!({"rule": rule(), "event_id": event_id}).to_string());
    missing.send().refused(404, "event.not_found");
}

#[test]
fn alerts_and_tasks_are_listed_and_settled_in_their_tenant_alone() {
    let world = World::new();
    let notice = |number: u64, kind| Notice {
        notice_id: NoticeId::from_parts(number, [number as u8; 10]),
        kind,
        rule_id: RuleId::from_parts(1, [1; 10]),
        rule_name: "Churn".into(),
        event_id: EventId::from_parts(1, [1; 10]),
        signal_id: None,
        account: Some("ACME".into()),
        severity: Some("critical".into()),
        title: format!("Number {number}"),
        body: None,
        assignee: Some("ada@a.example".into()),
        due_at: Some(Timestamp::from_unix_ms(9_000)),
        workflow: None,
        run_id: None,
        settled_by: None,
        settled_at: None,
        created_at: Timestamp::from_unix_ms(1_000),
    };
    let raised =
        [notice(1, NoticeKind::Alert), notice(2, NoticeKind::FailedAction), notice(3, NoticeKind::Task)];
    run(world.rules.raise(world.tenant, &raised)).unwrap();
    let alerts = world.ask("GET", "/v1/alerts?status=open&account=ACME").send().json();
    let types: Vec<_> =
        alerts["items"].as_array().unwrap().iter().map(|alert| alert["type"].clone()).collect();
    assert_eq!(types, ["failed_action", "alert"]);
    let tasks = world.ask("GET", "/v1/tasks").send().json();
    assert_eq!(
        (&tasks["items"][0]["assignee"], &tasks["items"][0]["status"]),
        (&json!("ada@a.example"), &json!("open"))
    );
    let [alert, task] = [&raised[0], &raised[2]].map(|notice| notice.notice_id);
    let theirs = world.make.tenant();
    let other = world.key(|key| {
        key.tenant_id = theirs;
        key.scopes = auth::Scope::ALL.iter().map(ToString::to_string).collect();
    });
    for (path, code) in [
        (format!("/v1/alerts/{alert}/acknowledge"), "alert.not_found"),
        (format!("/v1/tasks/{task}/complete"), "task.not_found"),
    ] {
        world.ask("POST", &path).with_key(&other).send().refused(404, code);
    }
    world.ask("POST", &format!("/v1/tasks/{alert}/complete")).send().refused(404, "task.not_found");
    let done = world.ask("POST", &format!("/v1/alerts/{alert}/acknowledge")).send().json();
    assert_eq!((&done["status"], done["acknowledged_by"].is_string()), (&json!("acknowledged"), true));
    let done = world.ask("POST", &format!("/v1/tasks/{task}/complete")).send().json();
    assert_eq!(done["status"], "completed");
    assert_eq!(
        world.ask("GET", "/v1/alerts?status=open").send().json()["items"].as_array().unwrap().len(),
        1
    );
    world.ask("GET", "/v1/alerts?status=done").send().refused(400, "request.invalid_parameter");
    let reader = world.key(|key| key.scopes = vec!["rules:read".into()]);
    world.ask("GET", "/v1/alerts").with_key(&reader).send().refused(403, "auth.missing_scope");
    world
        .ask("POST", "/v1/rules")
        .with_key(&reader)
        .json(&rule().to_string())
        .send()
        .refused(403, "auth.missing_scope");
}
