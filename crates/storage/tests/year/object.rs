//! A tenant's schedule over its real SQL, which dies before or after any statement, and whose alarm is in the test's hands.

use std::rc::Rc;

use crate::mortal::{Death, Mortal};
use app::ports::{Alarm, Clock, Random, ScheduleStore};
use app::scheduler::{Part, PipelineTasks, SchedulePorts, TenantHeartbeats, TenantJobs, fire_due};
use contracts::pipeline::TasksDispatch;
use contracts::pipeline::work::WorkDispatch;
use contracts::scheduler::{
    HeartbeatsClient, HeartbeatsDispatch, JobsClient, JobsDispatch, PingJob, PingStatus,
};
use contracts::{Actor, TenantCall, TenantScope, Timestamp};
use ids::{JobId, KeyId, TenantId};
use mesh::durable::{Address, Namespace, Storage};
use mesh::loopback::Loopback;
use mesh::{CallContext, Deadline, TraceContext, Transport};
use storage::{SCHEDULE, SqlScheduleStore};
use test_kit::schedule::{FakeTasks, MemoryAlarm, MemoryScheduleRegistry};
use test_kit::{FakeClock, SeededRandom, run};

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
        let database = Mortal::in_memory();
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
