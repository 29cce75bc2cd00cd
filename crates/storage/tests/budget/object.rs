//! A tenant's budget over its real SQL, in a process that dies before or after any statement.

use std::rc::Rc;

use crate::mortal::{Death, Mortal};
use app::budget::{BudgetObject, BudgetPorts};
use app::ports::{Alarm, BudgetStore};
use contracts::{Actor, TenantCall, TenantScope, Timestamp};
use ids::{KeyId, TenantId};
use mesh::durable::Storage;
use mesh::{CallContext, Deadline, TraceContext};
use storage::{SqlBudgetStore, TENANT_BUDGET};
use test_kit::schedule::MemoryAlarm;
use test_kit::{FakeClock, MemoryUsage, SeededRandom, run};

/// How long a hold lasts here.
pub(crate) const HOLD_MS: u64 = 15 * 60 * 1_000;
const START_MS: u64 = 1_795_330_800_000;

pub(crate) struct Object {
    pub(crate) clock: FakeClock,
    pub(crate) usage: MemoryUsage,
    pub(crate) tenant: TenantId,
    alarm: MemoryAlarm,
    database: Mortal,
    random: SeededRandom,
    budget: BudgetObject,
    pub(crate) deaths: u32,
}

impl Object {
    pub(crate) fn new(seed: u64) -> Self {
        let clock = FakeClock::at(Timestamp::from_unix_ms(START_MS));
        let random = SeededRandom::new(seed);
        let database = Mortal::in_memory();
        let (alarm, usage) = (MemoryAlarm::default(), MemoryUsage::default());
        let tenant = TenantId::from_parts(START_MS, [7; 10]);
        let budget = start(&database, tenant, &alarm, &usage, &clock, &random);
        Self { clock, usage, tenant, alarm, database, random, budget, deaths: 0 }
    }

    pub(crate) fn now_ms(&self) -> u64 {
        use app::ports::Clock as _;
        self.clock.now().unix_ms()
    }

    pub(crate) fn store(&self) -> Rc<dyn BudgetStore> {
        Rc::new(SqlBudgetStore::new(Storage::over(self.database.clone())))
    }

    /// Asks the object until it has answered: it may die in the first try, before or after what it does.
    pub(crate) fn ask<T, E: std::fmt::Debug>(
        &mut self,
        mut death: Option<Death>,
        ask: impl AsyncFn(&BudgetObject, &TenantCall) -> Result<T, E>,
    ) -> Result<T, E> {
        loop {
            self.database.death.set(death.take());
            let answer = run(ask(&self.budget, &self.context()));
            self.database.death.set(None);
            if !self.database.dead.get() {
                return answer;
            }
            // Whatever it answered is lost with it.
            self.restart();
        }
    }

    /// The alarm's handler is called if it is time; the process may die in it, and the platform calls another's.
    pub(crate) fn ring(&mut self, mut death: Option<Death>) {
        while self.alarm.ring(self.clock.now_in_test()) {
            self.database.death.set(death.take());
            let _ = run(self.budget.alarm());
            self.database.death.set(None);
            if self.database.dead.get() {
                self.restart();
                run(self.alarm.set(Some(self.clock.now_in_test()))).unwrap();
            }
        }
    }

    pub(crate) fn restart(&mut self) {
        self.deaths += 1;
        self.database.dead.set(false);
        self.budget = start(&self.database, self.tenant, &self.alarm, &self.usage, &self.clock, &self.random);
    }

    pub(crate) fn alarm_ms(&self) -> Option<u64> {
        self.alarm.at().map(Timestamp::unix_ms)
    }

    fn context(&self) -> TenantCall {
        let scope = TenantScope { tenant: self.tenant, actor: Actor::Key(KeyId::from_parts(1, [3; 10])) };
        let deadline = Deadline::after(self.now_ms(), 10_000);
        CallContext::new(scope, TraceContext::from_random([8; 24]), deadline, "pipeline")
    }
}

trait NowInTest {
    fn now_in_test(&self) -> Timestamp;
}

impl NowInTest for FakeClock {
    fn now_in_test(&self) -> Timestamp {
        app::ports::Clock::now(self)
    }
}

fn start(
    database: &Mortal,
    tenant: TenantId,
    alarm: &MemoryAlarm,
    usage: &MemoryUsage,
    clock: &FakeClock,
    random: &SeededRandom,
) -> BudgetObject {
    let storage = Storage::over(database.clone());
    TENANT_BUDGET.run(&storage).unwrap();
    BudgetObject::new(BudgetPorts {
        tenant,
        store: Rc::new(SqlBudgetStore::new(storage)),
        alarm: Rc::new(alarm.clone()),
        usage: Rc::new(usage.clone()),
        clock: Rc::new(clock.clone()),
        random: Rc::new(random.clone()),
        spend: None,
        hold_ms: HOLD_MS,
    })
}
