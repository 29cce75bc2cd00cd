//! Walks through a provider's history: each call is accepted once, whatever breaks, and the provider's wishes are kept.

use std::time::Duration;

use app::ports::{EventStore, NewEvent};
use contracts::Timestamp;
use contracts::pipeline::workflows::{
    GetRun, History, HistoryError, NameHistory, ProviderKey, PutHistory, RequestSync, RunReport,
    WorkflowError,
};
use ids::{EndpointId, EventId, TenantId};
use mesh::CallError;
use mesh_sim::{Sim, Simulation};
use serde_json::{Value, json};
use test_kit::{Fixtures, run};

use crate::syncing::{Mishap, meeting};
use crate::world::{World, answered};

const DAY: u64 = 86_400_000;

fn endpoint() -> EndpointId {
    EndpointId::from_parts(1, [6; 10])
}

fn fathom(world: &World<'_>) -> PutHistory {
    PutHistory {
        endpoint_id: endpoint(),
        source: "standard".into(),
        provider: "fathom".into(),
        description: None,
        base_url: None,
        api_key: ProviderKey::new("their-key"),
        api_secret: None,
        from: Some(Timestamp::from_unix_ms(world.sim.now_ms() - 90 * DAY)),
    }
}

fn put(world: &World<'_>, request: &PutHistory) -> Result<History, HistoryError> {
    let ask = || world.sim.run(world.client.put_history(&world.call(), request.clone()));
    answered(ask, |error| matches!(error, HistoryError::Unavailable { .. }))
}

fn shown(world: &World<'_>) -> History {
    let name = NameHistory { endpoint_id: endpoint() };
    let ask = || world.sim.run(world.client.get_history(&world.call(), name.clone()));
    answered(ask, |error| matches!(error, HistoryError::Unavailable { .. })).unwrap()
}

fn ask(world: &World<'_>, key: &str, max_pages: Option<u32>) -> String {
    let ask = || {
        let call = world.call().with_idempotency_key(key);
        world.sim.run(world.client.request_sync(&call, RequestSync { endpoint_id: endpoint(), max_pages }))
    };
    answered(ask, |error| matches!(error, WorkflowError::Unavailable { .. })).unwrap().run_id
}

fn stands(world: &World<'_>, run_id: &str) -> RunReport {
    let request = GetRun { workflow: "sync".into(), run_id: run_id.into() };
    let ask = || world.sim.run(world.client.get_run(&world.call(), request.clone()));
    answered(ask, |error| matches!(error, WorkflowError::Unavailable { .. })).unwrap()
}

fn output(report: &RunReport) -> Value {
    assert_eq!(report.status, "completed", "{:?}", report.error);
    serde_json::from_str(report.output.as_deref().unwrap()).unwrap()
}

/// `pages, items, ingested, known` of a run.
fn counts(report: &RunReport) -> [u64; 4] {
    let output = output(report);
    ["pages", "items", "ingested", "known"].map(|name| output[name].as_u64().unwrap())
}

fn accepted(world: &World<'_>) -> Vec<String> {
    world.syncing.intake.accepted().into_iter().map(|(item, _)| item).collect()
}

/// Two pages of two calls, a day apart, the newest first.
fn two_pages(world: &World<'_>) {
    let at = |days: u64| world.sim.now_ms() - days * DAY;
    let pages = vec![vec![meeting(4, at(1)), meeting(3, at(2))], vec![meeting(2, at(3)), meeting(1, at(4))]];
    world.syncing.provider.state.borrow_mut().pages = pages;
}

#[test]
fn a_history_is_walked_to_its_end_and_the_next_run_begins_where_it_ended() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    two_pages(&world);
    let set_up = put(&world, &fathom(&world)).unwrap();
    assert_eq!(
        (set_up.base_url.as_str(), set_up.under_way, set_up.items),
        ("https://api.fathom.ai", false, 0)
    );
    let id = ask(&world, "a", None);
    sim.settle();
    let made = stands(&world, &id);
    assert_eq!((counts(&made), &output(&made)["complete"]), ([2, 4, 4, 0], &json!(true)));
    assert_eq!(accepted(&world), ["1", "2", "3", "4"]);
    let (_, event) = world.syncing.intake.accepted().swap_remove(0);
    assert_eq!((event.source.as_str(), event.kind.as_str()), ("standard", "meeting"));
    assert_eq!(event.endpoint_id, Some(endpoint()));
    let history = shown(&world);
    let latest = sim.now_ms() - DAY;
    assert!(history.since.unix_ms().abs_diff(latest - DAY) < DAY / 2, "{history:?}");
    assert_eq!((history.under_way, history.run_id, history.items), (false, Some(id), 4));

    world.syncing.provider.state.borrow_mut().pages[0].insert(0, meeting(5, sim.now_ms()));
    let again = ask(&world, "b", None);
    sim.settle();
    assert_eq!(counts(&stands(&world, &again)), [2, 5, 1, 4]);
    let asked = world.syncing.provider.state.borrow().asked.clone();
    assert_eq!(asked.len(), 4);
    assert!(asked[2].0.contains("created_after=") && asked[2].0 != asked[0].0, "from later on: {asked:?}");
}

#[test]
fn a_run_of_so_many_pages_ends_there_and_the_next_goes_on() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    two_pages(&world);
    put(&world, &fathom(&world)).unwrap();
    let first = ask(&world, "a", Some(1));
    sim.settle();
    let made = stands(&world, &first);
    assert_eq!((counts(&made), &output(&made)["complete"]), ([1, 2, 2, 0], &json!(false)));
    assert!(shown(&world).under_way);
    let second = ask(&world, "b", Some(1));
    sim.settle();
    let made = stands(&world, &second);
    assert_eq!((counts(&made), &output(&made)["complete"]), ([1, 2, 2, 0], &json!(true)));
    assert_eq!(accepted(&world), ["1", "2", "3", "4"]);
}

#[test]
fn what_comes_twice_or_changed_or_too_early_is_counted_and_accepted_once() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    two_pages(&world);
    {
        let mut state = world.syncing.provider.state.borrow_mut();
        let (same, mut other) = (state.pages[0][0].clone(), state.pages[0][1].clone());
        other["title"] = "Weekly, corrected".into();
        let mut early = meeting(9, sim.now_ms());
        early["transcript"] = Value::Null;
        state.pages[1].extend([same, other, early]);
    }
    put(&world, &fathom(&world)).unwrap();
    let id = ask(&world, "a", None);
    sim.settle();
    let made = stands(&world, &id);
    assert_eq!(counts(&made), [2, 7, 4, 2]);
    assert_eq!((&output(&made)["changed"], &output(&made)["unready"]), (&json!(1), &json!(1)));
    assert_eq!(accepted(&world), ["1", "2", "3", "4"]);
    // Its text is written by the next time.
    world.syncing.provider.state.borrow_mut().pages[1][4] = meeting(9, sim.now_ms());
    ask(&world, "b", None);
    sim.settle();
    assert_eq!(accepted(&world), ["1", "2", "3", "4", "9"]);
}

#[test]
fn a_provider_that_asks_for_it_is_left_alone_for_as_long_as_it_says() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    two_pages(&world);
    world.syncing.provider.state.borrow_mut().mishaps =
        [Mishap::TooMany(90), Mishap::Broken, Mishap::Status(502)].into();
    put(&world, &fathom(&world)).unwrap();
    let id = ask(&world, "a", None);
    sim.settle();
    let made = stands(&world, &id);
    assert_eq!((counts(&made), &output(&made)["rests"]), ([2, 4, 4, 0], &json!(1)));
    let asked = world.syncing.provider.state.borrow().asked.clone();
    assert!(asked[1].1 - asked[0].1 >= 90_000, "{asked:?}");
    assert_eq!(asked.len(), 5, "a broken page and a 502 are asked for again");
}

#[test]
fn a_run_that_fails_says_why_and_the_next_goes_on_at_its_page() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    two_pages(&world);
    put(&world, &fathom(&world)).unwrap();
    let first = ask(&world, "a", Some(1));
    sim.settle();
    assert_eq!(counts(&stands(&world, &first)), [1, 2, 2, 0]);
    world.syncing.provider.state.borrow_mut().mishaps = [Mishap::Status(401)].into();
    let refused = ask(&world, "b", None);
    sim.settle();
    let made = stands(&world, &refused);
    assert_eq!(made.status, "failed");
    assert!(made.error.as_deref().unwrap().contains("refused the credentials (401)"), "{:?}", made.error);
    let last = ask(&world, "c", None);
    sim.settle();
    assert_eq!(counts(&stands(&world, &last)), [1, 2, 2, 0]);
    // The provider forgot the page: the list is walked from its beginning, and nothing is accepted twice.
    put(&world, &PutHistory { from: None, ..fathom(&world) }).unwrap();
    ask(&world, "d", Some(1));
    sim.settle();
    world.syncing.provider.state.borrow_mut().mishaps = [Mishap::Status(410)].into();
    let anew = ask(&world, "e", None);
    sim.settle();
    let made = stands(&world, &anew);
    assert_eq!((counts(&made), &output(&made)["restarts"]), ([2, 4, 0, 4], &json!(1)));
}

#[test]
fn one_run_walks_a_history_at_a_time() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    two_pages(&world);
    world.syncing.provider.state.borrow_mut().mishaps = [Mishap::TooMany(600)].into();
    put(&world, &fathom(&world)).unwrap();
    let first = ask(&world, "a", None);
    sim.run_for(Duration::from_secs(60));
    let second = ask(&world, "b", None);
    sim.run_for(Duration::from_secs(60));
    assert_eq!(output(&stands(&world, &second))["under_way"], json!(first));
    sim.settle();
    assert_eq!(counts(&stands(&world, &first)), [2, 4, 4, 0]);
}

#[test]
fn what_came_by_webhook_before_is_known() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    two_pages(&world);
    let make = Fixtures::new(3);
    let body = meeting(3, sim.now_ms()).to_string();
    let delivered = NewEvent {
        event_id: EventId::from_parts(sim.now_ms() - 2 * DAY, [3; 10]),
        endpoint_id: Some(endpoint()),
        object_key: "delivered".into(),
        ..make.event()
    };
    run(world.syncing.deliveries.insert(world.tenant, &delivered, None, make.now())).unwrap();
    let put_object = async |archive: test_kit::MemoryArchive| {
        use app::ports::Archive;
        archive.put("delivered", "application/json", body.clone().into_bytes()).await
    };
    let archive = world.documents.look(Clone::clone);
    run(put_object(archive)).unwrap();
    put(&world, &fathom(&world)).unwrap();
    let id = ask(&world, "a", None);
    sim.settle();
    assert_eq!(counts(&stands(&world, &id)), [2, 4, 3, 1]);
    assert_eq!(accepted(&world), ["1", "2", "4"]);
}

#[test]
fn a_history_that_cannot_be_is_refused_with_its_place() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    let good = fathom(&world);
    let later = Some(Timestamp::from_unix_ms(sim.now_ms() + 1_000));
    for (request, pointer) in [
        (PutHistory { provider: "zoom".into(), ..good.clone() }, "/provider"),
        (PutHistory { provider: "custom".into(), ..good.clone() }, "/description"),
        (PutHistory { description: Some("{}".into()), ..good.clone() }, "/description"),
        (
            PutHistory { provider: "custom".into(), description: Some("{}".into()), ..good.clone() },
            "/description",
        ),
        (PutHistory { provider: "gong".into(), ..good.clone() }, "/api_secret"),
        (PutHistory { api_secret: Some(ProviderKey::new("s")), ..good.clone() }, "/api_secret"),
        (PutHistory { base_url: Some("http://api.acme.com".into()), ..good.clone() }, "/base_url"),
        (PutHistory { base_url: Some("https://127.0.0.1".into()), ..good.clone() }, "/base_url"),
        (PutHistory { base_url: Some("https://inside.acme.com".into()), ..good.clone() }, "/base_url"),
        (PutHistory { base_url: Some("https://api.acme.com/?a=b".into()), ..good.clone() }, "/base_url"),
        (PutHistory { api_key: ProviderKey::new("a\nb"), ..good.clone() }, "/api_key"),
        (PutHistory { from: later, ..good.clone() }, "/from"),
    ] {
        let Err(HistoryError::Invalid { faults }) = put(&world, &request) else { panic!("{request:?}") };
        assert_eq!(faults[0].pointer, pointer, "{request:?}: {faults:?}");
    }
    let asked = RequestSync { endpoint_id: endpoint(), max_pages: Some(1_001) };
    let refused = sim.run(world.client.request_sync(&world.call(), asked.clone()));
    let Err(CallError::Refused(WorkflowError::Invalid { faults })) = refused else { panic!("{refused:?}") };
    let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["/endpoint_id", "/max_pages"]);
    // Another tenant's is like one that is not there.
    put(&world, &good).unwrap();
    let stranger = world.call_of(TenantId::from_parts(2, [2; 10]));
    let asked = RequestSync { max_pages: None, ..asked };
    assert!(sim.run(world.client.request_sync(&stranger, asked)).is_err());
    let named = NameHistory { endpoint_id: endpoint() };
    let theirs = sim.run(world.client.get_history(&stranger, named.clone()));
    assert_eq!(theirs, Err(CallError::Refused(HistoryError::NotFound)));
    assert!(sim.run(world.client.remove_history(&stranger, named.clone())).is_err());
    sim.run(world.client.remove_history(&world.call(), named.clone())).unwrap();
    assert!(sim.run(world.client.remove_history(&world.call(), named)).is_err());
}

/// One walk of two pages with a rest and a broken page, asked for twice.
fn one(sim: &Sim) {
    let world = World::new(sim);
    two_pages(&world);
    world.syncing.provider.state.borrow_mut().mishaps = [Mishap::TooMany(30), Mishap::Broken].into();
    put(&world, &fathom(&world)).unwrap();
    let ids = ["a", "a"].map(|key| ask(&world, key, None));
    assert_eq!(ids[0], ids[1]);
    for _ in 0..8 {
        sim.run_for(Duration::from_secs(600));
        world.sweep();
    }
    sim.settle();
    let made = stands(&world, &ids[0]);
    let [pages, items, ingested, known] = counts(&made);
    assert_eq!((pages, items, ingested + known), (2, 4, 4), "{:?}", made.output);
    assert_eq!(accepted(&world), ["1", "2", "3", "4"]);
    assert!(!shown(&world).under_way);
}

#[test]
fn no_call_is_accepted_twice_or_left_out_under_hundreds_of_seeds() {
    Simulation::seeds(0..300).run(one);
}

#[test]
fn no_call_is_left_out_wherever_a_process_stops() {
    let tried = Simulation::every_crash(one);
    assert!(tried.runs > 50, "{tried:?}");
}
