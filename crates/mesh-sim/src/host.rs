//! Where instances live: started, and brought back after a crash.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::task::Waker;

use futures_util::future::LocalBoxFuture;
use mesh::workflow::{Ended, InstanceId, Workflow, WorkflowFailure};

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

    /// An event came: whoever waits for one looks whether it is theirs.
    pub(crate) fn wake_waiting(&self) {
        let waiting = self.waiting.take();
        waiting.into_iter().for_each(Waker::wake);
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
    pub(crate) fn start(self: &Rc<Self>, workflow: &'static str, id: InstanceId) {
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

    /// Stops the run of an instance where it is.
    pub(crate) fn stop(&self, workflow: &'static str, id: &InstanceId) {
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
