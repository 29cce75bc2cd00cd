//! One simulation: the world as a scenario sees it.

use std::fmt::Display;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use mesh::workflow::{Definition, Instances, Workflow};
use mesh::{Dispatch, Runtime};

use crate::faults::{Faults, Plan};
use crate::host::Host;
use crate::instances::SimInstances;
use crate::journal::Journal;
use crate::queue::Queue;
use crate::store::Store;
use crate::transport::SimTransport;
use crate::world::World;

/// One run of a scenario. Everything in it happens on a virtual clock and in an order that the seed decides.
///
/// The code under test runs in a *process* that can crash at every durable write: its memory is lost, and whatever is
/// on record goes on a while later. The scenario itself stands outside and does not crash.
pub struct Sim {
    pub(crate) world: Rc<World>,
    host: Rc<Host>,
}

impl Sim {
    /// A simulation with the failures of a seed.
    pub fn seeded(seed: u64) -> Self {
        Self::planned(seed, None, Journal::default())
    }

    /// A simulation in which nothing fails: for tests of what a workflow does.
    pub fn calm() -> Self {
        Self::with_faults(0, Faults::NONE)
    }

    /// A simulation with failures of one's own choice, in the order of a seed.
    pub fn with_faults(seed: u64, faults: Faults) -> Self {
        Self::planned(seed, Some(Plan::Odds(faults)), Journal::default())
    }

    /// A calm simulation that goes on where another left off, at the time when that was.
    pub fn resumed(journal: Journal) -> Self {
        Self::planned(0, Some(Plan::Odds(Faults::NONE)), journal)
    }

    pub(crate) fn planned(seed: u64, plan: Option<Plan>, journal: Journal) -> Self {
        let world = World::new(seed, plan);
        let host = Host::new(world.clone(), journal);
        Self { world, host }
    }

    /// Gives a workflow its code. `make` is called for each run of an instance, so a crash loses what it made.
    /// Unfinished instances that are on record start at once.
    pub fn workflow<W: Workflow + 'static>(&self, make: impl Fn() -> W + 'static) -> Instances<W> {
        self.host.register(make);
        self.instances()
    }

    /// Handles to the instances of a workflow, also of one that has no code here.
    pub fn instances<W: Definition>(&self) -> Instances<W> {
        Instances::over(SimInstances { host: self.host.clone(), workflow: W::NAME })
    }

    /// A durable store, which outlives every crash.
    pub fn store<T>(&self, name: &'static str, value: T) -> Store<T> {
        Store::new(self.world.clone(), name, value)
    }

    /// A service behind a link that fails, in a process of its own. `make` is called for each call, so the service
    /// remembers nothing but what it stores: `TasksClient::over(sim.link(move || TasksDispatch(Service::new(&store))))`.
    pub fn link<D: Dispatch + 'static>(&self, make: impl Fn() -> D + 'static) -> SimTransport {
        SimTransport::new(self.world.clone(), Rc::new(move || Rc::new(make()) as Rc<dyn Dispatch>))
    }

    /// A queue whose consumer runs in a process of its own.
    pub fn queue<M, F, Fut, E>(&self, name: &'static str, consumer: F) -> Queue<M>
    where
        M: Clone + 'static,
        F: Fn(M) -> Fut + 'static,
        Fut: Future<Output = Result<(), E>> + 'static,
        E: Display,
    {
        Queue::new(self.world.clone(), name, consumer)
    }

    /// The virtual machine: its clock, waiting on it, and chance from the seed. For services and clients of the mesh.
    pub fn runtime(&self) -> Rc<dyn Runtime> {
        Rc::new(SimRuntime(self.world.clone()))
    }

    /// The virtual time, Unix milliseconds.
    pub fn now_ms(&self) -> u64 {
        self.world.clock.now_ms()
    }

    /// Runs a future of the scenario's own to its end, the world with it.
    ///
    /// # Panics
    /// If it waits for something that cannot happen any more.
    pub fn run<R>(&self, future: impl Future<Output = R>) -> R {
        let ended = self.world.run(future, u64::MAX);
        ended.unwrap_or_else(|| panic!("this waits for something that cannot happen any more"))
    }

    /// Lets everything happen that happens by itself, however long it takes: until every instance has ended, is paused,
    /// or waits for what only the scenario can do.
    pub fn settle(&self) {
        self.world.run(std::future::pending::<()>(), u64::MAX);
    }

    /// Lets the time pass by as much, and what happens in it.
    pub fn run_for(&self, duration: Duration) {
        let until = self.now_ms().saturating_add(duration.as_millis() as u64);
        self.world.run(std::future::pending::<()>(), until);
        self.world.clock.set(until);
    }

    /// What is on record now. It is a copy: a later simulation can go on from it.
    pub fn journal(&self) -> Journal {
        Journal { now_ms: self.now_ms(), ..self.host.journal.borrow().clone() }
    }

    /// What happened, a line each with its time.
    pub fn trace(&self) -> Vec<String> {
        self.world.trace()
    }

    /// Adds a line to the trace.
    pub fn note(&self, line: impl Display) {
        self.world.note(line);
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        // Tasks hold the world that holds them.
        self.host.clear();
        self.world.clear();
    }
}

pub(crate) struct SimRuntime(pub(crate) Rc<World>);

#[async_trait(?Send)]
impl Runtime for SimRuntime {
    fn now_ms(&self) -> u64 {
        self.0.clock.now_ms()
    }

    async fn sleep(&self, milliseconds: u64) {
        self.0.clock.sleep_until(self.now_ms().saturating_add(milliseconds)).await;
    }

    fn random(&self) -> u64 {
        self.0.random()
    }
}
