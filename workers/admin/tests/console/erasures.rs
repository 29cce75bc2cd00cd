//! Erasures and retention as an operator meets them: the console before a pipeline that takes down what it is asked.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use admin::ai_calls::AiCalls;
use admin::budgets::Budgets;
use admin::console::{Console, Handled};
use admin::erasures::Erasures;
use admin::gate::Settings;
use admin::request::Request;
use admin::retention::Retentions;
use admin::tenants::Tenants;
use app::budget::BudgetsService;
use app::call_archive::{AiCallsService, CallArchive};
use async_trait::async_trait;
use auth::access::KeyCache;
use contracts::pipeline::ai_calls::AiCallsDispatch;
use contracts::pipeline::budget::BudgetsDispatch;
use contracts::pipeline::erasure::{
    Erasure, ErasureCertificate, ErasureDispatch, ErasureList, ErasureReport, ErasureScope, GetErasure,
    ListErasures, MeasureTenant, ReadErasureError, StartErasure, StartErasureError, TableRows, TenantMeasure,
};
use contracts::pipeline::retention::{
    GetRetention, Retention, RetentionDispatch, RetentionError, RetentionPolicy, SetRetention,
};
use contracts::{TenantCall, Timestamp};
use ids::{ErasureId, TenantId};
use mesh::Transport;
use mesh::loopback::Loopback;
use serde_json::Value;
use test_kit::{
    FakeClock, MemoryArchive, MemoryArchivedCalls, MemoryBudgets, MemoryControl, SeededRandom, run,
};

use crate::nobody;
use crate::team::{AUDIENCE, NOW, TEAM, Team};
use crate::{Half, ROLES, acts, dead_letters, document, trace};

const CERTIFICATE: &str = "{\n  \"version\": 1\n}";

/// A pipeline that notes what it is asked, with one erasure that is done and one that is not.
#[derive(Clone, Default)]
pub(crate) struct Recorder {
    pub(crate) asked: Rc<RefCell<Vec<String>>>,
    /// How many events it says that tenants have.
    pub(crate) events: Rc<Cell<u32>>,
    pub(crate) control: MemoryControl,
    pub(crate) budgets: MemoryBudgets,
    pub(crate) calls: MemoryArchivedCalls,
    pub(crate) objects: MemoryArchive,
}

fn clock() -> FakeClock {
    FakeClock::at(Timestamp::from_unix_ms(NOW * 1000))
}

fn done() -> ErasureId {
    ErasureId::from_parts(1, [1; 10])
}

fn running() -> ErasureId {
    ErasureId::from_parts(2, [2; 10])
}

fn report(erasure_id: ErasureId, status: &str) -> ErasureReport {
    ErasureReport {
        erasure_id,
        scope: "contact".into(),
        status: status.into(),
        error: None,
        requested_by: "person:ada@example.com".into(),
        reason: "ticket 7".into(),
        requested_at: Timestamp::from_unix_ms(1_795_330_800_000),
        completed_at: None,
        events_found: 3,
        events_removed: 2,
    }
}

impl Recorder {
    fn note(&self, context: &TenantCall, what: String) {
        let key = context.idempotency_key.clone().unwrap_or_default();
        self.asked.borrow_mut().push(format!("{} {key} {what}", context.scope.tenant));
    }

    pub(crate) fn erasures(&self) -> Erasures {
        let transport: Rc<dyn Transport> =
            Rc::new(Loopback::new(ErasureDispatch(self.clone()), || NOW * 1000));
        Erasures::over(transport)
    }

    pub(crate) fn budgets(&self) -> Budgets {
        let service = BudgetsService(Rc::new(self.budgets.clone()));
        let transport: Rc<dyn Transport> = Rc::new(Loopback::new(BudgetsDispatch(service), || NOW * 1000));
        Budgets::over(transport)
    }

    pub(crate) fn ai_calls(&self) -> AiCalls {
        let archive =
            CallArchive { calls: Rc::new(self.calls.clone()), objects: Rc::new(self.objects.clone()) };
        let service = AiCallsDispatch(AiCallsService(archive));
        let transport: Rc<dyn Transport> = Rc::new(Loopback::new(service, || NOW * 1000));
        AiCalls::over(transport)
    }

    pub(crate) fn retentions(&self) -> Retentions {
        let transport: Rc<dyn Transport> =
            Rc::new(Loopback::new(RetentionDispatch(self.clone()), || NOW * 1000));
        Retentions::over(transport)
    }
}

#[async_trait(?Send)]
impl Erasure for Recorder {
    async fn measure_tenant(
        &self,
        _: &TenantCall,
        _: MeasureTenant,
    ) -> Result<TenantMeasure, ReadErasureError> {
        let rows = vec![TableRows { table: "events".into(), rows: self.events.get() }];
        Ok(TenantMeasure { rows })
    }

    async fn start_erasure(
        &self,
        context: &TenantCall,
        request: StartErasure,
    ) -> Result<ErasureReport, StartErasureError> {
        if request.reason == "taken" {
            return Err(StartErasureError::KeyReused);
        }
        if matches!(&request.scope, ErasureScope::Contact { email: None, name: None, .. }) {
            return Err(StartErasureError::Invalid {
                detail: "a contact needs an `email` or a `name`".into(),
            });
        }
        self.note(context, format!("{:?} by {} for {}", request.scope, request.requested_by, request.reason));
        Ok(report(running(), "running"))
    }

    async fn get_erasure(
        &self,
        _: &TenantCall,
        request: GetErasure,
    ) -> Result<ErasureReport, ReadErasureError> {
        match request.erasure_id {
            id if id == running() => Ok(report(id, "running")),
            id if id == done() => Ok(report(id, "done")),
            _ => Err(ReadErasureError::NotFound),
        }
    }

    async fn list_erasures(
        &self,
        context: &TenantCall,
        request: ListErasures,
    ) -> Result<ErasureList, ReadErasureError> {
        self.note(context, format!("list {:?} {}", request.before, request.limit));
        Ok(ErasureList { items: vec![report(running(), "running")], next_before: Some(running()) })
    }

    async fn read_certificate(
        &self,
        _: &TenantCall,
        request: GetErasure,
    ) -> Result<ErasureCertificate, ReadErasureError> {
        match request.erasure_id {
            id if id == done() => Ok(ErasureCertificate { json: CERTIFICATE.into(), sha256: "ab12".into() }),
            id if id == running() => Err(ReadErasureError::NotDone { status: "running".into() }),
            _ => Err(ReadErasureError::NotFound),
        }
    }
}

#[async_trait(?Send)]
impl Retention for Recorder {
    async fn get_retention(
        &self,
        _: &TenantCall,
        _: GetRetention,
    ) -> Result<RetentionPolicy, RetentionError> {
        Ok(RetentionPolicy { events_days: 730, updated_by: None, updated_at: None })
    }

    async fn set_retention(
        &self,
        context: &TenantCall,
        request: SetRetention,
    ) -> Result<RetentionPolicy, RetentionError> {
        if request.events_days == 13 {
            return Err(RetentionError::Unavailable { detail: "no database".into() });
        }
        self.note(context, format!("{} days by {}", request.events_days, request.updated_by));
        let SetRetention { events_days, updated_by } = request;
        Ok(RetentionPolicy { events_days, updated_by: Some(updated_by), updated_at: None })
    }
}

pub(crate) fn ask(recorder: &Recorder, email: &str, request: &Request<'_>) -> Handled {
    let token = Team::person(email);
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
        proposals: &recorder.control,
        trail: &recorder.control,
        tenants: Tenants {
            store: &recorder.control,
            clock: &FakeClock::default(),
            random: &SeededRandom::new(8),
        },
        clock: &clock(),
    };
    run(console.handle(&Request { assertion: Some(&token), ..*request }, trace()))
}

pub(crate) fn tenant() -> TenantId {
    TenantId::from_parts(1, [9; 10])
}

pub(crate) fn path(rest: &str) -> String {
    format!("/admin/api/tenants/{}/{rest}", tenant())
}

pub(crate) fn json(handled: &Handled) -> Value {
    serde_json::from_str(&handled.answer.body).expect("it is JSON")
}

pub(crate) fn send<'a>(method: &'a str, path: &'a str, body: &'a str) -> Request<'a> {
    let body = Some(body.as_bytes());
    Request { method, path, body, content_type: Some("application/json"), ..Request::default() }
}

pub(crate) const OWNER: &str = "ada@example.com";
pub(crate) const VIEWER: &str = "vera@example.com";

#[test]
fn an_owner_starts_an_erasure_in_their_own_name_and_a_viewer_never() {
    let (recorder, path) = (Recorder::default(), path("erasures"));
    let contact =
        r#"{"scope": "contact", "contact": {"email": "bo@customer.example"}, "reason": "ticket 7"}"#;
    let refused = ask(&recorder, VIEWER, &send("POST", &path, contact));
    assert_eq!((refused.answer.status, refused.code), (403, Some("access.role_missing")));
    assert!(recorder.asked.borrow().is_empty());

    let request = Request { idempotency_key: Some("once"), ..send("POST", &path, contact) };
    let started = ask(&recorder, OWNER, &request);
    assert_eq!(started.answer.status, 202, "{}", started.answer.body);
    assert_eq!(json(&started)["id"], running().to_string());
    let tenant = tenant();
    assert_eq!(
        *recorder.asked.borrow(),
        [format!(
            "{tenant} once Contact {{ email: Some(\"bo@customer.example\"), name: None, account: None }} \
                 by person:ada@example.com for ticket 7"
        ),]
    );
}

#[test]
fn what_does_not_say_what_to_erase_is_refused_with_the_place() {
    let recorder = Recorder::default();
    let path = path("erasures");
    for (body, status, code, pointer) in [
        ("", 400, "request.malformed_json", None),
        ("{", 400, "request.malformed_json", None),
        (r#"{"scope": "tenant"}"#, 422, "request.invalid", Some("/reason")),
        (r#"{"scope": "all", "reason": "x"}"#, 422, "request.invalid", Some("/scope")),
        (r#"{"scope": "contact", "reason": "x"}"#, 422, "request.invalid", Some("/contact")),
        (r#"{"scope": "tenant", "contact": {}, "reason": "x"}"#, 422, "request.invalid", Some("/contact")),
        (
            r#"{"scope": "contact", "contact": {"email": 7}, "reason": "x"}"#,
            422,
            "request.invalid",
            Some("/contact/email"),
        ),
        (
            r#"{"scope": "contact", "contact": {"account": "Acme"}, "reason": "x"}"#,
            422,
            "request.invalid",
            None,
        ),
        (
            r#"{"scope": "contact", "contact": {"email": "bo@customer.example"}, "reason": "taken"}"#,
            422,
            "idempotency.key_reused",
            None,
        ),
    ] {
        let handled = ask(&recorder, OWNER, &send("POST", &path, body));
        let problem = document(&handled);
        assert_eq!(
            (handled.answer.status, problem["code"].as_str()),
            (status, Some(code)),
            "{body}: {problem}"
        );
        assert_eq!(problem["errors"][0]["pointer"].as_str(), pointer, "{body}: {problem}");
    }
    for (request, status) in [
        (Request { content_type: Some("text/plain"), ..send("POST", &path, "{}") }, 415),
        (Request { body: None, ..send("POST", &path, "{}") }, 413),
        (Request { idempotency_key: Some(""), ..send("POST", &path, "{}") }, 400),
        (send("DELETE", &path, "{}"), 405),
        (send("POST", "/admin/api/tenants/acme/erasures", "{}"), 404),
        (
            Request {
                url: "https://admin.example/",
                origin: Some("https://elsewhere.example"),
                ..send("POST", &path, r#"{"scope": "tenant", "reason": "x"}"#)
            },
            403,
        ),
    ] {
        assert_eq!(ask(&recorder, OWNER, &request).answer.status, status, "{request:?}");
    }
    assert!(recorder.asked.borrow().is_empty(), "nothing of it was asked for");
}

#[test]
fn a_viewer_reads_how_erasures_stand_and_their_certificates_byte_for_byte() {
    let recorder = Recorder::default();
    let list = path("erasures");
    let read = |path: &str, query: &str| ask(&recorder, VIEWER, &Request { query, ..send("GET", path, "") });
    let page = json(&read(&list, "limit=1"));
    assert_eq!(
        (&page["items"][0]["events_found"], &page["items"][0]["status"]),
        (&3.into(), &"running".into())
    );
    let next = page["next_cursor"].as_str().expect("there is more").to_owned();
    assert_eq!(read(&list, &format!("limit=1&cursor={next}")).answer.status, 200);
    assert!(recorder.asked.borrow()[1].contains(&running().to_string()), "{:?}", recorder.asked.borrow());

    assert_eq!(json(&read(&path(&format!("erasures/{}", done())), ""))["status"], "done");
    let certificate = read(&path(&format!("erasures/{}/certificate", done())), "");
    assert_eq!((certificate.answer.status, certificate.answer.body.as_str()), (200, CERTIFICATE));
    assert_eq!(certificate.answer.header("x-certificate-sha256"), Some("ab12"));
    for (rest, status, code) in [
        (format!("erasures/{}/certificate", running()), 409, "erasure.not_done"),
        (format!("erasures/{}", ErasureId::from_parts(3, [3; 10])), 404, "erasure.not_found"),
        ("erasures/evt_1".into(), 404, "erasure.not_found"),
    ] {
        let handled = read(&path(&rest), "");
        assert_eq!((handled.answer.status, handled.code), (status, Some(code)), "{rest}");
    }
}

#[test]
fn an_owner_sets_how_long_events_are_kept_and_everybody_reads_it() {
    let (recorder, path) = (Recorder::default(), path("retention"));
    let read = ask(&recorder, VIEWER, &send("GET", &path, ""));
    assert_eq!((&json(&read)["events_days"], &json(&read)["updated_by"]), (&730.into(), &Value::Null));
    for (email, body, status) in [
        (VIEWER, r#"{"events_days": 90}"#, 403),
        (OWNER, r#"{"events_days": 0}"#, 422),
        (OWNER, r#"{"events_days": 3651}"#, 422),
        (OWNER, r#"{"events_days": "90"}"#, 422),
        (OWNER, "{}", 422),
        (OWNER, r#"{"events_days": 13}"#, 503),
        (OWNER, r#"{"events_days": 90}"#, 200),
    ] {
        let handled = ask(&recorder, email, &send("PUT", &path, body));
        assert_eq!(handled.answer.status, status, "{body}: {}", handled.answer.body);
    }
    assert_eq!(*recorder.asked.borrow(), [format!("{}  90 days by person:ada@example.com", tenant())]);
    let acts = acts(&recorder.control);
    let seen: Vec<_> =
        acts.iter().map(|act| (&*act.action, act.before.as_deref(), act.after.as_deref())).collect();
    let (before, asked) = (Some(r#"{"events_days":730}"#), "retention.set");
    assert_eq!(
        seen,
        [
            (asked, before, Some(r#"{"events_days":13}"#)),
            ("retention.set.refused", None, Some(r#"{"asked":1,"code":"service.unavailable"}"#)),
            (asked, before, Some(r#"{"events_days":90}"#)),
            ("retention.set.done", None, Some(r#"{"asked":3,"events_days":90}"#)),
        ]
    );
    assert!(acts.iter().all(|act| act.tenant == Some(tenant())));
}
