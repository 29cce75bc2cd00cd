//! Steering workflows as an operator meets it: who may, what is on record, and what somebody else did meanwhile.

use std::cell::RefCell;
use std::rc::Rc;

use admin::console::{Console, Handled};
use admin::forms::{TOKEN, token_for};
use admin::gate::Settings;
use admin::pipeline::Pipeline;
use admin::request::Request;
use admin::tenants::Tenants;
use async_trait::async_trait;
use auth::access::KeyCache;
use contracts::pipeline::workflow_control::{
    ControlError, ControlInstance, ControlReceipt, FindInstances, GetInstance, Instance, InstanceDetail,
    InstancePage, InstancePosition, WorkflowControl, WorkflowControlClient, WorkflowControlDispatch,
};
use contracts::{OperatorCall, Timestamp};
use ids::{EventId, TenantId};
use mesh::Transport;
use mesh::loopback::Loopback;
use serde_json::{Value, json};
use test_kit::{FakeClock, MemoryControl, SeededRandom, run};

use crate::erasures::Recorder;
use crate::team::{AUDIENCE, NOW, TEAM, Team};
use crate::{Half, ROLES, acts, document, get, nobody, trace};

/// One instance, whose version is checked as the pipeline does.
#[derive(Clone, Default)]
struct Pipelines {
    asked: Rc<RefCell<Vec<ControlInstance>>>,
    listed: Rc<RefCell<Vec<FindInstances>>>,
}

fn event() -> EventId {
    EventId::from_parts(1, [5; 10])
}

fn instance(status: &str, version: u32) -> Instance {
    let at = Timestamp::from_unix_ms(1_000);
    Instance {
        id: event().to_string(),
        tenant: TenantId::from_parts(1, [2; 10]),
        workflow: "call_ingest".into(),
        status: status.into(),
        event_id: Some(event()),
        run: 0,
        error: None,
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
        started_at: at,
        ended_at: None,
        updated_at: at,
        version,
    }
}

#[async_trait(?Send)]
impl WorkflowControl for Pipelines {
    async fn find_instances(
        &self,
        _: &OperatorCall,
        request: FindInstances,
    ) -> Result<InstancePage, ControlError> {
        self.listed.borrow_mut().push(request);
        let found = instance("running", 2);
        let next = InstancePosition { started_at: found.started_at, id: found.id.clone() };
        Ok(InstancePage { items: vec![found], next_before: Some(next) })
    }

    async fn get_instance(&self, _: &OperatorCall, _: GetInstance) -> Result<InstanceDetail, ControlError> {
        Ok(InstanceDetail {
            instance: instance("running", 2),
            steps: Vec::new(),
            engine: "alive".into(),
            no_restart_from: Some("it goes in turns".into()),
        })
    }

    async fn control_instance(
        &self,
        context: &OperatorCall,
        request: ControlInstance,
    ) -> Result<ControlReceipt, ControlError> {
        assert_eq!(context.scope.operator, "person:ada@example.com");
        if request.version.is_some_and(|version| version != 2) {
            return Err(ControlError::Stale { current: Box::new(instance("running", 2)) });
        }
        if request.from.is_some() {
            let detail = "it has begun no such step".to_owned();
            return Err(ControlError::Invalid { field: "from".into(), detail });
        }
        self.asked.borrow_mut().push(request);
        Ok(ControlReceipt { before: instance("running", 2), after: instance("paused", 3), begun: None })
    }
}

#[derive(Default)]
struct World {
    pipelines: Pipelines,
    control: MemoryControl,
}

impl World {
    fn ask(&self, request: &Request<'_>) -> Handled {
        let dispatch = WorkflowControlDispatch(self.pipelines.clone());
        let transport: Rc<dyn Transport> = Rc::new(Loopback::new(dispatch, || NOW * 1000));
        let pipeline = Pipeline { control: WorkflowControlClient::over(transport), ..nobody::pipeline() };
        let recorder = Recorder::default();
        let console = Console {
            settings: &Settings::new(TEAM, AUDIENCE, ROLES),
            cache: &KeyCache::new(),
            keys: &Team::default(),
            mesh: &Half::default(),
            dead_letters: &crate::dead_letters::Pipeline::default().client(),
            redrives: &nobody::redrives(),
            traces: &nobody::traces(),
            analytics: &nobody::analytics(),
            operations: &nobody::operations(),
            jobs: &nobody::jobs(),
            erasures: &recorder.erasures(),
            retentions: &recorder.retentions(),
            budgets: &recorder.budgets(),
            ai_calls: &recorder.ai_calls(),
            pipeline: &pipeline,
            scans: &crate::schedules::Scheduler::default().scans(),
            proposals: &self.control,
            trail: &self.control,
            tenants: Tenants {
                store: &self.control,
                clock: &FakeClock::default(),
                random: &SeededRandom::new(8),
            },
            clock: &FakeClock::at(Timestamp::from_unix_ms(NOW * 1000)),
        };
        run(console.handle(request, trace()))
    }

    fn post(&self, person: &str, path: &str, body: &str) -> Handled {
        let token = Team::person(person);
        let url = format!("https://admin.example{path}");
        self.ask(&Request {
            method: "POST",
            url: &url,
            content_type: Some("application/json"),
            body: Some(body.as_bytes()),
            ..get(path, Some(&token))
        })
    }
}

fn path(act: &str) -> String {
    format!("/admin/api/workflows/{}{act}", event())
}

#[test]
fn an_act_is_on_record_with_before_and_after_and_is_no_viewers() {
    let world = World::default();
    let refused = world.post("vera@example.com", &path("/pause"), "");
    assert_eq!((refused.answer.status, refused.code), (403, Some("access.role_missing")));
    assert!(acts(&world.control).is_empty());
    let done = world.post("ada@example.com", &path("/pause"), r#"{"version": 2}"#);
    assert_eq!((done.answer.status, done.route), (200, Some("/admin/api/workflows/{id}/pause")));
    let told: Value = serde_json::from_str(&done.answer.body).expect("it is JSON");
    assert_eq!((&told["before"]["status"], &told["after"]["status"]), (&json!("running"), &json!("paused")));
    let recorded = acts(&world.control);
    let actions: Vec<_> = recorded.iter().map(|act| act.action.as_str()).collect();
    assert_eq!(actions, ["workflow.pause", "workflow.pause.done"]);
    let json = |text: &Option<String>| -> Value { serde_json::from_str(text.as_deref().unwrap()).unwrap() };
    assert_eq!(json(&recorded[1].before), json!({ "status": "running", "version": 2 }));
    assert_eq!(json(&recorded[1].after)["status"], "paused");
    assert_eq!(world.pipelines.asked.borrow().len(), 1);
}

#[test]
fn what_somebody_else_changed_is_shown_and_nothing_is_done() {
    let world = World::default();
    let stale = world.post("ada@example.com", &path("/terminate"), r#"{"version": 1}"#);
    let problem = document(&stale);
    assert_eq!((stale.answer.status, &problem["code"]), (409, &json!("request.stale")));
    assert_eq!(problem["current"]["version"], 2);

    let token = Team::person("ada@example.com");
    let page = format!("/admin/workflows/{}/terminate", event());
    let url = format!("https://admin.example{page}");
    let body = format!("version=1&status=accepted&{TOKEN}={}", token_for(&token));
    let form = Request {
        method: "POST",
        url: &url,
        origin: Some("https://admin.example"),
        content_type: Some("application/x-www-form-urlencoded"),
        body: Some(body.as_bytes()),
        ..get(&page, Some(&token))
    };
    let shown = world.ask(&form);
    assert_eq!(shown.answer.status, 409);
    for expect in ["Changed by somebody else", "accepted", "running"] {
        assert!(shown.answer.body.contains(expect), "{expect}");
    }
    let elsewhere = world.ask(&Request { origin: Some("https://elsewhere.example"), ..form });
    assert_eq!((elsewhere.answer.status, elsewhere.code), (403, Some("access.cross_site")));
    assert!(world.pipelines.asked.borrow().is_empty());
}

#[test]
fn what_cannot_be_asked_is_named_by_its_place() {
    let world = World::default();
    for (path, body, status, code, pointer) in [
        (path("/restart"), r#"{"from": "nowhere"}"#, 422, "request.invalid", "/from"),
        (path("/restart"), r#"{"step": "load"}"#, 422, "request.invalid", ""),
        (path("/restart"), "{", 400, "request.malformed_json", ""),
        ("/admin/api/workflows/evt_1/pause".into(), "", 404, "workflow.not_found", ""),
    ] {
        let handled = world.post("ada@example.com", &path, body);
        let problem = document(&handled);
        assert_eq!((handled.answer.status, &problem["code"]), (status, &json!(code)), "{path} {body}");
        let found = problem["errors"].as_array().map(|errors| errors[0]["pointer"].clone());
        assert_eq!(found.unwrap_or(json!("")), pointer, "{problem}");
    }
    let wrong = world.post("ada@example.com", &path("/delete"), "");
    assert_eq!(wrong.answer.status, 404);
}

#[test]
fn a_lists_filters_and_its_place_reach_the_pipeline() {
    let world = World::default();
    let token = Team::person("vera@example.com");
    let list = |query: &str| -> Value {
        let handled = world.ask(&Request { query, ..get("/admin/api/workflows", Some(&token)) });
        assert_eq!(handled.answer.status, 200, "{}", handled.answer.body);
        serde_json::from_str(&handled.answer.body).expect("it is JSON")
    };
    let first = list("name=call_ingest&status=running&limit=1");
    let cursor = first["next_cursor"].as_str().expect("there is more").to_owned();
    list(&format!("name=call_ingest&status=running&limit=1&cursor={cursor}"));
    let listed = world.pipelines.listed.borrow();
    assert_eq!(
        (listed[0].workflow.as_deref(), listed[0].status.as_deref()),
        (Some("call_ingest"), Some("running"))
    );
    let place = listed[1].before.as_ref().expect("it goes on");
    assert_eq!((place.started_at.unix_ms(), place.id.clone()), (1_000, event().to_string()));
    let other = world
        .ask(&Request { query: &format!("cursor={cursor}"), ..get("/admin/api/workflows", Some(&token)) });
    assert_eq!((other.answer.status, other.code), (400, Some("request.invalid_parameter")));
}
