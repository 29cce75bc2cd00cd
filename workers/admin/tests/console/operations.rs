//! Looking for events of all tenants, and what goes wrong with jobs.

use std::rc::Rc;

use admin::console::{Console, Handled};
use admin::gate::Settings;
use admin::operations::Operations;
use admin::request::Request;
use admin::tenants::Tenants;
use app::pipeline::{OperationsPorts, OperationsService};
use app::ports::EventStore;
use auth::access::KeyCache;
use contracts::Timestamp;
use contracts::pipeline::operations::OperationsDispatch;
use ids::TenantId;
use mesh::Transport;
use mesh::loopback::Loopback;
use serde_json::{Value, json};
use test_kit::{FakeClock, Fixtures, MemoryControl, MemoryEventStore, SeededRandom, run};

use crate::dead_letters::Pipeline;
use crate::erasures::Recorder;
use crate::team::{AUDIENCE, NOW, TEAM, Team};
use crate::{Half, ROLES, acts, get, nobody, trace};

#[derive(Default)]
struct World {
    events: MemoryEventStore,
    control: MemoryControl,
}

impl World {
    fn operations(&self) -> Operations {
        let store = Rc::new(self.events.clone());
        let service = OperationsService(OperationsPorts { finder: store.clone(), events: store });
        let transport: Rc<dyn Transport> = Rc::new(Loopback::new(OperationsDispatch(service), || NOW * 1000));
        Operations::over(transport)
    }

    fn ask(&self, request: &Request<'_>) -> Handled {
        let recorder = Recorder::default();
        let console = Console {
            settings: &Settings::new(TEAM, AUDIENCE, ROLES),
            cache: &KeyCache::new(),
            keys: &Team::default(),
            mesh: &Half::default(),
            dead_letters: &Pipeline::default().client(),
            redrives: &crate::nobody::redrives(),
            traces: &crate::nobody::traces(),
            analytics: &crate::nobody::analytics(),
            operations: &self.operations(),
            jobs: &nobody::jobs(),
            erasures: &recorder.erasures(),
            retentions: &recorder.retentions(),
            budgets: &recorder.budgets(),
            ai_calls: &recorder.ai_calls(),
            pipeline: &nobody::pipeline(),
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

    fn read(&self, path: &str, query: &str) -> (u16, Value) {
        let token = Team::person("vera@example.com");
        let handled = self.ask(&Request { query, ..get(path, Some(&token)) });
        (handled.answer.status, serde_json::from_str(&handled.answer.body).expect("it is JSON"))
    }

    fn event(&self, make: &Fixtures, tenant: TenantId) -> String {
        let event = make.event();
        run(EventStore::insert(&self.events, tenant, &event, None, make.now())).expect("it is stored");
        event.event_id.to_string()
    }
}

#[test]
fn events_are_found_whosever_they_are_and_reading_one_is_on_record() {
    let (world, make) = (World::default(), Fixtures::new(1));
    let (ours, theirs) = (make.tenant(), make.tenant());
    let (first, second) = (world.event(&make, ours), world.event(&make, theirs));
    let listed = |query: &str| -> Vec<Value> {
        let (status, page) = world.read("/admin/api/events", query);
        assert_eq!(status, 200, "{page}");
        page["items"].as_array().unwrap().iter().map(|event| event["id"].clone()).collect()
    };
    assert_eq!(listed(""), [json!(second), json!(first)]);
    assert_eq!(listed(&format!("tenant={ours}")), [json!(first)]);
    assert_eq!(listed("status=received&limit=1"), [json!(second)]);
    assert_eq!(listed("status=dead"), [] as [Value; 0]);
    assert_eq!(acts(&world.control), [], "a list says nothing of what was said");

    let (status, event) = world.read(&format!("/admin/api/events/{second}"), "");
    assert_eq!((status, &event["tenant"]), (200, &json!(theirs)));
    assert!(event["steps"].is_array() && event["pending"].is_array(), "{event}");
    let acts = acts(&world.control);
    assert_eq!((acts.len(), acts[0].action.as_str(), acts[0].tenant), (1, "event.read", Some(theirs)));
}

#[test]
fn what_cannot_be_looked_for_is_named() {
    let world = World::default();
    for (path, query, status, code, pointer) in [
        ("/admin/api/events", "status=lost", 400, "request.invalid_parameter", "?status"),
        ("/admin/api/events", "source=zoom", 400, "request.invalid_parameter", "?source"),
        ("/admin/api/events", "tenant=acme", 400, "request.invalid_parameter", "?tenant"),
        ("/admin/api/jobs", "", 400, "request.invalid_parameter", "?tenant"),
        ("/admin/api/jobs/1", "tenant=ten_00000000000070008000000000000001", 404, "job.not_found", ""),
        ("/admin/api/events/1", "", 404, "event.not_found", ""),
        ("/admin/api/events/evt_00000000000070008000000000000001", "", 404, "event.not_found", ""),
    ] {
        let (answered, problem) = world.read(path, query);
        assert_eq!((answered, &problem["code"]), (status, &json!(code)), "{path}?{query}: {problem}");
        let pointers = problem["errors"].as_array().map(|errors| errors[0]["pointer"].clone());
        assert_eq!(pointers.unwrap_or(json!("")), pointer, "{problem}");
    }
}
