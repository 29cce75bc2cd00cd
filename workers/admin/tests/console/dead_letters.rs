//! Dead letters as an operator meets them: the real service behind the console, over memory stores.

use std::rc::Rc;

use admin::console::{Console, Handled};
use admin::gate::Settings;
use admin::request::Request;
use admin::tenants::Tenants;
use app::pipeline::{
    DeadLettersService, Delivery, HandoverPorts, ReplayPorts, Unreadable, Verdict, bury, hand_over,
};
use app::ports::{Clock, EventMessage, EventStore};
use auth::access::KeyCache;
use contracts::Timestamp;
use contracts::pipeline::{DeadLettersClient, DeadLettersDispatch};
use ids::TenantId;
use mesh::Transport;
use mesh::loopback::Loopback;
use serde_json::Value;
use test_kit::{
    FakeClock, Faults, Fixtures, MemoryControl, MemoryEventStore, MemoryInstances, MemoryQueue, SeededRandom,
    When, run,
};

use crate::erasures::Recorder;
use crate::nobody;
use crate::team::{AUDIENCE, NOW, TEAM, Team};
use crate::{Half, ROLES, acts, document, get, trace};

/// The pipeline's part, in memory.
#[derive(Default)]
pub(crate) struct Pipeline {
    pub(crate) events: MemoryEventStore,
    pub(crate) queue: MemoryQueue,
    pub(crate) control: MemoryControl,
    /// Whether somebody sums usage up, and whether there is a dataset, which answers or not.
    pub(crate) analytics: Option<Option<bool>>,
}

impl Pipeline {
    pub(crate) fn client(&self) -> DeadLettersClient<Rc<dyn Transport>> {
        let clock = FakeClock::at(Timestamp::from_unix_ms(NOW * 1000));
        let service = DeadLettersService(ReplayPorts {
            letters: Rc::new(self.events.clone()),
            queue: Rc::new(self.queue.clone()),
            clock: Rc::new(clock.clone()),
        });
        let loopback = Loopback::new(DeadLettersDispatch(service), move || clock.now().unix_ms());
        let transport: Rc<dyn Transport> = Rc::new(loopback);
        DeadLettersClient::over(transport)
    }

    fn handover(&self) -> HandoverPorts {
        HandoverPorts {
            events: Rc::new(self.events.clone()),
            letters: Rc::new(self.events.clone()),
            instances: Rc::new(MemoryInstances::default()),
            notifiers: Rc::new([]),
            clock: Rc::new(FakeClock::at(Timestamp::from_unix_ms(NOW * 1000))),
        }
    }

    /// An event that the queue gave up on.
    pub(crate) fn dead_event(&self, make: &Fixtures, tenant: TenantId) -> EventMessage {
        let event = make.event();
        let message = EventMessage {
            tenant,
            event_id: event.event_id,
            run: 0,
            workflow: event.workflow,
            traceparent: event.traceparent.clone(),
        };
        run(EventStore::insert(&self.events, tenant, &event, None, make.now())).expect("it is stored");
        let buried = run(bury(&self.handover(), &[delivery(make, Ok(message.clone()))]));
        assert_eq!(buried, [Verdict::Done]);
        message
    }
}

fn delivery(make: &Fixtures, body: Result<EventMessage, Unreadable>) -> Delivery {
    Delivery { message_id: make.now().unix_ms().to_string(), sent_at: make.now(), attempt: 1, body }
}

pub(crate) fn ask(pipeline: &Pipeline, request: &Request<'_>) -> Handled {
    let recorder = Recorder::default();
    let console = Console {
        settings: &Settings::new(TEAM, AUDIENCE, ROLES),
        cache: &KeyCache::new(),
        keys: &Team::default(),
        mesh: &Half::default(),
        dead_letters: &pipeline.client(),
        redrives: &crate::nobody::redrives(),
        traces: &crate::nobody::traces(),
        analytics: &pipeline.analytics.map_or_else(nobody::analytics, crate::analytics::client),
        operations: &nobody::operations(),
        jobs: &nobody::jobs(),
        erasures: &recorder.erasures(),
        retentions: &recorder.retentions(),
        budgets: &recorder.budgets(),
        ai_calls: &recorder.ai_calls(),
        pipeline: &nobody::pipeline(),
        scans: &crate::schedules::Scheduler::default().scans(),
        proposals: &pipeline.control,
        trail: &pipeline.control,
        tenants: Tenants {
            store: &pipeline.control,
            clock: &FakeClock::default(),
            random: &SeededRandom::new(8),
        },
        clock: &FakeClock::at(Timestamp::from_unix_ms(NOW * 1000)),
    };
    run(console.handle(request, trace()))
}

pub(crate) fn list(pipeline: &Pipeline, query: &str) -> Value {
    let token = Team::person("vera@example.com");
    let handled = ask(pipeline, &Request { query, ..get("/admin/api/dead-letters", Some(&token)) });
    assert_eq!(handled.answer.status, 200, "{}", handled.answer.body);
    serde_json::from_str(&handled.answer.body).expect("it is JSON")
}

const LIST: &str = "https://admin.example/admin/api/dead-letters";

fn replay<'a>(path: &'a str, url: &'a str, token: &'a str) -> Request<'a> {
    Request { method: "POST", url, path, assertion: Some(token), ..Request::default() }
}

#[test]
fn letters_are_listed_over_all_tenants_and_narrowed() {
    let (pipeline, make) = (Pipeline::default(), Fixtures::new(1));
    let (ours, theirs) = (make.tenant(), make.tenant());
    let (one, two) = (pipeline.dead_event(&make, ours), pipeline.dead_event(&make, theirs));
    let poison = Err(Unreadable { text: "7".into(), error: "invalid type".into() });
    run(hand_over(&pipeline.handover(), &[delivery(&make, poison)]));

    let events = |query: &str| -> Vec<Value> {
        let page = list(&pipeline, query);
        page["items"].as_array().expect("a list").iter().map(|item| item["event_id"].clone()).collect()
    };
    assert_eq!(events("").len(), 3);
    assert_eq!(events(&format!("tenant={ours}")), [one.event_id.to_string()]);
    assert_eq!(events("cause=unreadable"), [Value::Null]);
    assert_eq!(events(&format!("tenant={theirs}&cause=queue")), [two.event_id.to_string()]);
    let page = list(&pipeline, "limit=2");
    let next = page["next_cursor"].as_str().expect("there is more");
    assert_eq!(events(&format!("limit=2&cursor={next}")).len(), 1);

    let letter = &list(&pipeline, &format!("tenant={ours}"))["items"][0];
    assert_eq!(
        (&letter["cause"], &letter["event_status"], &letter["replayed_at"]),
        (&"queue".into(), &"dead".into(), &Value::Null)
    );
    assert!(letter["errors"][0].as_str().expect("a text").contains("gave up"), "{letter}");
}

#[test]
fn a_bad_filter_is_named() {
    let token = Team::person("vera@example.com");
    for (query, pointer) in [("tenant=acme", "?tenant"), ("cause=fate", "?cause"), ("limit=0", "?limit")] {
        let request = Request { query, ..get("/admin/api/dead-letters", Some(&token)) };
        let handled = ask(&Pipeline::default(), &request);
        let problem = document(&handled);
        assert_eq!(
            (handled.answer.status, &problem["errors"][0]["pointer"]),
            (400, &pointer.into()),
            "{problem}"
        );
    }
}

#[test]
fn an_operator_replays_once_and_a_viewer_never() {
    let (pipeline, make) = (Pipeline::default(), Fixtures::new(1));
    let message = pipeline.dead_event(&make, make.tenant());
    let letter = list(&pipeline, "")["items"][0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/admin/api/dead-letters/{letter}/replay");
    let url = format!("https://admin.example{path}");
    let (viewer, owner) = (Team::person("vera@example.com"), Team::person("ada@example.com"));

    let handled = ask(&pipeline, &replay(&path, &url, &viewer));
    assert_eq!(
        (handled.answer.status, document(&handled)["code"].as_str()),
        (403, Some("access.role_missing"))
    );
    assert!(pipeline.queue.take().is_empty());

    for (duplicate, sent) in [(false, 1), (true, 0)] {
        let origin = Some("https://admin.example");
        let handled = ask(&pipeline, &Request { origin, ..replay(&path, &url, &owner) });
        let answer: Value = serde_json::from_str(&handled.answer.body).expect("it is JSON");
        assert_eq!(handled.answer.status, 202, "{answer}");
        assert_eq!(
            (&answer["event_id"], &answer["run"], &answer["duplicate"]),
            (&message.event_id.to_string().into(), &1.into(), &duplicate.into())
        );
        let queued = pipeline.queue.take();
        assert_eq!(queued.len(), sent);
        assert!(queued.iter().all(|queued| queued.run == 1));
    }
    let acts = acts(&pipeline.control);
    let seen: Vec<_> = acts.iter().map(|act| (&*act.action, &*act.actor, &*act.role)).collect();
    let (asked, done) = ("dead_letter.replay", "dead_letter.replay.done");
    let by = |action| (action, "person:ada@example.com", "owner");
    assert_eq!(seen, [by(asked), by(done), by(asked), by(done)], "and nothing of the one who was refused");
    assert!(acts.iter().all(|act| act.target.as_deref() == Some(&*letter)));
    let told: Value = serde_json::from_str(acts[1].after.as_deref().unwrap()).expect("it is JSON");
    assert_eq!((&told["asked"], &told["event_id"]), (&1.into(), &message.event_id.to_string().into()));

    let letter = &list(&pipeline, "")["items"][0];
    assert_eq!(
        (&letter["event_status"], &letter["replayed_by"]),
        (&"received".into(), &"person:ada@example.com".into())
    );
}

#[test]
fn what_cannot_be_replayed_says_why() {
    let (pipeline, make) = (Pipeline::default(), Fixtures::new(1));
    let poison = Err(Unreadable { text: "7".into(), error: "invalid type".into() });
    run(hand_over(&pipeline.handover(), &[delivery(&make, poison)]));
    let poison = list(&pipeline, "")["items"][0]["id"].as_str().expect("an id").to_owned();
    let owner = Team::person("ada@example.com");
    for (letter, status, code) in [
        (poison.as_str(), 409, "dead_letter.not_replayable"),
        ("dlt_00000000000070008000000000000000", 404, "dead_letter.not_found"),
        ("evt_1", 404, "dead_letter.not_found"),
    ] {
        let path = format!("/admin/api/dead-letters/{letter}/replay");
        let handled = ask(&pipeline, &replay(&path, LIST, &owner));
        assert_eq!(
            (handled.answer.status, document(&handled)["code"].as_str()),
            (status, Some(code)),
            "{letter}"
        );
    }
    let acts = acts(&pipeline.control);
    let refused: Vec<_> = acts.iter().map(|act| (&*act.action, act.after.as_deref())).collect();
    assert_eq!(
        refused,
        [
            ("dead_letter.replay", None),
            ("dead_letter.replay.refused", Some(r#"{"asked":1,"code":"dead_letter.not_replayable"}"#)),
            ("dead_letter.replay", None),
            ("dead_letter.replay.refused", Some(r#"{"asked":3,"code":"dead_letter.not_found"}"#)),
        ]
    );
}

#[test]
fn what_cannot_be_written_down_does_not_happen() {
    let faults = Faults::default();
    faults.fail_all("control.append", When::Before);
    let pipeline = Pipeline { control: MemoryControl::with_faults(&faults), ..Pipeline::default() };
    let make = Fixtures::new(1);
    pipeline.dead_event(&make, make.tenant());
    let letter = list(&pipeline, "")["items"][0]["id"].as_str().expect("an id").to_owned();
    let owner = Team::person("ada@example.com");
    let path = format!("/admin/api/dead-letters/{letter}/replay");
    let handled = ask(&pipeline, &replay(&path, LIST, &owner));
    assert_eq!((handled.answer.status, handled.code), (503, Some("service.unavailable")));
    assert!(pipeline.queue.take().is_empty());
}

#[test]
fn another_sites_page_changes_nothing() {
    let (pipeline, make) = (Pipeline::default(), Fixtures::new(1));
    pipeline.dead_event(&make, make.tenant());
    let letter = list(&pipeline, "")["items"][0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/admin/api/dead-letters/{letter}/replay");
    let url = format!("https://admin.example{path}");
    let cookie = format!("CF_Authorization={}", Team::person("ada@example.com"));
    for origin in ["https://elsewhere.example", "null", "https://admin.example.elsewhere.example"] {
        let request = Request {
            method: "POST",
            url: &url,
            path: &path,
            cookie: Some(&cookie),
            origin: Some(origin),
            ..Request::default()
        };
        let handled = ask(&pipeline, &request);
        assert_eq!((handled.answer.status, handled.code), (403, Some("access.cross_site")), "{origin}");
    }
    assert!(pipeline.queue.take().is_empty());
}
