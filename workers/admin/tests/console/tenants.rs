//! Keys, limits and origins of tenants as an operator meets them.

use admin::console::{Console, Handled};
use admin::gate::Settings;
use admin::request::Request;
use admin::tenants::Tenants;
use app::ports::{Allowance, ControlStore, TenantAdmin, TenantSettings};
use auth::ApiKey;
use auth::access::KeyCache;
use contracts::Timestamp;
use ids::TenantId;
use serde_json::{Value, json};
use test_kit::{FakeClock, Fixtures, MemoryControl, SeededRandom, run};

use crate::nobody;
use crate::team::{AUDIENCE, NOW, TEAM, Team};
use crate::{Half, ROLES, acts, dead_letters, document, erasures, trace};

pub(crate) fn handle(
    control: &MemoryControl,
    email: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Handled {
    handle_named(control, email, (method, path), body, None)
}

/// The same for a request with an idempotency key.
fn handle_named(
    control: &MemoryControl,
    email: &str,
    (method, path): (&str, &str),
    body: Option<&Value>,
    idempotency_key: Option<&str>,
) -> Handled {
    let (token, clock) = (Team::person(email), FakeClock::at(Timestamp::from_unix_ms(NOW * 1000)));
    let recorder = erasures::Recorder::default();
    let console = Console {
        settings: &Settings::new(TEAM, AUDIENCE, ROLES),
        cache: &KeyCache::new(),
        keys: &Team::default(),
        mesh: &Half::default(),
        dead_letters: &dead_letters::Pipeline::default().client(),
        redrives: &crate::nobody::redrives(),
        traces: &crate::nobody::traces(),
        analytics: &nobody::analytics(),
        operations: &nobody::operations(),
        jobs: &nobody::jobs(),
        erasures: &recorder.erasures(),
        retentions: &recorder.retentions(),
        budgets: &recorder.budgets(),
        ai_calls: &recorder.ai_calls(),
        pipeline: &nobody::pipeline(),
        scans: &crate::schedules::Scheduler::default().scans(),
        proposals: control,
        trail: control,
        tenants: Tenants { store: control, clock: &clock, random: &SeededRandom::new(8) },
        clock: &clock,
    };
    let body = body.map(ToString::to_string);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let request = Request {
        method,
        path,
        query,
        url: "https://admin.example/admin",
        assertion: Some(&token),
        content_type: Some("application/json"),
        idempotency_key,
        body: body.as_deref().map(str::as_bytes),
        ..Request::default()
    };
    run(console.handle(&request, trace()))
}

pub(crate) const OWNER: &str = "ada@example.com";

pub(crate) fn json(handled: &Handled) -> Value {
    serde_json::from_str(&handled.answer.body).expect("an answer in JSON")
}

/// A store with two tenants.
pub(crate) fn world() -> (MemoryControl, TenantId, TenantId) {
    let (control, make) = (MemoryControl::default(), Fixtures::new(5));
    let (tenant, neighbor) = (make.tenant(), make.tenant());
    let settings = TenantSettings {
        name: "Acme".into(),
        active: true,
        allowance: Allowance::default(),
        allowed_origins: Vec::new(),
    };
    control.put_tenant(tenant, settings.clone());
    control.put_tenant(neighbor, settings);
    (control, tenant, neighbor)
}

#[test]
fn the_same_request_for_a_key_again_issues_no_other_and_shows_no_secret() {
    let (control, tenant, neighbor) = world();
    let issue = |tenant, name: &str| {
        let body = json!({ "name": name, "scopes": ["events:write"] });
        let path = format!("/admin/api/tenants/{tenant}/keys");
        handle_named(&control, OWNER, ("POST", &path), Some(&body), Some("issue-1"))
    };
    let first = issue(tenant, "CI");
    assert_eq!((first.answer.status, json(&first)["api_key"].is_string()), (201, true));
    let again = issue(tenant, "CI");
    assert_eq!((again.answer.status, &json(&again)["id"]), (200, &json(&first)["id"]));
    assert_eq!(json(&again).get("api_key"), None, "it was shown");
    let other = issue(tenant, "Another");
    assert_eq!((other.answer.status, &document(&other)["code"]), (422, &"idempotency.key_reused".into()));
    assert_eq!(issue(neighbor, "CI").answer.status, 201, "a tenant's requests are its own");
    assert_eq!(run(control.keys(tenant)).unwrap().len(), 1);
    let issued = acts(&control).into_iter().filter(|act| act.action == "key.issue").count();
    assert_eq!(issued, 2, "one a tenant");
}

#[test]
fn a_key_is_shown_once_and_stored_hashed() {
    let (control, tenant, neighbor) = world();
    let path = format!("/admin/api/tenants/{tenant}/keys");
    let body = json!({ "name": "CI", "scopes": ["events:write"], "limits": { "ingest": { "burst": 5, "per_minute": 60 } } });
    let issued = handle(&control, OWNER, "POST", &path, Some(&body));
    assert_eq!(issued.answer.status, 201, "{}", issued.answer.body);
    let shown = json(&issued);
    let key = ApiKey::parse(shown["api_key"].as_str().unwrap()).unwrap();
    let stored = run(control.key_by_prefix(key.prefix())).unwrap().unwrap();
    assert_eq!((stored.tenant_id, stored.hash.as_str()), (tenant, key.hash().to_string().as_str()));
    assert_eq!(stored.allowance.key.as_deref(), Some(r#"{"ingest":{"burst":5,"per_minute":60}}"#));

    let listed = handle(&control, "vera@example.com", "GET", &path, None);
    let list = json(&listed);
    assert!(!listed.answer.body.contains(key.expose()), "the secret is shown once");
    assert_eq!(list["items"][0]["prefix"], key.prefix());
    assert_eq!(list["items"][0]["limits"]["ingest"]["burst"], 5);
    let elsewhere = handle(&control, OWNER, "GET", &format!("/admin/api/tenants/{neighbor}/keys"), None);
    assert_eq!(json(&elsewhere)["items"], json!([]));
}

#[test]
fn a_key_is_revoked_for_its_own_tenant_alone() {
    let (control, tenant, neighbor) = world();
    let body = json!({ "name": "CI", "scopes": [] });
    let issued = handle(&control, OWNER, "POST", &format!("/admin/api/tenants/{tenant}/keys"), Some(&body));
    let id = json(&issued)["id"].as_str().unwrap().to_owned();
    let revoke = |tenant: TenantId, email: &str| {
        handle(&control, email, "DELETE", &format!("/admin/api/tenants/{tenant}/keys/{id}"), None)
    };
    assert_eq!(document(&revoke(neighbor, OWNER))["code"], "key.not_found");
    assert_eq!(revoke(tenant, "vera@example.com").answer.status, 403);
    let keys = || run(control.keys(tenant)).unwrap();
    assert_eq!(keys()[0].revoked_at, None);
    assert_eq!(revoke(tenant, OWNER).answer.status, 200);
    assert!(keys()[0].revoked_at.is_some());
}

#[test]
fn a_tenant_is_changed_suspended_and_resumed() {
    let (control, tenant, _) = world();
    let path = format!("/admin/api/tenants/{tenant}");
    let body = json!({ "plan": "scale", "allowed_origins": ["https://app.example.com"] });
    let changed = json(&handle(&control, OWNER, "PATCH", &path, Some(&body)));
    assert_eq!((&changed["plan"], &changed["status"]), (&json!("scale"), &json!("active")));
    let limits = json!({ "limits": { "events_per_day": 7 } });
    let changed = json(&handle(&control, OWNER, "PATCH", &path, Some(&limits)));
    assert_eq!(changed["limits"], json!({ "events_per_day": 7 }));
    assert_eq!(changed["allowed_origins"], json!(["https://app.example.com"]), "what is left out stays");
    let suspended = json(&handle(&control, OWNER, "POST", &format!("{path}/suspend"), None));
    assert_eq!((&suspended["status"], &suspended["plan"]), (&json!("suspended"), &json!("scale")));
    let resumed = json(&handle(&control, OWNER, "POST", &format!("{path}/resume"), None));
    assert_eq!(resumed["status"], "active");
    let cleared = json(&handle(&control, OWNER, "PATCH", &path, Some(&json!({ "limits": null }))));
    assert_eq!(cleared["limits"], Value::Null);
    assert_eq!(json(&handle(&control, "vera@example.com", "GET", &path, None)), cleared);
}

#[test]
fn a_tenant_is_made_once_and_listed() {
    let (control, _, _) = world();
    let make = |email: &str, body: Value| handle(&control, email, "POST", "/admin/api/tenants", Some(&body));
    let body = json!({ "slug": "globex", "name": "Globex", "plan": "trial" });
    assert_eq!(make("vera@example.com", body.clone()).answer.status, 403);
    let made = make(OWNER, body.clone());
    assert_eq!(made.answer.status, 201, "{}", made.answer.body);
    let made = json(&made);
    assert_eq!(
        (&made["slug"], &made["plan"], &made["version"]),
        (&json!("globex"), &json!("trial"), &json!(1))
    );
    let taken = document(&make(OWNER, body));
    assert_eq!((&taken["status"], &taken["code"]), (&json!(409), &json!("tenant.slug_taken")));
    let found = json(&handle(&control, "vera@example.com", "GET", "/admin/api/tenants?slug=glo", None));
    assert_eq!((&found["items"][0], found["items"].as_array().map(Vec::len)), (&made, Some(1)));
    for (body, pointer) in [
        (json!({ "name": "X" }), "/slug"),
        (json!({ "slug": "Globex", "name": "X" }), "/slug"),
        (json!({ "slug": "9lives", "name": "X" }), "/slug"),
        (json!({ "slug": "odd-", "name": "X" }), "/slug"),
        (json!({ "slug": "odd", "name": "" }), "/name"),
        (json!({ "slug": "odd", "name": "X", "allowed_origins": ["*"] }), "/allowed_origins"),
    ] {
        let problem = document(&make(OWNER, body));
        assert_eq!((&problem["status"], &problem["errors"][0]["pointer"]), (&json!(422), &json!(pointer)));
    }
    assert_eq!(
        json(&handle(&control, OWNER, "GET", "/admin/api/tenants?slug=odd", None))["items"],
        json!([])
    );
}

#[test]
fn a_change_of_what_somebody_else_changed_is_refused_with_what_is_there_now() {
    let (control, tenant, _) = world();
    let path = format!("/admin/api/tenants/{tenant}");
    let change = |body: Value| handle(&control, OWNER, "PATCH", &path, Some(&body));
    assert_eq!(json(&change(json!({ "version": 1, "name": "First" })))["version"], 2);
    let refused = document(&change(json!({ "version": 1, "name": "Second" })));
    assert_eq!((&refused["status"], &refused["code"]), (&json!(409), &json!("request.stale")));
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("version 1") && detail.contains("version 2"), "{detail}");
    assert_eq!((&refused["current"]["name"], &refused["current"]["version"]), (&json!("First"), &json!(2)));
    assert_eq!(json(&change(json!({ "version": 2, "name": "Second" })))["name"], "Second");
}

#[test]
fn bad_input_is_refused_and_changes_nothing() {
    let (control, tenant, _) = world();
    let path = format!("/admin/api/tenants/{tenant}");
    let before = json(&handle(&control, OWNER, "GET", &path, None));
    for (body, pointer) in [
        (json!({ "plan": "platinum" }), "/plan"),
        (json!({ "limits": { "reads": {} } }), "/limits"),
        (json!({ "limits": { "read": { "burst": 0, "per_minute": 1 } } }), "/limits"),
        (json!({ "allowed_origins": ["*"] }), "/allowed_origins"),
        (json!({ "allowed_origins": ["https://app.example.com/"] }), "/allowed_origins"),
        (json!({ "allowed_origins": ["null"] }), "/allowed_origins"),
    ] {
        let problem = document(&handle(&control, OWNER, "PATCH", &path, Some(&body)));
        assert_eq!(
            (&problem["status"], &problem["errors"][0]["pointer"]),
            (&json!(422), &json!(pointer)),
            "{problem}"
        );
    }
    assert_eq!(json(&handle(&control, OWNER, "GET", &path, None)), before);
    for (body, pointer) in [
        (json!({ "scopes": [] }), "/name"),
        (json!({ "name": "x", "scopes": ["all:write"] }), "/scopes"),
        (json!({ "name": "x", "scopes": [], "limits": { "events_per_day": 1 } }), "/limits"),
        (json!({ "name": "x", "scopes": [], "expires_at": "tomorrow" }), "/expires_at"),
    ] {
        let problem = document(&handle(&control, OWNER, "POST", &format!("{path}/keys"), Some(&body)));
        assert_eq!(
            (&problem["status"], &problem["errors"][0]["pointer"]),
            (&json!(422), &json!(pointer)),
            "{problem}"
        );
    }
    assert_eq!(run(control.keys(tenant)), Ok(Vec::new()));
    let stranger = Fixtures::new(6).tenant();
    for path in [format!("/admin/api/tenants/{stranger}"), format!("/admin/api/tenants/{stranger}/keys")] {
        assert_eq!(document(&handle(&control, OWNER, "GET", &path, None))["code"], "tenant.not_found");
    }
}
