//! Workflows and approvals at the surface.

use contracts::pipeline::workflows::{ApprovalError, Fault, WorkflowError};

use crate::workflow_services::{approval_id, crm_record_id, report_id};
use crate::world::World;

const PARAMS: &str = r#"{"title":"Seats","amount":"5","currency":"EUR","requester":"r@a.example",
    "approvers":["b@a.example"],"expires_in":"2d"}"#;

fn starting(params: &str) -> String {
    format!(r#"{{"params":{params}}}"#)
}

#[test]
fn a_start_is_passed_on_with_its_key_and_answered_with_where_to_look() {
    let world = World::new();
    let start = world.ask("POST", "/v1/workflows/spend_approval").json(&starting(PARAMS));
    let answered = start.header("idempotency-key", "k1").send();
    assert_eq!(answered.status(), 202);
    let id = approval_id().to_string();
    assert_eq!(
        answered.json(),
        serde_json::json!({ "id": id, "name": "spend_approval", "duplicate": false })
    );
    assert_eq!(answered.header("location"), Some(format!("/v1/workflows/spend_approval/{id}").as_str()));
    let (request, key) = world.workflows.proposed.borrow()[0].clone();
    assert_eq!((request.proposal.expires_after_s, key.as_deref()), (172_800, Some("k1")));
}

#[test]
fn what_the_rules_refuse_is_pointed_at_in_the_body() {
    let world = World::new();
    let fault = Fault { pointer: "/lines/0/amount".into(), detail: "must be a number".into() };
    *world.workflows.workflow_refusal.borrow_mut() = Some(WorkflowError::Invalid { faults: vec![fault] });
    let answered = world.ask("POST", "/v1/workflows/spend_approval").json(&starting(PARAMS)).send();
    answered.refused(422, "request.invalid");
    assert_eq!(answered.json()["errors"][0]["pointer"], "/params/lines/0/amount");
    world
        .ask("POST", "/v1/workflows/spend_approval")
        .json(r#"{"params":{}}"#)
        .send()
        .refused(422, "request.invalid");
    world
        .ask("POST", "/v1/workflows/other")
        .json(&starting(PARAMS))
        .send()
        .refused(404, "workflow.not_found");
    *world.workflows.workflow_refusal.borrow_mut() = Some(WorkflowError::KeyReused);
    let again = world.ask("POST", "/v1/workflows/spend_approval").json(&starting(PARAMS)).send();
    again.refused(422, "idempotency.key_reused");
}

#[test]
fn a_run_is_shown_signaled_and_steered() {
    let world = World::new();
    let path = format!("/v1/workflows/spend_approval/{}", approval_id());
    let run = world.ask("GET", &path).send();
    assert_eq!((run.status(), &run.json()["output"]["status"]), (200, &"approved".into()));
    for action in ["pause", "resume", "terminate"] {
        assert_eq!(world.ask("POST", &format!("{path}/{action}")).send().status(), 200, "{action}");
    }
    let events = format!("{path}/events");
    for (body, reason) in [
        (r#"{"type":"withdraw"}"#, None),
        (r#"{"type":"withdraw","payload":null}"#, None),
        (r#"{"type":"withdraw","payload":{"reason":"no budget"}}"#, Some("no budget".to_owned())),
    ] {
        assert_eq!(world.ask("POST", &events).json(body).send().status(), 202, "{body}");
        assert_eq!(world.workflows.withdrawn.borrow().last().unwrap().reason, reason);
    }
    let revise = format!(r#"{{"type":"revise","payload":{PARAMS}}}"#);
    assert_eq!(world.ask("POST", &events).json(&revise).send().status(), 202);
    let bad = world.ask("POST", &events).json(r#"{"type":"revise","payload":{"amount":7}}"#).send();
    bad.refused(422, "request.invalid");
    assert!(bad.json()["errors"][0]["pointer"].as_str().unwrap().starts_with("/payload/"));
    let unknown = world.ask("POST", &events).json(r#"{"type":"decide"}"#).send();
    unknown.refused(422, "workflow.unsupported_event");
    let elsewhere = format!("/v1/workflows/other/{}", approval_id());
    world.ask("GET", &elsewhere).send().refused(404, "workflow.not_found");
    world.ask("GET", "/v1/workflows/spend_approval/nonsense").send().refused(404, "workflow.not_found");
    *world.workflows.workflow_refusal.borrow_mut() = Some(WorkflowError::Ended { status: "failed".into() });
    world.ask("POST", &format!("{path}/pause")).send().refused(409, "workflow.ended");
}

#[test]
fn approvals_are_listed_and_shown_with_what_is_void() {
    let world = World::new();
    let page = world.ask("GET", "/v1/approvals?status=pending&approver=Bob@acme.example").send();
    assert_eq!((page.status(), &page.json()["items"][0]["content"]["amount"]), (200, &"1.00".into()));
    assert!(page.json()["next_cursor"].is_string());
    world.ask("GET", "/v1/approvals?status=open").send().refused(400, "request.invalid_parameter");
    let shown = world.ask("GET", &format!("/v1/approvals/{}", approval_id())).send();
    assert_eq!(shown.json()["decisions"][0]["void"], true);
    assert_eq!(shown.json()["history"][0]["action"], "proposed");
}

#[test]
fn each_way_to_refuse_a_decision_has_its_problem() {
    let world = World::new();
    let path = format!("/v1/approvals/{}/decision", approval_id());
    let decide =
        || world.ask("POST", &path).json(r#"{"decision":"approve","approver":"bob@acme.example"}"#).send();
    assert_eq!(decide().status(), 200);
    assert_eq!(world.workflows.decided.borrow()[0].content_hash, None);
    for (refusal, status, code) in [
        (ApprovalError::NotFound, 404, "approval.not_found"),
        (ApprovalError::Changed { content_hash: "ef".into() }, 409, "approval.changed"),
        (ApprovalError::NotAsked { approver: "x".into() }, 403, "approval.not_asked"),
        (ApprovalError::Decided { approver: "x".into(), choice: "reject".into() }, 409, "approval.decided"),
        (ApprovalError::Concluded { status: "approved".into() }, 409, "approval.concluded"),
        (ApprovalError::TooManyRevisions { limit: 3 }, 409, "approval.too_many_revisions"),
        (ApprovalError::Unavailable { detail: "D1".into() }, 503, "service.unavailable"),
    ] {
        *world.workflows.approval_refusal.borrow_mut() = Some(refusal);
        decide().refused(status, code);
    }
    let unsaid = world.ask("POST", &path).json(r#"{"decision":"maybe"}"#).send();
    unsaid.refused(422, "request.invalid");
    let key = world.key(|key| key.scopes = vec!["approvals:read".into(), "workflows:write".into()]);
    let other = world.ask("POST", &path).with_key(&key).json(r#"{"decision":"approve"}"#).send();
    other.refused(403, "auth.missing_scope");
}

#[test]
fn a_report_is_asked_for_both_ways_and_its_documents_are_only_shown() {
    let world = World::new();
    let body = r#"{"kind":"account","account":"Northwind","from":"2026-08-01T00:00:00Z"}"#;
    let asked = world.ask("POST", "/v1/reports").json(body).send();
    let path = format!("/v1/reports/{}", report_id());
    assert_eq!((asked.status(), asked.header("location")), (202, Some(path.as_str())));
    let by_workflow =
        world.ask("POST", "/v1/workflows/account_report").json(&starting(r#"{"account":"Northwind"}"#));
    assert_eq!(by_workflow.send().status(), 202);
    assert_eq!(world.workflows.reports.borrow().iter().filter(|report| report.from.is_some()).count(), 1);
    let report = world.ask("GET", &path).send().json();
    assert_eq!((&report["html"], &report["pdf"]), (&format!("{path}/html").into(), &serde_json::Value::Null));
    assert_eq!(report["pdf_reason"], "no browser");
    let page = world.ask("GET", &format!("{path}/html")).send();
    assert_eq!((page.status(), page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("sandbox") && !policy.contains("script-src"), "{policy}");
    let tag = page.header("etag").unwrap();
    assert_eq!(world.ask("GET", &format!("{path}/html")).header("if-none-match", tag).send().status(), 304);
    world.ask("GET", &format!("{path}/pdf")).send().refused(404, "report.no_pdf");
    world.ask("GET", "/v1/reports/nonsense").send().refused(404, "report.not_found");
    let fault = Fault { pointer: "/from".into(), detail: "must be earlier".into() };
    *world.workflows.workflow_refusal.borrow_mut() = Some(WorkflowError::Invalid { faults: vec![fault] });
    let refused = world.ask("POST", "/v1/reports").json(body).send();
    refused.refused(422, "request.invalid");
    assert_eq!(refused.json()["errors"][0]["pointer"], "/from");
}

#[test]
fn an_account_is_shown_with_its_fields_and_its_history() {
    let world = World::new();
    let page = world.ask("GET", "/v1/accounts?limit=1").send().json();
    assert_eq!(
        (&page["items"][0]["name"], &page["items"][0]["source"]),
        (&"Northwind".into(), &"salesforce".into())
    );
    assert_eq!(page["items"][0].get("organization"), None);
    let next = format!("/v1/accounts?limit=1&cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(world.ask("GET", &next).send().json()["next_cursor"], serde_json::Value::Null);
    assert_eq!(world.ask("GET", "/v1/contacts").send().status(), 200);
    let path = format!("/v1/accounts/{}", crm_record_id());
    let account = world.ask("GET", &path).send().json();
    assert_eq!(account["fields"]["Employees"], 7.0);
    let lines = account["timeline"].as_array().unwrap();
    let changes: Vec<_> = lines.iter().map(|line| line["change"].as_str().unwrap()).collect();
    assert_eq!(changes, ["set", "created"]);
    assert_eq!((&lines[0]["field"], lines[1].get("field")), (&"Employees".into(), None));
    let emptied = &world.ask("GET", &format!("{path}?field=Phone")).send().json()["timeline"][0];
    assert_eq!((&emptied["field"], emptied.get("value")), (&"Phone".into(), None));
    world.ask("GET", "/v1/accounts/nonsense").send().refused(404, "account.not_found");
    let contact = path.replace("accounts", "contacts");
    world.ask("GET", &contact).send().refused(404, "contact.not_found");
    let key = world.key(|key| key.scopes = vec!["signals:read".into()]);
    world.ask("GET", &path).with_key(&key).send().refused(403, "auth.missing_scope");
}

#[test]
fn a_backfill_is_asked_for_with_its_range() {
    let world = World::new();
    let params = r#"{"from":"2026-11-01T00:00:00Z","source":"zoom","type":"call","per_minute":5}"#;
    let asked = world.ask("POST", "/v1/workflows/backfill").json(&starting(params)).send();
    assert_eq!((asked.status(), asked.header("location")), (202, Some("/v1/workflows/backfill/bfl_1")));
    let request = world.workflows.backfills.borrow()[0].clone();
    assert_eq!((request.source.as_deref(), request.kind.as_deref()), (Some("zoom"), Some("call")));
    assert_eq!(
        (request.from.unix_ms(), request.until, request.per_minute),
        (1_793_491_200_000, None, Some(5))
    );
    let refused = world.ask("POST", "/v1/workflows/backfill").json(&starting(r#"{"per_minute":0}"#)).send();
    refused.refused(422, "request.invalid");
    let event = world.ask("POST", "/v1/workflows/backfill/bfl_1/events").json(r#"{"type":"faster"}"#).send();
    event.refused(422, "workflow.unsupported_event");
}
