//! The console as a client meets it: with tokens that a team really signed, and everything else stood in for.

mod analytics;
mod audit_trail;
mod budgets;
mod dead_letters;
mod erasures;
mod nobody;
mod operations;
mod proposals;
mod replay_form;
mod schedules;
mod team;
mod tenants;
mod traces;
mod work;

use std::cell::Cell;

use admin::console::{Console, Handled, Mesh};
use admin::gate::Settings;
use admin::request::Request;
use admin::tenants::Tenants;
use app::admin::{Build, Checkup, report};
use app::ports::AuditTrail;
use async_trait::async_trait;
use audit::Act;
use auth::access::KeyCache;
use contracts::Timestamp;
use mesh::TraceContext;
use serde_json::{Value, json};
use test_kit::{FakeClock, MemoryControl, SeededRandom, run};

use crate::team::{AUDIENCE, NOW, TEAM, Team};

const ROLES: &str = r#"{"ada@example.com": "owner", "bo@example.com": "owner",
    "omar@example.com": "operator", "otto@example.com": "operator", "vera@example.com": "viewer",
    "ci.access": "viewer", "deploy.access": "owner"}"#;
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// One Worker that is dead and one that is well; counts how often it was asked.
#[derive(Default)]
struct Half(Cell<u32>);

#[async_trait(?Send)]
impl Mesh for Half {
    async fn survey(&self, _: TraceContext) -> Vec<Checkup> {
        self.0.set(self.0.get() + 1);
        let build = Build { version: "0.1.0", deployment: None };
        vec![
            Checkup { service: "pipeline", latency_ms: 3, outcome: Err("could not reach `Health`".into()) },
            Checkup { service: "admin", latency_ms: 1, outcome: Ok(report(&build, Vec::new())) },
        ]
    }
}

fn trace() -> TraceContext {
    TraceContext::from_random([6; 24])
}

/// Answers a request to a console of these variables, and says how often the mesh was asked.
fn handle_with(variables: [&str; 3], team: &Team, request: &Request<'_>) -> (Handled, u32) {
    let [domain, audience, roles] = variables;
    let mesh = Half::default();
    let pipeline = dead_letters::Pipeline::default();
    let recorder = erasures::Recorder::default();
    let control = MemoryControl::default();
    let console = Console {
        settings: &Settings::new(domain, audience, roles),
        cache: &KeyCache::new(),
        keys: team,
        mesh: &mesh,
        dead_letters: &pipeline.client(),
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
        scans: &schedules::Scheduler::default().scans(),
        proposals: &control,
        trail: &control,
        tenants: Tenants { store: &control, clock: &FakeClock::default(), random: &SeededRandom::new(8) },
        clock: &FakeClock::at(Timestamp::from_unix_ms(NOW * 1000)),
    };
    let handled = run(console.handle(request, trace()));
    (handled, mesh.0.get())
}

fn handle(request: &Request<'_>) -> (Handled, u32) {
    handle_with([TEAM, AUDIENCE, ROLES], &Team::default(), request)
}

fn get<'a>(path: &'a str, token: Option<&'a str>) -> Request<'a> {
    Request {
        method: "GET",
        url: "https://admin.example/admin",
        path,
        assertion: token,
        ..Request::default()
    }
}

/// What the audit says so far, oldest first.
fn acts(control: &MemoryControl) -> Vec<Act> {
    let entries = run(control.entries_after(0, 1_000)).expect("memory answers");
    entries.into_iter().map(|entry| entry.act).collect()
}

fn document(handled: &Handled) -> Value {
    assert_eq!(handled.answer.header("content-type"), Some("application/problem+json"));
    serde_json::from_str(&handled.answer.body).expect("a problem is JSON")
}

#[test]
fn a_viewer_reads_how_the_mesh_is() {
    let token = Team::person("vera@example.com");
    let (handled, asked) = handle(&get("/admin/api/health", Some(&token)));
    assert_eq!((handled.answer.status, asked), (200, 1));
    assert_eq!(handled.actor.as_deref(), Some("person:vera@example.com"));
    assert_eq!((handled.route, handled.code), (Some("/admin/api/health"), None));
    let health: Value = serde_json::from_str(&handled.answer.body).unwrap();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["services"]["pipeline"]["error"], "could not reach `Health`");
    assert_eq!(health["services"]["admin"]["status"], "ok");
}

#[test]
fn a_service_token_with_a_role_is_as_good_and_one_without_is_not() {
    let (handled, _) = handle(&get("/admin/api/health", Some(&Team::service("ci.access"))));
    assert_eq!(handled.answer.status, 200);
    assert_eq!(handled.actor.as_deref(), Some("service:ci.access"));
    let (handled, asked) = handle(&get("/admin/api/health", Some(&Team::service("other.access"))));
    assert_eq!((handled.answer.status, asked), (403, 0));
}

#[test]
fn the_page_shows_who_is_signed_in_and_what_is_dead() {
    let cookie = format!("theme=dark; CF_Authorization={}", Team::person("ada@example.com"));
    let request = Request { cookie: Some(&cookie), accept: Some(BROWSER), ..get("/admin", None) };
    let (handled, _) = handle(&request);
    assert_eq!(handled.answer.status, 200);
    for expect in ["ada@example.com", "owner", "Down: pipeline", &trace().trace_id()] {
        assert!(handled.answer.body.contains(expect), "{expect}");
    }
}

#[test]
fn without_a_good_token_nothing_is_told_and_no_worker_is_asked() {
    let good = Team::person("ada@example.com");
    let foreign = Team::mint(&Team::claims("ada@example.com"), 2);
    let expired = Team::mint(&json!({"exp": NOW - 60}).merge(Team::claims("ada@example.com")), 1);
    let other_application = Team::mint(&json!({"aud": ["theirs"]}).merge(Team::claims("ada@example.com")), 1);
    let doubled = format!("{good}, {good}");
    let oversized = format!("{}{good}", "a".repeat(17 * 1024));
    for (token, code) in [
        (None, "access.token_missing"),
        (Some(""), "access.token_missing"),
        (Some("not.a.token"), "access.token_invalid"),
        (Some(foreign.as_str()), "access.token_invalid"),
        (Some(expired.as_str()), "access.token_invalid"),
        (Some(other_application.as_str()), "access.token_invalid"),
        (Some(doubled.as_str()), "access.token_invalid"),
        (Some(oversized.as_str()), "access.token_invalid"),
    ] {
        for path in ["/", "/admin", "/admin/api/health", "/admin/api/tenants", "/nowhere"] {
            let (handled, asked) = handle(&get(path, token));
            let problem = document(&handled);
            assert_eq!((handled.answer.status, asked, handled.actor), (401, 0, None), "{path} {code}");
            assert_eq!(problem["code"], code, "{path}");
            assert_eq!(problem["trace_id"], trace().trace_id());
            assert!(handled.answer.header("www-authenticate").is_some());
        }
    }
}

#[test]
fn a_browser_without_a_token_is_shown_the_way_to_sign_in() {
    let url = "https://admin.example/admin";
    let (handled, _) = handle(&Request { accept: Some(BROWSER), url, ..get("/admin", None) });
    assert_eq!(handled.answer.status, 401);
    assert_eq!(handled.answer.header("content-type"), Some("text/html; charset=utf-8"));
    let sign_in = "https://team.cloudflareaccess.com/cdn-cgi/access/login?redirect_url=https%3A%2F%2Fadmin.example%2Fadmin";
    assert!(handled.answer.body.contains(sign_in), "{}", handled.answer.body);
    // The API never answers a page, whoever asks.
    let (handled, _) = handle(&Request { accept: Some(BROWSER), ..get("/admin/api/health", None) });
    assert_eq!(document(&handled)["status"], 401);
}

#[test]
fn someone_whom_nobody_gave_a_role_is_known_and_refused() {
    let token = Team::person("eve@elsewhere.example");
    let (handled, asked) = handle(&get("/admin/api/health", Some(&token)));
    assert_eq!((handled.answer.status, asked), (403, 0));
    assert_eq!(document(&handled)["code"], "access.role_missing");
    assert_eq!(handled.actor.as_deref(), Some("person:eve@elsewhere.example"));
    let (handled, _) = handle(&Request { accept: Some(BROWSER), ..get("/admin", Some(&token)) });
    assert_eq!(handled.answer.status, 403);
    for expect in ["eve@elsewhere.example", "no role", "/cdn-cgi/access/logout"] {
        assert!(handled.answer.body.contains(expect), "{expect}");
    }
}

#[test]
fn routes_and_methods_that_are_not_there_are_refused_by_name() {
    let token = Team::person("ada@example.com");
    let (handled, _) = handle(&get("/admin/api/nowhere", Some(&token)));
    assert_eq!((handled.answer.status, handled.route), (404, None));
    assert_eq!(document(&handled)["code"], "route.not_found");
    let (handled, asked) = handle(&Request { method: "POST", ..get("/admin/api/health", Some(&token)) });
    assert_eq!((handled.answer.status, asked), (405, 0));
    assert_eq!(handled.answer.header("allow"), Some("GET, HEAD"));
    for path in ["/", "/admin/"] {
        let (handled, _) = handle(&get(path, Some(&token)));
        assert_eq!((handled.answer.status, handled.answer.header("location")), (308, Some("/admin")));
    }
}

#[test]
fn head_is_get_without_the_body() {
    let token = Team::person("ada@example.com");
    let (handled, _) = handle(&Request { method: "HEAD", ..get("/admin", Some(&token)) });
    assert_eq!((handled.answer.status, handled.answer.body.as_str()), (200, ""));
}

#[test]
fn a_console_that_is_not_set_up_is_shut_even_to_a_good_token() {
    let token = Team::person("ada@example.com");
    for (variables, variable) in [
        (["", AUDIENCE, ROLES], "ACCESS_TEAM_DOMAIN"),
        ([TEAM, "", ROLES], "ACCESS_AUD"),
        ([TEAM, AUDIENCE, ""], "ACCESS_ROLES"),
        ([TEAM, AUDIENCE, "everyone"], "ACCESS_ROLES"),
    ] {
        let (handled, asked) =
            handle_with(variables, &Team::default(), &get("/admin/api/health", Some(&token)));
        let problem = document(&handled);
        assert_eq!((handled.answer.status, asked), (503, 0), "{variable}");
        assert_eq!(problem["code"], "access.not_configured");
        assert!(problem["detail"].as_str().unwrap().contains(variable), "{problem}");
    }
}

#[test]
fn keys_that_cannot_be_had_are_a_503_and_the_reason_is_for_the_log() {
    let token = Team::person("ada@example.com");
    let team = Team { unreachable: true };
    let (handled, asked) = handle_with([TEAM, AUDIENCE, ROLES], &team, &get("/admin", Some(&token)));
    let problem = document(&handled);
    assert_eq!((handled.answer.status, asked), (503, 0));
    assert_eq!(problem["code"], "access.keys_unavailable");
    assert_eq!(handled.answer.header("retry-after"), Some("5"));
    assert!(handled.cause.unwrap().contains("connection refused"));
    assert!(!problem.to_string().contains("connection refused"));
}

#[test]
fn every_answer_is_sealed_and_carries_the_trace() {
    let token = Team::person("ada@example.com");
    for (path, token) in [
        ("/admin", Some(&token)),
        ("/admin/api/health", Some(&token)),
        ("/admin", None),
        ("/x", Some(&token)),
    ] {
        for accept in [BROWSER, "application/json"] {
            let request = Request { accept: Some(accept), ..get(path, token.map(String::as_str)) };
            let (Handled { answer, .. }, _) = handle(&request);
            let trace_id = trace().trace_id();
            for (name, expect) in [
                ("cache-control", "no-store"),
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "same-origin"),
                ("x-trace-id", trace_id.as_str()),
            ] {
                assert_eq!(answer.header(name), Some(expect), "{path} {name}");
            }
            let policy = answer.header("content-security-policy").unwrap();
            assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        }
    }
}

trait Merge {
    /// These members, and those of `base` that are not among them.
    fn merge(self, base: Value) -> Value;
}

impl Merge for Value {
    fn merge(self, base: Value) -> Value {
        let (Value::Object(ours), Value::Object(mut all)) = (self, base) else { panic!("both are objects") };
        all.extend(ours);
        Value::Object(all)
    }
}
