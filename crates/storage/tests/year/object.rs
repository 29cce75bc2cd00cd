//! A tenant's schedule over its real SQL, which dies before or after any statement, and whose alarm is in the test's hands.

use std::cell::Cell;
use std::rc::Rc;

use app::ports::{Alarm, Clock, Random, ScheduleStore};
use app::scheduler::{Part, PipelineTasks, SchedulePorts, TenantHeartbeats, TenantJobs, fire_due};
use contracts::pipeline::TasksDispatch;
use contracts::pipeline::work::WorkDispatch;
use contracts::scheduler::{
    HeartbeatsClient, HeartbeatsDispatch, JobsClient, JobsDispatch, PingJob, PingStatus,
};
use contracts::{Actor, TenantCall, TenantScope, Timestamp};
use ids::{JobId, KeyId, TenantId};
use mesh::durable::{Address, Database, End, Namespace, Rows, Storage, Value};
use mesh::loopback::Loopback;
use mesh::{CallContext, Deadline, TraceContext, Transport};
use mesh_sim::durable::SqliteDatabase;
use storage::{SCHEDULE, SqlScheduleStore};
use test_kit::schedule::{FakeTasks, MemoryAlarm, MemoryScheduleRegistry};
use test_kit::{FakeClock, SeededRandom, run};

/// When the process dies: before or after the statement of this number from now on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Death {
    Before(u32),
    After(u32),
}

/// A database whose process may die. What was committed stays.
#[derive(Clone)]
struct Mortal {
    database: SqliteDatabase,
    death: Rc<Cell<Option<Death>>>,
    dead: Rc<Cell<bool>>,
}

const DEAD: &str = "the process is dead";

impl Mortal {
    /// Counts one statement; says whether the process dies after it.
    fn step(&self) -> Result<bool, String> {
        if self.dead.get() {
            return Err(DEAD.into());
        }
        let (next, now) = match self.death.get() {
            None => return Ok(false),
            Some(Death::Before(0)) => (None, Some(true)),
            Some(Death::After(0)) => (None, Some(false)),
            Some(Death::Before(left)) => (Some(Death::Before(left - 1)), None),
            Some(Death::After(left)) => (Some(Death::After(left - 1)), None),
        };
        self.death.set(next);
        self.dead.set(now.is_some());
        if now == Some(true) { Err(DEAD.into()) } else { Ok(now.is_some()) }
    }
}

impl Database for Mortal {
    fn exec(&self, sql: &str, values: &[Value]) -> Result<Rows, String> {
        let last = self.step()?;
        let rows = self.database.exec(sql, values)?;
        if last { Err(DEAD.into()) } else { Ok(rows) }
    }

    fn script(&self, sql: &str) -> Result<(), String> {
        self.database.script(sql)
    }

    fn transaction(&self, body: &mut dyn FnMut() -> End) -> Result<(), String> {
        let last = self.step()?;
        // Dying after it means after its end, which the statements inside must not count.
        self.dead.set(false);
        let done = self.database.transaction(body);
        self.dead.set(self.dead.get() || last);
        done.and(if last { Err(DEAD.into()) } else { Ok(()) })
    }

    fn size(&self) -> u64 {
        self.database.size()
    }
}

pub(crate) struct Object {
    pub(crate) clock: FakeClock,
    pub(crate) pipeline: FakeTasks,
    pub(crate) tenant: TenantId,
    pub(crate) alarm: MemoryAlarm,
    database: Mortal,
    random: SeededRandom,
    ports: SchedulePorts,
    pub(crate) jobs: JobsClient<Loopback>,
    heartbeats: HeartbeatsClient<Loopback>,
}

impl Object {
    pub(crate) fn new(start_ms: u64, seed: u64) -> Self {
        let clock = FakeClock::at(Timestamp::from_unix_ms(start_ms));
        let random = SeededRandom::new(seed);
        let database = Mortal {
            database: SqliteDatabase::in_memory().unwrap(),
            death: Rc::default(),
            dead: Rc::default(),
        };
        let (pipeline, alarm) = (FakeTasks::default(), MemoryAlarm::default());
        let ports = ports(&clock, &random, &database, &pipeline, &alarm);
        let (jobs, heartbeats) = start(&ports, &clock);
        let tenant = TenantId::from_parts(start_ms, random.for_id());
        Self { clock, pipeline, tenant, alarm, database, random, ports, jobs, heartbeats }
    }

    pub(crate) fn context(&self) -> TenantCall {
        let scope = TenantScope { tenant: self.tenant, actor: Actor::Key(KeyId::from_parts(1, [3; 10])) };
        let deadline = Deadline::after(self.clock.now().unix_ms(), 10_000);
        CallContext::new(scope, TraceContext::from_random([8; 24]), deadline, "gateway")
    }

    pub(crate) fn store(&self) -> Rc<dyn ScheduleStore> {
        self.ports.store.clone()
    }

    /// Another instance over what is stored.
    pub(crate) fn restart(&mut self) {
        self.database.dead.set(false);
        self.database.death.set(None);
        self.ports = ports(&self.clock, &self.random, &self.database, &self.pipeline, &self.alarm);
        (self.jobs, self.heartbeats) = start(&self.ports, &self.clock);
    }

    /// A client pings; the process may die in it, and the client then tries again until it hears that it was heard.
    pub(crate) fn ping(&mut self, job_id: JobId, death: Option<Death>) {
        self.database.death.set(death);
        let ping = PingJob { job_id, status: PingStatus::Success, message: None };
        while run(self.heartbeats.ping_job(&self.context(), ping.clone())).is_err() {
            assert!(self.database.dead.get(), "it was refused by one that lives");
            self.restart();
        }
        if self.database.dead.get() {
            self.restart();
        }
        self.database.death.set(None);
    }

    /// The alarm's handler is called; the process may die in it, and the platform then calls another's.
    pub(crate) fn ring(&mut self, death: Option<Death>) {
        self.database.death.set(death);
        let now = self.clock.now();
        let _ = run(fire_due(&self.ports));
        let died = self.database.dead.get();
        self.database.death.set(None);
        if died {
            self.restart();
            run(self.alarm.set(Some(now))).unwrap();
        }
    }
}

fn ports(
    clock: &FakeClock,
    random: &SeededRandom,
    database: &Mortal,
    pipeline: &FakeTasks,
    alarm: &MemoryAlarm,
) -> SchedulePorts {
    let storage = Storage::over(database.clone());
    SCHEDULE.run(&storage).unwrap();
    let shared: Rc<dyn Clock> = Rc::new(clock.clone());
    let tasks = loopback(TasksDispatch(pipeline.clone()), clock);
    let work = loopback(WorkDispatch(pipeline.clone()), clock);
    SchedulePorts {
        store: Rc::new(SqlScheduleStore::new(storage)),
        registry: Rc::new(MemoryScheduleRegistry::default()),
        alarm: Rc::new(alarm.clone()),
        tasks: Rc::new(PipelineTasks::over(tasks, work, shared.clone())),
        clock: shared,
        random: Rc::new(random.clone()),
        part: Part::named("schedule", Rc::new(NoOthers)),
    }
}

/// The tenant's jobs fit into its one object.
struct NoOthers;

impl Namespace for NoOthers {
    fn object(&self, address: &Address) -> Rc<dyn Transport> {
        panic!("nothing is asked of `{address}`")
    }
}

fn start(ports: &SchedulePorts, clock: &FakeClock) -> (JobsClient<Loopback>, HeartbeatsClient<Loopback>) {
    let jobs = TenantJobs::start(ports.clone()).unwrap();
    let heartbeats = HeartbeatsDispatch(TenantHeartbeats(jobs.clone()));
    (
        JobsClient::over(loopback(JobsDispatch(jobs), clock)),
        HeartbeatsClient::over(loopback(heartbeats, clock)),
    )
}

fn loopback(callee: impl mesh::Dispatch + 'static, clock: &FakeClock) -> Loopback {
    let clock = clock.clone();
    Loopback::new(callee, move || clock.now().unix_ms())
}
