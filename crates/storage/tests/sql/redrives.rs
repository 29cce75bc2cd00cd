//! Groups of dead letters and redrives over SQL: counts are kept by triggers, a redrive goes on where it was cut off.

use std::cell::RefCell;
use std::rc::Rc;

use app::pipeline::{RedrivePorts, RedriveSweep, RedrivesService, ReplayPorts, continue_redrives};
use app::ports::{Clock, DeadLetterStore, EventStore, EventTransition, LetterGroup, NewDeadLetter};
use async_trait::async_trait;
use contracts::pipeline::redrives::{
    GetGroup, GetRedrive, ListGroups, RedriveError, RedriveReport, Redrives, StartRedrive,
};
use contracts::{OperatorCall, OperatorScope, Timestamp};
use domain::{DeathCause, EventStatus};
use ids::{DeadLetterId, EventId, TenantId};
use mesh::{CallContext, Deadline, Runtime, TraceContext};
use storage::{SqlDatabase, SqlDeadLetterStore, SqlEventStore, Statement};
use test_kit::{FakeClock, Fixtures, MemoryQueue, SeededRandom, run};

use crate::sqlite::Sqlite;

/// After all that fixtures make.
const NOW: u64 = 1_900_000_000_000;

/// Time passes while somebody waits; says for how long they did.
#[derive(Clone, Default)]
struct Waits(FakeClock, Rc<RefCell<Vec<u64>>>);

#[async_trait(?Send)]
impl Runtime for Waits {
    fn now_ms(&self) -> u64 {
        self.0.now().unix_ms()
    }

    async fn sleep(&self, milliseconds: u64) {
        self.1.borrow_mut().push(milliseconds);
        self.0.set(Timestamp::from_unix_ms(self.now_ms() + milliseconds));
    }

    fn random(&self) -> u64 {
        0
    }
}

struct World {
    database: Sqlite,
    make: Fixtures,
    queue: MemoryQueue,
    waits: Waits,
    service: RedrivesService,
}

impl World {
    fn new() -> Self {
        let database = Sqlite::migrated("data");
        let clock = FakeClock::at(Timestamp::from_unix_ms(NOW));
        let waits = Waits(clock.clone(), Rc::default());
        let queue = MemoryQueue::default();
        let letters = Rc::new(SqlDeadLetterStore::new(database.clone()));
        let replay =
            ReplayPorts { letters: letters.clone(), queue: Rc::new(queue.clone()), clock: Rc::new(clock) };
        let ports = RedrivePorts { replay, redrives: letters, runtime: Rc::new(waits.clone()) };
        let service = RedrivesService { ports, random: Rc::new(SeededRandom::new(3)) };
        Self { database, make: Fixtures::new(40), queue, waits, service }
    }

    fn call(&self) -> OperatorCall {
        let scope = OperatorScope { operator: "person:ada@example.com".into() };
        CallContext::new(scope, TraceContext::from_random([6; 24]), Deadline::after(NOW, 60_000), "admin")
    }

    /// An event that failed at a step.
    fn died(&self, tenant: TenantId, fingerprint: &str) -> (EventId, DeadLetterId) {
        let (events, event, now) =
            (SqlEventStore::new(self.database.clone()), self.make.event(), self.make.now());
        run(events.insert(tenant, &event, None, now)).unwrap();
        let mut random = [0; 10];
        let name = event.event_id.to_string();
        random.copy_from_slice(&name.as_bytes()[name.len() - 10..]);
        let letter = NewDeadLetter {
            letter_id: DeadLetterId::from_parts(now.unix_ms(), random),
            cause: DeathCause::Workflow,
            workflow: Some("weft-call-ingest".into()),
            step: Some("load".into()),
            errors: vec!["step `load`: every try failed".into(), format!("no object `raw/{name}`")],
            attempts: 3,
            message: None,
            group: Some(LetterGroup { fingerprint: fingerprint.into(), pattern: "no object `#`".into() }),
            dead_at: now,
            expires_at: Timestamp::from_unix_ms(now.unix_ms() + 1_000_000_000_000),
        };
        let change = EventTransition {
            run: Some(0),
            letter: Some(Box::new(letter.clone())),
            ..EventTransition::to(EventStatus::Failed)
        };
        assert_eq!(run(events.transition(tenant, event.event_id, &change, now)), Ok(true));
        (event.event_id, letter.letter_id)
    }

    fn execute(&self, sql: &str, value: impl Into<storage::Value>) {
        run(self.database.query(Statement::new(sql, vec![value.into()]))).unwrap();
    }

    fn start(
        &self,
        key: &str,
        tenant: Option<TenantId>,
        per_second: u32,
    ) -> Result<RedriveReport, RedriveError> {
        let call = self.call().with_idempotency_key(key);
        run(self.service.start_redrive(&call, StartRedrive { fingerprint: "a".into(), tenant, per_second }))
    }

    fn go_on(&self, for_ms: u64) -> RedriveSweep {
        run(continue_redrives(&self.service.ports, for_ms)).unwrap()
    }

    fn group(&self) -> (u32, u32, u32) {
        let groups = run(self.service.list_groups(&self.call(), ListGroups { limit: 10 })).unwrap();
        let group = groups.items.into_iter().find(|group| group.fingerprint == "a");
        group.map_or((0, 0, 0), |group| (group.letters, group.waiting, group.tenants))
    }
}

#[test]
fn letters_are_counted_by_what_they_died_of() {
    let world = World::new();
    let (ours, theirs) = (world.make.tenant(), world.make.tenant());
    let (event, first) = world.died(ours, "a");
    world.died(ours, "a");
    let (_, last) = world.died(theirs, "a");
    world.died(theirs, "b");
    assert_eq!(world.group(), (3, 3, 2));
    let request = GetGroup { fingerprint: "a".into(), tenant: None };
    let detail = run(world.service.get_group(&world.call(), request.clone())).unwrap();
    assert_eq!((detail.group.sample, &*detail.group.pattern), (last, "no object `#`"));
    let of = |at: usize| (detail.tenants[at].tenant, detail.tenants[at].letters);
    assert_eq!((of(0), of(1)), ((ours, 2), (theirs, 1)));

    // One is replayed, one forgotten, a tenant erased.
    let replay = app::ports::Replay { at: world.make.now(), by: "x".into() };
    let letters = SqlDeadLetterStore::new(world.database.clone());
    run(letters.replay(ours, event, first, &replay)).unwrap();
    assert_eq!(world.group(), (3, 2, 2));
    world.execute("DELETE FROM dead_letters WHERE id = ?1", last);
    assert_eq!(world.group(), (2, 1, 1), "the other tenant has none any more");
    world.execute("DELETE FROM dead_letters WHERE tenant_id = ?1", ours);
    assert!(matches!(run(world.service.get_group(&world.call(), request)), Err(RedriveError::NotFound)));
}

#[test]
fn letters_of_before_get_their_group_later() {
    let world = World::new();
    world.died(world.make.tenant(), "a");
    world.died(world.make.tenant(), "b");
    world.execute("DELETE FROM dead_letter_groups WHERE fingerprint != ?1", "");
    world.execute("DELETE FROM dead_letter_group_tenants WHERE fingerprint != ?1", "");
    world.execute("UPDATE dead_letters SET fingerprint = NULL, pattern = NULL WHERE id != ?1", "");
    assert_eq!(world.go_on(0).grouped, 2);
    assert_eq!(world.go_on(0).grouped, 0);
    let groups = run(world.service.list_groups(&world.call(), ListGroups { limit: 10 })).unwrap().items;
    assert_eq!(groups.len(), 1, "both died of the same: {groups:?}");
    assert_eq!((groups[0].letters, groups[0].waiting, groups[0].tenants), (2, 2, 2));
    assert_eq!(groups[0].pattern, "no object `#`");
}

#[test]
fn a_redrive_replays_so_many_a_second_each_once_and_says_what_became_of_them() {
    let world = World::new();
    let (ours, theirs) = (world.make.tenant(), world.make.tenant());
    let died: Vec<_> = (0..5).map(|_| world.died(ours, "a")).collect();
    let foreign = world.died(theirs, "a");
    // One of them is at work again already, by somebody's backfill.
    world.execute("UPDATE events SET status = 'processing' WHERE id = ?1", died[3].0);

    let begun = world.start("k", Some(ours), 2).unwrap();
    assert_eq!((&*begun.status, begun.total, begun.begun), ("running", 5, 2), "the first second's at once");
    assert_eq!(world.start("k", Some(ours), 2).unwrap().redrive_id, begun.redrive_id, "asked again");
    assert!(matches!(world.start("k", None, 2), Err(RedriveError::KeyReused)));
    assert_eq!(world.queue.take().len(), 2);

    assert_eq!(world.go_on(10_000), RedriveSweep::default(), "the second is not over");
    world.waits.0.set(Timestamp::from_unix_ms(NOW + 1_000));
    let sweep = world.go_on(10_000);
    assert_eq!((sweep.begun, sweep.refused, sweep.ended), (2, 1, 1));
    assert_eq!(*world.waits.1.borrow(), [1_000], "between two pages");
    let request = GetRedrive { redrive_id: begun.redrive_id, after: None, limit: 10 };
    let detail = run(world.service.get_redrive(&world.call(), request)).unwrap();
    assert_eq!((&*detail.redrive.status, detail.redrive.begun, detail.redrive.refused), ("done", 4, 1));
    assert_eq!(detail.letters.len(), 5);
    for letter in &detail.letters {
        let refused = letter.event_id == died[3].0;
        assert_eq!((letter.run, letter.detail.is_some()), ((!refused).then_some(1), refused), "{letter:?}");
        assert_eq!(letter.tenant, ours);
    }
    assert!(detail.letters.iter().all(|letter| letter.letter_id != foreign.1));
    assert_eq!(world.group(), (6, 2, 2), "the refused one and the other tenant's still wait");
    assert_eq!(world.queue.take().len(), 2, "each event once");
}

#[test]
fn one_that_is_cut_off_goes_on_and_one_that_is_stopped_does_not() {
    let world = World::new();
    let ours = world.make.tenant();
    for _ in 0..4 {
        world.died(ours, "a");
    }
    let begun = world.start("k", None, 1).unwrap();
    // The Worker that went on with it has replayed the next one, and ends before it can say so.
    world.waits.0.set(Timestamp::from_unix_ms(NOW + 2_000));
    world.execute("UPDATE redrives SET leased_until = ?1", (NOW + 90_000) as f64);
    let (now, store) = (Timestamp::from_unix_ms(NOW + 2_000), &world.service.ports.redrives);
    let record = run(store.redrive(begun.redrive_id)).unwrap().unwrap();
    let next = run(store.letters_after(&record, 1)).unwrap()[0];
    let letter = run(world.service.ports.replay.letters.get(next)).unwrap().unwrap();
    let replay = app::ports::Replay { at: now, by: "person:ada@example.com".into() };
    run(world.service.ports.replay.letters.replay(ours, letter.event_id.unwrap(), next, &replay)).unwrap();
    assert_eq!(world.go_on(0), RedriveSweep::default(), "nobody else goes on while it is taken");

    world.waits.0.set(Timestamp::from_unix_ms(NOW + 90_000));
    assert_eq!(world.go_on(0).begun, 1, "what was replayed counts, and is not replayed again");
    let request = GetRedrive { redrive_id: begun.redrive_id, after: None, limit: 1 };
    let stopped = run(world.service.stop_redrive(&world.call(), request)).unwrap();
    assert_eq!((&*stopped.status, stopped.begun), ("stopped", 2));
    assert_eq!(stopped.ended_by.as_deref(), Some("person:ada@example.com"));
    world.waits.0.set(Timestamp::from_unix_ms(NOW + 200_000));
    assert_eq!(world.go_on(60_000), RedriveSweep::default());
    assert_eq!(world.group(), (4, 2, 1));
}

#[test]
fn what_cannot_be_redriven_says_why() {
    let world = World::new();
    assert!(matches!(world.start("k", None, 5), Err(RedriveError::NotFound)));
    world.died(world.make.tenant(), "a");
    for rate in [0, 51] {
        assert!(matches!(world.start("k", None, rate), Err(RedriveError::Invalid { .. })), "{rate}");
    }
    world.execute("UPDATE dead_letter_groups SET cause = ?1", "unreadable");
    assert!(matches!(world.start("k", None, 5), Err(RedriveError::Invalid { .. })));
}

#[test]
fn no_question_about_groups_or_redrives_walks_a_table() {
    let world = World::new();
    let ours = world.make.tenant();
    world.died(ours, "a");
    world.start("k", Some(ours), 1).unwrap();
    world.go_on(0);
    run(world.service.list_groups(&world.call(), ListGroups { limit: 10 })).unwrap();
    for statement in world.database.take_statements().into_iter().filter(|it| it.sql.contains("redrive")) {
        for step in world.database.plan(&statement) {
            let walks =
                step.starts_with("SCAN") && !step.contains("CONSTANT ROW") && !step.contains("json_each");
            assert!(!walks, "{}: {step}", statement.sql);
        }
    }
}
