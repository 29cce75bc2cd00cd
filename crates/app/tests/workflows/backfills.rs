//! Backfills: each event of the range runs again once, whatever breaks, and no faster than asked for.

use app::ports::{
    BackfillCandidate, BackfillRange, BackfillStore, EventMessage, EventStore, EventTransition, NewEvent,
    StoreError,
};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::workflows::{GetRun, RequestBackfill, RunOrder, RunReport, SteerRun, WorkflowError};
use domain::EventStatus;
use ids::{EventId, TenantId};
use mesh::CallError;
use mesh_sim::{Sim, Simulation, Store};
use std::time::Duration;
use test_kit::{Fixtures, MemoryEventStore, run};

use crate::world::{World, answered};

/// Events in a simulation: each look and each write may fail, and a process may stop before and after it.
#[derive(Clone)]
pub(crate) struct SimEvents {
    pub(crate) store: Store<()>,
    pub(crate) events: MemoryEventStore,
}

fn lost(error: mesh_sim::NoAnswer) -> StoreError {
    StoreError::new("SIM", error)
}

#[async_trait(?Send)]
impl BackfillStore for SimEvents {
    async fn count(&self, t: TenantId, range: &BackfillRange) -> Result<u32, StoreError> {
        self.store.read(|()| run(self.events.count(t, range))).await.map_err(lost)?
    }

    async fn candidates(
        &self,
        t: TenantId,
        range: &BackfillRange,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<BackfillCandidate>, StoreError> {
        self.store.read(|()| run(self.events.candidates(t, range, after, limit))).await.map_err(lost)?
    }

    async fn rerun(
        &self,
        t: TenantId,
        candidate: &BackfillCandidate,
        now: Timestamp,
        sweep_at: Timestamp,
    ) -> Result<Option<EventMessage>, StoreError> {
        self.store.write(|()| run(self.events.rerun(t, candidate, now, sweep_at))).await.map_err(lost)?
    }

    async fn last_run(&self, t: TenantId, event_id: EventId) -> Result<Option<u32>, StoreError> {
        self.store.read(|()| run(self.events.last_run(t, event_id))).await.map_err(lost)?
    }
}

/// Puts events on record that were accepted a second apart, all ended but the last one.
fn accepted(world: &World<'_>, tenant: TenantId, count: usize) -> Vec<NewEvent> {
    let make = Fixtures::new(3);
    // A second apart, and all before the simulation begins.
    let first = world.sim.now_ms() - 60_000;
    let id = |n: u64| EventId::from_parts(first + n * 1_000, [3; 10]);
    let events: Vec<_> = (0..count).map(|n| NewEvent { event_id: id(n as u64), ..make.event() }).collect();
    for (n, event) in events.iter().enumerate() {
        run(world.events.insert(tenant, event, None, make.now())).unwrap();
        let last = if n + 1 < count { EventStatus::Processed } else { EventStatus::Processing };
        for status in [EventStatus::Processing, last] {
            let change = EventTransition::to(status);
            run(world.events.transition(tenant, event.event_id, &change, make.now())).unwrap();
        }
    }
    events
}

fn runs(world: &World<'_>, tenant: TenantId, events: &[NewEvent]) -> Vec<u32> {
    let run_of = |event: &NewEvent| run(world.events.last_run(tenant, event.event_id)).unwrap().unwrap();
    events.iter().map(run_of).collect()
}

fn from(events: &[NewEvent], per_minute: u32) -> RequestBackfill {
    let from = Timestamp::from_unix_ms(events[0].event_id.unix_ms());
    RequestBackfill { from, until: None, source: None, kind: None, per_minute: Some(per_minute) }
}

fn ask(world: &World<'_>, key: &str, request: &RequestBackfill) -> String {
    let ask = || {
        let call = world.call().with_idempotency_key(key);
        world.sim.run(world.client.request_backfill(&call, request.clone()))
    };
    answered(ask, |error| matches!(error, WorkflowError::Unavailable { .. })).unwrap().run_id
}

/// Asks for a backfill of so many events, and gives the run's id.
pub(crate) fn begun(world: &World<'_>, events: usize, per_minute: u32) -> String {
    let events = accepted(world, world.tenant, events);
    ask(world, "a", &from(&events, per_minute))
}

fn stands(world: &World<'_>, run_id: &str) -> RunReport {
    let request = GetRun { workflow: "backfill".into(), run_id: run_id.into() };
    let ask = || world.sim.run(world.client.get_run(&world.call(), request.clone()));
    answered(ask, |error| matches!(error, WorkflowError::Unavailable { .. })).unwrap()
}

fn number(json: Option<&String>, name: &str) -> u64 {
    let json: serde_json::Value = serde_json::from_str(json.expect("it is there")).unwrap();
    json[name].as_u64().unwrap()
}

#[test]
fn each_event_of_the_range_that_has_ended_runs_again_and_no_other() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    let stranger = TenantId::from_parts(2, [2; 10]);
    let theirs = {
        let make = Fixtures::new(4);
        let event =
            NewEvent { event_id: EventId::from_parts(sim.now_ms() - 50_000, [4; 10]), ..make.event() };
        run(world.events.insert(stranger, &event, None, make.now())).unwrap();
        for status in [EventStatus::Processing, EventStatus::Processed] {
            run(world.events.transition(stranger, event.event_id, &EventTransition::to(status), make.now()))
                .unwrap();
        }
        [event]
    };
    let events = accepted(&world, world.tenant, 6);
    let id = ask(&world, "a", &from(&events[1..], 60));
    sim.settle();
    let made = stands(&world, &id);
    assert_eq!(made.status, "completed", "{:?}", made.error);
    let of = |name| number(made.output.as_ref(), name);
    assert_eq!((of("total"), of("seen"), of("fed"), of("busy")), (5, 5, 4, 1));
    assert_eq!(
        runs(&world, world.tenant, &events),
        [0, 1, 1, 1, 1, 0],
        "the first is not in it, the last at work"
    );
    assert_eq!(runs(&world, stranger, &theirs), [0], "another tenant's");
    let told: Vec<_> = world.queued.take().iter().map(|message| (message.event_id, message.run)).collect();
    assert_eq!(told, events[1..5].iter().map(|event| (event.event_id, 1)).collect::<Vec<_>>());
}

#[test]
fn the_rate_holds_and_a_pause_holds_it_up() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    let events = accepted(&world, world.tenant, 7);
    let id = ask(&world, "a", &from(&events, 2));
    sim.run_for(Duration::from_secs(30));
    assert_eq!(runs(&world, world.tenant, &events).iter().sum::<u32>(), 2, "two in the first minute");
    assert_eq!(number(stands(&world, &id).progress.as_ref(), "fed"), 2);
    sim.run_for(Duration::from_secs(60));
    assert_eq!(runs(&world, world.tenant, &events).iter().sum::<u32>(), 4);
    let steer = |order| {
        let request = SteerRun { workflow: "backfill".into(), run_id: id.clone(), order };
        sim.run(world.client.steer_run(&world.call(), request)).unwrap().status
    };
    assert_eq!(steer(RunOrder::Pause), "paused");
    sim.run_for(Duration::from_secs(600));
    assert_eq!(runs(&world, world.tenant, &events).iter().sum::<u32>(), 4, "nothing happens meanwhile");
    assert_eq!(steer(RunOrder::Resume), "running");
    sim.settle();
    assert_eq!(runs(&world, world.tenant, &events), [1, 1, 1, 1, 1, 1, 0]);
    assert_eq!(number(stands(&world, &id).output.as_ref(), "fed"), 6);
}

#[test]
fn a_range_that_cannot_be_is_refused_with_its_place() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    let at = Timestamp::from_unix_ms;
    let good = RequestBackfill { from: at(1), until: None, source: None, kind: None, per_minute: None };
    let later = at(sim.now_ms() + 1_000);
    for (request, pointer) in [
        (RequestBackfill { from: later, ..good.clone() }, "/from"),
        (RequestBackfill { until: Some(at(1)), ..good.clone() }, "/from"),
        (RequestBackfill { per_minute: Some(0), ..good.clone() }, "/per_minute"),
        (RequestBackfill { per_minute: Some(601), ..good.clone() }, "/per_minute"),
    ] {
        let refused = sim.run(world.client.request_backfill(&world.call(), request.clone()));
        let Err(CallError::Refused(WorkflowError::Invalid { faults })) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(faults[0].pointer, pointer, "{request:?}");
    }
    assert!(sim.run(world.client.request_backfill(&world.call(), good)).is_ok());
}

/// One backfill of several pages, asked for twice.
fn one(sim: &Sim) {
    let world = World::new(sim);
    let events = accepted(&world, world.tenant, 6);
    let request = from(&events, 2);
    let ids = ["a", "a"].map(|key| ask(&world, key, &request));
    assert_eq!(ids[0], ids[1]);
    for _ in 0..8 {
        sim.run_for(Duration::from_secs(600));
        world.sweep();
    }
    sim.settle();
    let made = stands(&world, &ids[0]);
    assert_eq!(made.status, "completed", "{:?}", made.error);
    let of = |name| number(made.output.as_ref(), name);
    assert_eq!((of("seen"), of("fed"), of("busy")), (6, 5, 1), "{:?}", made.output);
    assert_eq!(runs(&world, world.tenant, &events), [1, 1, 1, 1, 1, 0]);
}

#[test]
fn no_event_runs_again_twice_under_hundreds_of_seeds() {
    Simulation::seeds(0..300).run(one);
}

#[test]
fn no_event_is_left_out_wherever_a_process_stops() {
    let tried = Simulation::every_crash(one);
    assert!(tried.runs > 50, "{tried:?}");
}
