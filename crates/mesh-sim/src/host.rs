//! Where instances live: started, brought back after a crash, steered from outside.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::task::Waker;

use async_trait::async_trait;
use futures_util::future::LocalBoxFuture;
use mesh::workflow::{
    Batch, Created, Ended, InstanceError, InstanceHost, InstanceId, RawInstance, RawStatus, Workflow,
    WorkflowFailure,
};

use crate::engine::SimEngine;
use crate::journal::{Journal, Record, State};
use crate::world::{Process, TaskId, World};

/// The code of a workflow: runs an instance.
type Runner = Rc<dyn Fn(Rc<Host>, InstanceId) -> LocalBoxFuture<'static, ()>>;
type Key = (&'static str, InstanceId);

pub(crate) struct Host {
    pub(crate) world: Rc<World>,
    pub(crate) journal: RefCell<Journal>,
    process: RefCell<Option<Process>>,
    runners: RefCell<BTreeMap<&'static str, Runner>>,
    running: RefCell<BTreeMap<Key, TaskId>>,
    /// How many bodies of steps each instance has under way.
    busy: RefCell<BTreeMap<Key, u32>>,
    waiting: RefCell<Vec<Waker>>,
}

impl Host {
    pub(crate) fn new(world: Rc<World>, journal: Journal) -> Rc<Self> {
        world.clock.set(journal.now_ms);
        let host = Rc::new(Self {
            world: world.clone(),
            journal: RefCell::new(journal),
            process: RefCell::default(),
            runners: RefCell::default(),
            running: RefCell::default(),
            busy: RefCell::default(),
            waiting: RefCell::default(),
        });
        let again = Rc::downgrade(&host);
        let process = world.process(move || {
            if let Some(host) = again.upgrade() {
                host.restart();
            }
        });
        host.process.replace(Some(process));
        host
    }

    /// Gives a workflow its code, and starts what is on record of it.
    pub(crate) fn register<W: Workflow + 'static>(self: &Rc<Self>, make: impl Fn() -> W + 'static) {
        let make = Rc::new(make);
        let runner: Runner = Rc::new(move |host, id| {
            let workflow = make();
            Box::pin(async move { host.live(workflow, id).await })
        });
        self.runners.borrow_mut().insert(W::NAME, runner);
        self.start_all(W::NAME);
    }

    pub(crate) fn with<R>(
        &self,
        workflow: &str,
        id: &InstanceId,
        look: impl FnOnce(&mut Record) -> R,
    ) -> Option<R> {
        self.journal.borrow_mut().workflows.get_mut(workflow)?.get_mut(id).map(look)
    }

    /// Forgets the code and the runs.
    pub(crate) fn clear(&self) {
        drop(self.runners.take());
        drop(self.waiting.take());
    }

    /// Wakes `waker` when an event comes.
    pub(crate) fn on_event(&self, waker: Waker) {
        self.waiting.borrow_mut().push(waker);
    }

    /// Everything in memory is gone; what is on record goes on, a while later.
    fn restart(self: &Rc<Self>) {
        self.running.borrow_mut().clear();
        self.busy.borrow_mut().clear();
        let host = self.clone();
        self.world.spawn(None, async move {
            host.world.clock.sleep_until(host.world.clock.now_ms() + host.world.below(2_000)).await;
            host.world.note("the process starts again");
            let names: Vec<&'static str> = host.runners.borrow().keys().copied().collect();
            names.into_iter().for_each(|name| host.start_all(name));
        });
    }

    fn start_all(self: &Rc<Self>, workflow: &'static str) {
        let ids: Vec<InstanceId> = {
            let journal = self.journal.borrow();
            let records = journal.workflows.get(workflow).into_iter().flatten();
            records.map(|(id, _)| id.clone()).collect()
        };
        ids.into_iter().for_each(|id| self.start(workflow, id));
    }

    /// Starts the run of an instance, unless it runs, is paused or has ended.
    fn start(self: &Rc<Self>, workflow: &'static str, id: InstanceId) {
        let can = |record: &mut Record| !record.has_ended() && !matches!(record.state, State::Paused { .. });
        let key = (workflow, id);
        let can = self.with(workflow, &key.1, can) == Some(true);
        let runner = self.runners.borrow().get(workflow).cloned();
        let (Some(runner), true, false) = (runner, can, self.running.borrow().contains_key(&key)) else {
            return;
        };
        let run = runner(self.clone(), key.1.clone());
        let (host, ended) = (self.clone(), key.clone());
        let task = self.world.spawn(*self.process.borrow(), async move {
            run.await;
            host.running.borrow_mut().remove(&ended);
            host.busy.borrow_mut().remove(&ended);
        });
        self.running.borrow_mut().insert(key, task);
    }

    fn stop(&self, workflow: &'static str, id: &InstanceId) {
        let key = (workflow, id.clone());
        self.busy.borrow_mut().remove(&key);
        let task = self.running.borrow_mut().remove(&key);
        if let Some(task) = task {
            self.world.stop(task);
        }
    }

    /// How many bodies of steps an instance has under way, after a change by `by`.
    pub(crate) fn busy(&self, workflow: &'static str, id: &InstanceId, by: i32) -> u32 {
        let mut busy = self.busy.borrow_mut();
        let count = busy.entry((workflow, id.clone())).or_default();
        *count = count.saturating_add_signed(by);
        *count
    }

    /// One run of an instance, until it ends or is interrupted.
    async fn live<W: Workflow>(self: Rc<Self>, workflow: W, id: InstanceId) {
        let look = |record: &mut Record| (record.input.clone(), record.state == State::Terminating);
        let Some((input, learning)) = self.with(W::NAME, &id, look) else { return };
        let engine = Rc::new(SimEngine::new(self.clone(), W::NAME, id.clone(), learning));
        let ended = mesh::workflow::run(&workflow, &input, engine.clone(), id.as_str()).await;
        if learning {
            if engine.undo().await.is_ok() {
                self.end(W::NAME, &id, State::Terminated).await;
            }
            return;
        }
        match ended {
            Ended::Completed(output) => self.end(W::NAME, &id, State::Complete { output }).await,
            Ended::Interrupted => {}
            Ended::Failed(failure) => {
                let error = failure.encode();
                if !matches!(failure, WorkflowFailure::CodeChanged(_)) {
                    self.end(W::NAME, &id, State::Undoing { error: error.clone() }).await;
                    if engine.undo().await.is_err() {
                        return;
                    }
                }
                self.end(W::NAME, &id, State::Errored { error }).await;
            }
        }
    }

    async fn end(&self, workflow: &str, id: &InstanceId, state: State) {
        let label = format!("{workflow} `{id}`: {state:?}");
        self.world.commit(label, || self.with(workflow, id, |record| record.state = state)).await;
    }
}

/// The instances of one workflow, for its handles.
pub(crate) struct SimInstances {
    pub(crate) host: Rc<Host>,
    pub(crate) workflow: &'static str,
}

impl SimInstances {
    fn find<R>(&self, id: &InstanceId, look: impl FnOnce(&mut Record) -> R) -> Result<R, InstanceError> {
        let found = self.host.with(self.workflow, id, look);
        found.ok_or_else(|| InstanceError::NotFound { id: id.clone() })
    }

    async fn commit<R>(
        &self,
        id: &InstanceId,
        what: &str,
        change: impl FnOnce(&mut Record) -> R,
    ) -> Result<R, InstanceError> {
        let label = format!("{} `{id}`: {what}", self.workflow);
        let done = self.host.world.commit(label, || self.find(id, change)).await?;
        self.answer(what)?;
        Ok(done)
    }

    /// The answer to the caller may get lost, after the deed.
    fn answer(&self, what: &str) -> Result<(), InstanceError> {
        if !self.host.world.strikes(|faults| faults.lose) {
            return Ok(());
        }
        self.host.world.note(format_args!("FAULT: the answer to `{what}` is lost"));
        let message = "no answer came".to_owned();
        Err(InstanceError::Host { workflow: self.workflow.to_owned(), message })
    }

    fn insert(&self, instance: RawInstance) -> Created {
        let mut journal = self.host.journal.borrow_mut();
        let records = journal.workflows.entry(self.workflow.to_owned()).or_default();
        if records.contains_key(&instance.id) {
            return Created::Existed;
        }
        records.insert(instance.id, Record::new(instance.input));
        Created::New
    }
}

#[async_trait(?Send)]
impl InstanceHost for SimInstances {
    async fn create(&self, instance: RawInstance) -> Result<Created, InstanceError> {
        let id = instance.id.clone();
        let label = format!("create {} `{id}`", self.workflow);
        let created = self.host.world.commit(&label, || self.insert(instance)).await;
        self.host.start(self.workflow, id);
        self.answer(&label)?;
        Ok(created)
    }

    async fn create_many(&self, instances: Vec<RawInstance>) -> Result<Batch, InstanceError> {
        let ids: Vec<InstanceId> = instances.iter().map(|instance| instance.id.clone()).collect();
        let label = format!("create {} of {}", ids.len(), self.workflow);
        let apply = || instances.into_iter().map(|instance| Ok(self.insert(instance))).collect();
        let created = self.host.world.commit(&label, apply).await;
        ids.into_iter().for_each(|id| self.host.start(self.workflow, id));
        self.answer(&label)?;
        Ok(created)
    }

    async fn status(&self, id: &InstanceId) -> Result<RawStatus, InstanceError> {
        self.find(id, |record| {
            let status = record.word().to_owned();
            match record.state.clone() {
                State::Complete { output } => RawStatus { status, output: Some(output), error: None },
                State::Errored { error } => RawStatus { status, output: None, error: Some(error) },
                _ => RawStatus { status, output: None, error: None },
            }
        })
    }

    async fn pause(&self, id: &InstanceId) -> Result<(), InstanceError> {
        self.commit(id, "pause", |record| {
            if record.state == State::Running {
                record.state = State::Pausing;
            }
        })
        .await?;
        // Wakes it from a sleep or a wait: it begins again at its top, and stops at the first chance.
        if self.find(id, |record| record.state == State::Pausing)?
            && self.host.busy(self.workflow, id, 0) == 0
        {
            self.host.stop(self.workflow, id);
            self.host.start(self.workflow, id.clone());
        }
        Ok(())
    }

    async fn resume(&self, id: &InstanceId) -> Result<(), InstanceError> {
        let now_ms = self.host.world.clock.now_ms();
        self.commit(id, "resume", |record| match record.state {
            State::Pausing => record.state = State::Running,
            _ => record.resume(now_ms),
        })
        .await?;
        self.host.start(self.workflow, id.clone());
        Ok(())
    }

    async fn terminate(&self, id: &InstanceId, undo: bool) -> Result<(), InstanceError> {
        if self.find(id, |record| record.has_ended())? {
            return Err(InstanceError::Ended { id: id.clone() });
        }
        self.host.stop(self.workflow, id);
        let state = if undo { State::Terminating } else { State::Terminated };
        self.commit(id, "terminate", |record| record.state = state).await?;
        if undo {
            self.host.start(self.workflow, id.clone());
        }
        Ok(())
    }

    async fn restart(&self, id: &InstanceId) -> Result<(), InstanceError> {
        self.find(id, |_| ())?;
        self.host.stop(self.workflow, id);
        self.commit(id, "restart", |record| *record = Record::new(record.input.clone())).await?;
        self.host.start(self.workflow, id.clone());
        Ok(())
    }

    async fn delete(&self, id: &InstanceId) -> Result<(), InstanceError> {
        self.find(id, |_| ())?;
        self.host.stop(self.workflow, id);
        let label = format!("delete {} `{id}`", self.workflow);
        self.host
            .world
            .commit(&label, || {
                let mut journal = self.host.journal.borrow_mut();
                journal.workflows.get_mut(self.workflow).map(|records| records.remove(id));
            })
            .await;
        self.answer(&label)
    }

    async fn send_event(&self, id: &InstanceId, event: &str, payload: String) -> Result<(), InstanceError> {
        let copies = if self.host.world.strikes(|faults| faults.repeat) { 2 } else { 1 };
        if copies == 2 {
            self.host.world.note(format_args!("FAULT: event `{event}` is delivered twice"));
        }
        let sent = self
            .commit(id, &format!("event `{event}`"), |record| {
                record.inbox.extend((0..copies).map(|_| (event.to_owned(), payload.clone())));
            })
            .await;
        let waiting = self.host.waiting.take();
        waiting.into_iter().for_each(Waker::wake);
        sent
    }
}
