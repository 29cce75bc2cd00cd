//! The scheduler and a pipeline, with time in the test's hands.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use app::ports::{Clock, Random, ScheduleObject, ScheduleStore};
use app::scheduler::{
    HeartbeatsRouter, JobsRouter, Part, PipelineTasks, ScansService, ScheduleDispatch, SchedulePorts,
    TenantJobs, TenantUpkeep, WatchReport, attend_schedules, fire_due,
};
use contracts::pipeline::TasksDispatch;
use contracts::pipeline::work::WorkDispatch;
use contracts::scheduler::{
    Calendar, CreateJob, GetJob, HeartbeatsClient, HeartbeatsDispatch, Job, JobError, JobRun, JobsClient,
    JobsDispatch, ListRuns, Policy, RetryPolicy, ScansClient, ScansDispatch, Schedule, Task,
};
use contracts::{Actor, OperatorCall, OperatorScope, TenantCall, TenantScope, Timestamp};
use ids::{JobId, KeyId, TenantId};
use mesh::durable::{Address, Namespace};
use mesh::loopback::Loopback;
use mesh::{CallContext, CallError, Deadline, TraceContext, Transport};
use test_kit::schedule::{FakeTasks, MemoryAlarm, MemoryScheduleRegistry, MemoryScheduleStore};
use test_kit::{FakeClock, Faults, SeededRandom, run};

/// The time at which every world begins.
pub(crate) const START: u64 = 1_795_330_800_000;
pub(crate) const SECOND: u64 = 1_000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;

pub(crate) struct World {
    pub(crate) clock: FakeClock,
    pub(crate) pipeline: FakeTasks,
    pub(crate) faults: Faults,
    pub(crate) tenant: TenantId,
    pub(crate) jobs: JobsClient<Loopback>,
    pub(crate) registry: MemoryScheduleRegistry,
    objects: Rc<Objects>,
}

/// The tenants' objects, each made at its first call.
struct Objects {
    me: Weak<Self>,
    room: Cell<u32>,
    clock: FakeClock,
    random: SeededRandom,
    pipeline: FakeTasks,
    registry: MemoryScheduleRegistry,
    faults: Faults,
    all: RefCell<BTreeMap<String, Object>>,
}

#[derive(Clone)]
struct Object {
    ports: SchedulePorts,
    alarm: MemoryAlarm,
    upkeep: TenantUpkeep,
    transport: Rc<dyn Transport>,
}

impl Objects {
    fn start(&self, address: &Address, mut ports: SchedulePorts, alarm: MemoryAlarm) -> Object {
        ports.part = Part::named(address.name(), self.me.upgrade().unwrap()).with_room(self.room.get());
        let jobs = TenantJobs::start(ports.clone()).unwrap();
        let upkeep = TenantUpkeep::new(ports.clone());
        let services = ScheduleDispatch::new((), jobs, upkeep.clone());
        let transport = Rc::new(loopback(services, &self.clock));
        Object { ports, alarm, upkeep, transport }
    }

    fn made(&self, address: &Address) -> Object {
        let mut all = self.all.borrow_mut();
        let make = || {
            let alarm = MemoryAlarm::with_faults(&self.faults);
            let clock: Rc<dyn Clock> = Rc::new(self.clock.clone());
            let pipeline = loopback(TasksDispatch(self.pipeline.clone()), &self.clock);
            let work = loopback(WorkDispatch(self.pipeline.clone()), &self.clock);
            let ports = SchedulePorts {
                store: Rc::new(MemoryScheduleStore::with_faults(&self.faults)),
                registry: Rc::new(self.registry.clone()),
                alarm: Rc::new(alarm.clone()),
                tasks: Rc::new(PipelineTasks::over(pipeline, work, clock.clone())),
                clock,
                random: Rc::new(self.random.clone()),
                part: Part::named(address.name(), self.me.upgrade().unwrap()),
            };
            self.start(address, ports, alarm)
        };
        all.entry(address.as_str().to_owned()).or_insert_with(make).clone()
    }
}

impl Namespace for Objects {
    fn object(&self, address: &Address) -> Rc<dyn Transport> {
        self.made(address).transport
    }
}

fn loopback(callee: impl mesh::Dispatch + 'static, clock: &FakeClock) -> Loopback {
    let clock = clock.clone();
    Loopback::new(callee, move || clock.now().unix_ms())
}

fn address(tenant: TenantId) -> Address {
    part_address(tenant, 0)
}

fn part_address(tenant: TenantId, part: u16) -> Address {
    let name = if part == 0 { "schedule".to_owned() } else { format!("schedule-{part}") };
    Address::of(&TenantScope { tenant, actor: Actor::Service("scheduler".into()) }, &name)
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = FakeClock::at(Timestamp::from_unix_ms(START));
        let random = SeededRandom::new(5);
        let (pipeline, faults) = (FakeTasks::default(), Faults::default());
        let registry = MemoryScheduleRegistry::with_faults(&faults);
        let tenant = TenantId::from_parts(START, random.for_id());
        let objects = Rc::new_cyclic(|me| Objects {
            me: me.clone(),
            room: Cell::new(u32::MAX),
            clock: clock.clone(),
            random,
            pipeline: pipeline.clone(),
            registry: registry.clone(),
            faults: faults.clone(),
            all: RefCell::default(),
        });
        let jobs = JobsClient::over(loopback(JobsDispatch(JobsRouter(objects.clone())), &clock));
        // Started before a test plans failures: an object that cannot start is not what they are about.
        objects.made(&address(tenant));
        Self { clock, pipeline, faults, tenant, jobs, registry, objects }
    }

    pub(crate) fn another_tenant(&self) -> TenantId {
        TenantId::from_parts(START, self.objects.random.for_id())
    }

    pub(crate) fn context_of(&self, tenant: TenantId) -> TenantCall {
        let scope = TenantScope { tenant, actor: Actor::Key(KeyId::from_parts(START, [3; 10])) };
        let deadline = Deadline::after(self.clock.now().unix_ms(), 10_000);
        CallContext::new(scope, TraceContext::from_random([8; 24]), deadline, "gateway")
    }

    pub(crate) fn context(&self) -> TenantCall {
        self.context_of(self.tenant)
    }

    pub(crate) fn create(&self, request: CreateJob) -> Result<Job, CallError<JobError>> {
        run(self.jobs.create_job(&self.context(), request))
    }

    pub(crate) fn create_with_key(&self, key: &str, request: CreateJob) -> Result<Job, CallError<JobError>> {
        run(self.jobs.create_job(&self.context().with_idempotency_key(key), request))
    }

    pub(crate) fn job(&self, job_id: JobId) -> Job {
        run(self.jobs.get_job(&self.context(), GetJob { job_id })).unwrap()
    }

    pub(crate) fn pause(&self, job_id: JobId) -> Job {
        run(self.jobs.pause_job(&self.context(), GetJob { job_id })).unwrap()
    }

    pub(crate) fn resume(&self, job_id: JobId) -> Job {
        run(self.jobs.resume_job(&self.context(), GetJob { job_id })).unwrap()
    }

    pub(crate) fn run_now(&self, job_id: JobId) -> JobRun {
        run(self.jobs.run_job(&self.context(), GetJob { job_id })).unwrap()
    }

    /// All runs of a job, oldest first.
    pub(crate) fn runs(&self, job_id: JobId) -> Vec<JobRun> {
        let request = ListRuns { job_id, before: None, limit: 200, outcome: None };
        let mut runs = run(self.jobs.list_runs(&self.context(), request)).unwrap().items;
        runs.reverse();
        runs
    }

    /// The nominal times of the events that a job gave rise to, in seconds from the start; in order.
    pub(crate) fn fired_at(&self, job_id: JobId) -> Vec<u64> {
        let prefix = format!("{job_id}:");
        let events = self.pipeline.events(self.tenant).into_iter();
        let times = events.filter_map(|(key, _)| key.strip_prefix(&prefix)?.parse::<u64>().ok());
        times.map(|time| (time - START) / SECOND).collect()
    }

    /// Each object has room for so many jobs from now on. Those that run start again.
    pub(crate) fn with_room(self, room: u32) -> Self {
        self.objects.room.set(room);
        let all: Vec<_> = self.objects.all.take().into_iter().collect();
        for (name, Object { ports, alarm, .. }) in all {
            let address = Address::parse(&name).unwrap();
            let started = self.objects.start(&address, ports, alarm);
            self.objects.all.borrow_mut().insert(name, started);
        }
        self
    }

    /// The store of one of the tenant's objects.
    pub(crate) fn store_of(&self, part: u16) -> Rc<dyn ScheduleStore> {
        self.objects.made(&part_address(self.tenant, part)).ports.store
    }

    /// The alarm of one of the tenant's objects rings, if it is due.
    pub(crate) fn ring_part(&self, part: u16) {
        let object = self.objects.made(&part_address(self.tenant, part));
        if object.alarm.ring(self.clock.now()) {
            run(fire_due(&object.ports)).unwrap();
        }
    }

    /// The tenant's object itself, past the router that chooses it.
    pub(crate) fn object(&self) -> JobsClient<Rc<dyn Transport>> {
        JobsClient::over(self.objects.made(&address(self.tenant)).transport)
    }

    /// The tenant's store, to fill it with more than calls could.
    pub(crate) fn store(&self) -> Rc<dyn ScheduleStore> {
        self.objects.made(&address(self.tenant)).ports.store
    }

    /// When the tenant's alarm will ring.
    pub(crate) fn alarm(&self) -> Option<Timestamp> {
        self.objects.made(&address(self.tenant)).alarm.at()
    }

    /// The platform loses the alarm, or sets it to another time.
    pub(crate) fn set_alarm(&self, at: Option<Timestamp>) {
        run(self.objects.made(&address(self.tenant)).ports.alarm.set(at)).unwrap();
    }

    /// The object of one tenant holds the schedule of another, which must not happen.
    pub(crate) fn claim_for(&self, tenant: TenantId, owner: TenantId) {
        self.objects.made(&address(tenant)).ports.store.claim(owner).unwrap();
    }

    /// The alarm's handler is at work until what this gives goes.
    pub(crate) fn ringing(&self) -> app::scheduler::Ringing {
        self.objects.made(&address(self.tenant)).upkeep.ringing()
    }

    /// What operators ask, through the real encoding.
    pub(crate) fn scans(&self) -> ScansClient<Loopback> {
        let service =
            ScansService { registry: Rc::new(self.registry.clone()), objects: self.objects.clone() };
        ScansClient::over(loopback(ScansDispatch(service), &self.clock))
    }

    /// Heartbeats, through the real encoding.
    pub(crate) fn heartbeats(&self) -> HeartbeatsClient<Loopback> {
        let service =
            HeartbeatsRouter { registry: Rc::new(self.registry.clone()), objects: self.objects.clone() };
        HeartbeatsClient::over(loopback(HeartbeatsDispatch(service), &self.clock))
    }

    /// How many objects there are, of whichever tenant.
    pub(crate) fn object_count(&self) -> usize {
        self.objects.all.borrow().len()
    }

    /// An operator's call.
    pub(crate) fn operator(&self) -> OperatorCall {
        let scope = OperatorScope { operator: "person:ada@example.com".into() };
        let deadline = Deadline::after(self.clock.now().unix_ms(), 10_000);
        CallContext::new(scope, TraceContext::from_random([9; 24]), deadline, "admin")
    }

    /// A sweep of the watchdog.
    pub(crate) fn watch(&self) -> WatchReport {
        let objects: Rc<dyn Namespace> = self.objects.clone();
        let sweep = attend_schedules(&self.registry, &objects, &self.clock, &self.objects.random);
        run(sweep).unwrap()
    }

    /// Lets time pass, with the alarm ringing whenever it is due.
    pub(crate) fn pass(&self, milliseconds: u64) {
        let end = Timestamp::from_unix_ms(self.clock.now().unix_ms() + milliseconds);
        while let Some(at) = self.alarm().filter(|at| *at <= end) {
            self.clock.set(at.max(self.clock.now()));
            self.ring();
        }
        self.clock.set(end);
    }

    /// Lets time pass with nobody there.
    pub(crate) fn be_down(&self, milliseconds: u64) {
        self.clock.advance(milliseconds);
    }

    /// Rings the alarm if it is due. As on the platform, a handler that fails is called again.
    pub(crate) fn ring(&self) {
        let object = self.objects.made(&address(self.tenant));
        if object.alarm.ring(self.clock.now()) {
            let called = (0..6).any(|_| run(fire_due(&object.ports)).is_ok());
            assert!(called, "the alarm's handler failed six times");
        }
    }

    /// Rings the alarm, and has the object die after so many turns of its handler. Says whether it died; if not, the
    /// handler ended before.
    pub(crate) fn die_while_ringing(&self, turns: usize) -> bool {
        let object = self.objects.made(&address(self.tenant));
        let before = object.alarm.at();
        assert!(object.alarm.ring(self.clock.now()), "it is not due");
        let mut handler = Box::pin(fire_due(&object.ports));
        let mut waker = std::task::Context::from_waker(std::task::Waker::noop());
        for _ in 0..turns {
            if handler.as_mut().poll(&mut waker).is_ready() {
                return false;
            }
        }
        drop(handler);
        // The platform calls an interrupted handler again, unless the alarm was set to something else meanwhile.
        if object.alarm.at().is_none() {
            run(object.ports.alarm.set(before)).unwrap();
        }
        self.restart();
        true
    }

    /// The tenant's object goes away and starts again over what it stored.
    pub(crate) fn restart(&self) {
        let Object { ports, alarm, .. } = self.objects.made(&address(self.tenant));
        let started = self.objects.start(&address(self.tenant), ports, alarm);
        self.objects.all.borrow_mut().insert(address(self.tenant).as_str().to_owned(), started);
    }

    pub(crate) fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How many calls of stores and alarms there were.
    pub(crate) fn operations(&self) -> u32 {
        self.faults.calls("")
    }
}

pub(crate) fn every(interval_ms: u64) -> CreateJob {
    CreateJob {
        name: "Digest".into(),
        schedule: Schedule::Every { interval_ms, anchor: None },
        calendar: Calendar::default(),
        task: Task::Event {
            source: "generic".into(),
            kind: "digest.requested".into(),
            payload: r#"{"n":1}"#.into(),
        },
        retry: RetryPolicy::default(),
        policy: Policy::default(),
    }
}

pub(crate) fn once_at(ms: u64) -> CreateJob {
    CreateJob { schedule: Schedule::At { at: Timestamp::from_unix_ms(ms) }, ..every(MINUTE) }
}

pub(crate) fn seconds(times: impl IntoIterator<Item = Timestamp>) -> Vec<u64> {
    times.into_iter().map(|time| (time.unix_ms() - START) / SECOND).collect()
}

/// A tenant's first object, as the registry knows it.
pub(crate) fn first_of(tenant: TenantId) -> ScheduleObject {
    ScheduleObject { tenant, part: 0 }
}
