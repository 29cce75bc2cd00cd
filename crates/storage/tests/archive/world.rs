//! Events of two tenants on several days, and the ports that archive them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use app::pipeline::{ArchivePorts, Budget, compact, export, object_key, tidy_up};
use app::ports::{Archive, Clock, EventStore, NewEvent, Random};
use contracts::Timestamp;
use embedded::parquet::ParquetArchive;
use ids::{EventId, TenantId};
use storage::{SqlArchiveLedger, SqlEventStore};
use test_kit::{FakeClock, Faults, Fixtures, MemoryArchive, SeededRandom, run};

use crate::sqlite::Sqlite;

pub(crate) const DAY_MS: u64 = 86_400_000;
/// 2026-11-20T00:00:00Z.
pub(crate) const START_MS: u64 = 1_795_132_800_000;
const BUDGET_MS: u64 = 30_000;

pub(crate) struct World {
    pub(crate) clock: FakeClock,
    pub(crate) faults: Faults,
    /// Without faults, for looks from outside.
    pub(crate) objects: MemoryArchive,
    pub(crate) database: Sqlite,
    pub(crate) tenants: [TenantId; 2],
    pub(crate) ports: ArchivePorts,
    make: Fixtures,
    random: SeededRandom,
    /// Every event that was accepted, with what its row's payload must be.
    pub(crate) accepted: RefCell<BTreeMap<EventId, (TenantId, Option<String>)>>,
}

/// An empty database with all migrations.
pub(crate) fn database() -> Sqlite {
    Sqlite::migrated("data")
}

impl Sqlite {
    /// The same database, whose transactions fail as planned there.
    pub(crate) fn with_faults(&self, faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..self.clone() }
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let (clock, faults) = (FakeClock::at(Timestamp::from_unix_ms(START_MS)), Faults::default());
        let make = Fixtures::new(1);
        let objects = MemoryArchive::default();
        let database = database();
        let failing = Rc::new(objects.failing(&faults));
        let files = Rc::new(ParquetArchive::new(failing.clone()));
        let ports = ArchivePorts {
            objects: failing,
            rows: files.clone(),
            files,
            ledger: Rc::new(SqlArchiveLedger::new(database.with_faults(&faults))),
            clock: Rc::new(clock.clone()),
            random: Rc::new(SeededRandom::new(3)),
        };
        let tenants = [make.tenant(), make.tenant()];
        Self {
            clock,
            faults,
            objects,
            database,
            tenants,
            ports,
            make,
            random: SeededRandom::new(5),
            accepted: RefCell::default(),
        }
    }

    /// Accepts an event now: its bytes and its row, without what comes behind.
    pub(crate) fn accept(&self, tenant: TenantId, body: &[u8]) -> EventId {
        let received_at = self.clock.now();
        let event_id = EventId::from_parts(received_at.unix_ms(), self.random.for_id());
        let sha256 = format!("{:0>64}", self.accepted.borrow().len());
        let event = NewEvent {
            event_id,
            delivery_key: format!("api:{event_id}"),
            object_key: object_key(tenant, received_at, &sha256),
            content_sha256: sha256,
            size_bytes: body.len() as u32,
            received_at,
            ..self.make.event()
        };
        run(self.objects.put(&event.object_key, &event.media_type, body.to_vec())).unwrap();
        let events = SqlEventStore::new(self.database.clone());
        run(events.insert(tenant, &event, None, received_at)).unwrap();
        let payload = String::from_utf8(body.to_vec()).ok().filter(|text| text.len() <= 256 * 1024);
        self.accepted.borrow_mut().insert(event_id, (tenant, payload));
        self.clock.advance(60_000);
        event_id
    }

    /// Two days of events of both tenants, with payloads of every kind.
    pub(crate) fn with_two_days() -> Self {
        let world = Self::new();
        for _day in 0..2 {
            for at in 0..3 {
                world.accept(world.tenants[at % 2], format!("{{\"at\": {at}}}").as_bytes());
            }
            world.accept(world.tenants[0], b"not UTF-8: \xff\xfe");
            world.accept(world.tenants[0], b"");
            world.clock.advance(DAY_MS / 2 + DAY_MS / 4);
        }
        world
    }

    pub(crate) async fn export(&self) {
        // A run that fails is tried again by the next cron.
        let _ = export(&self.ports, Budget::of(&self.clock, BUDGET_MS)).await;
    }

    /// What the nightly cron does.
    pub(crate) async fn upkeep(&self) {
        let _ = compact(&self.ports, Budget::of(&self.clock, BUDGET_MS)).await;
        let _ = tidy_up(&self.ports).await;
    }
}

/// Runs a future for so many turns, looks at the world after each, and lets it die. Says whether it ended before.
pub(crate) fn die_after<F: Future>(turns: usize, future: F, mut look: impl FnMut()) -> bool {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..turns {
        if future.as_mut().poll(&mut context).is_ready() {
            return true;
        }
        look();
    }
    false
}
