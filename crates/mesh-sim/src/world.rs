//! The machine room: tasks, processes that crash, the clock and the trace.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::{Future, pending};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::future::LocalBoxFuture;

use crate::chance::Chance;
use crate::clock::Clock;
use crate::faults::{Faults, Plan};

/// More polls than this without an end: something goes round in circles.
const MAX_POLLS: u64 = 3_000_000;
/// The lines of a trace that are kept.
const MAX_TRACE: usize = 4_000;

/// Something with a memory of its own, that is lost when it crashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Process(u32);

/// A running task, to stop it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TaskId(u64);

struct Task {
    id: TaskId,
    process: Option<Process>,
    future: LocalBoxFuture<'static, ()>,
    flag: Arc<Flag>,
}

/// Says that a task wants to be polled.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

pub(crate) struct World {
    pub(crate) clock: Clock,
    chance: RefCell<Chance>,
    plan: Plan,
    faults_left: Cell<u32>,
    /// How many places for a crash were passed.
    places: Cell<u64>,
    tasks: RefCell<Vec<Task>>,
    /// Counts tasks and processes.
    counter: Cell<u64>,
    current: Cell<Option<Process>>,
    /// Stopped while another task was polled.
    stopped: RefCell<Vec<TaskId>>,
    crashed: Cell<Option<Process>>,
    restarts: RefCell<BTreeMap<Process, Restart>>,
    trace: RefCell<Vec<String>>,
}

/// Brings a process back after a crash.
type Restart = Rc<dyn Fn()>;

impl World {
    pub(crate) fn new(seed: u64, plan: Option<Plan>) -> Rc<Self> {
        let mut chance = Chance::new(seed);
        let plan = plan.unwrap_or_else(|| Plan::Odds(Faults::of(&mut chance)));
        let budget = match plan {
            Plan::Odds(faults) => faults.budget,
            Plan::CrashAt(_) => 0,
        };
        Rc::new(Self {
            clock: Clock::new(),
            chance: RefCell::new(chance),
            plan,
            faults_left: Cell::new(budget),
            places: Cell::new(0),
            tasks: RefCell::default(),
            counter: Cell::new(0),
            current: Cell::new(None),
            stopped: RefCell::default(),
            crashed: Cell::new(None),
            restarts: RefCell::default(),
            trace: RefCell::default(),
        })
    }

    pub(crate) fn random(&self) -> u64 {
        self.chance.borrow_mut().next()
    }

    pub(crate) fn below(&self, bound: u64) -> u64 {
        self.chance.borrow_mut().below(bound)
    }

    /// How many places for a crash were passed.
    pub(crate) fn places(&self) -> u64 {
        self.places.get()
    }

    /// Whether a fault with these odds happens now.
    pub(crate) fn strikes(&self, odds: impl Fn(&Faults) -> u32) -> bool {
        let Plan::Odds(faults) = &self.plan else { return false };
        let odds = odds(faults);
        if odds == 0 || self.faults_left.get() == 0 || self.below(u64::from(odds)) != 0 {
            return false;
        }
        self.faults_left.set(self.faults_left.get() - 1);
        true
    }

    pub(crate) fn note(&self, line: impl Display) {
        let mut trace = self.trace.borrow_mut();
        if trace.len() < MAX_TRACE {
            let ms = self.clock.now_ms() - crate::clock::EPOCH_MS;
            trace.push(format!("{:>10}.{:03} s  {line}", ms / 1000, ms % 1000));
        }
    }

    pub(crate) fn trace(&self) -> Vec<String> {
        self.trace.borrow().clone()
    }

    /// A new process. `restart` brings it back, some time after each crash.
    pub(crate) fn process(&self, restart: impl Fn() + 'static) -> Process {
        let process = Process(self.count() as u32);
        self.restarts.borrow_mut().insert(process, Rc::new(restart));
        process
    }

    /// One durable write of a process, atomic in itself. The process can stop before it and after it.
    pub(crate) async fn commit<R>(&self, label: impl Display, apply: impl FnOnce() -> R) -> R {
        // Others get in between: a write takes time.
        if self.below(3) == 0 {
            self.clock.sleep_until(self.clock.now_ms() + self.below(20)).await;
        }
        self.place(format_args!("before {label}")).await;
        let result = apply();
        self.note(format_args!("write: {label}"));
        self.place(format_args!("after {label}")).await;
        result
    }

    /// A place where the current process may crash, and then never comes past it.
    async fn place(&self, what: impl Display) {
        let Some(process) = self.current.get() else { return };
        let number = self.places.replace(self.places.get() + 1);
        let crash = match self.plan {
            Plan::CrashAt(place) => place == number,
            Plan::Odds(_) => self.strikes(|faults| faults.crash),
        };
        if crash {
            self.note(format_args!("CRASH {what}"));
            self.crashed.set(Some(process));
            pending::<()>().await;
        }
    }

    /// Starts a task. Without a process, nothing can crash it.
    pub(crate) fn spawn(
        &self,
        process: Option<Process>,
        future: impl Future<Output = ()> + 'static,
    ) -> TaskId {
        let id = TaskId(self.count());
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        self.tasks.borrow_mut().push(Task { id, process, future: Box::pin(future), flag });
        id
    }

    /// Stops a task where it is.
    pub(crate) fn stop(&self, id: TaskId) {
        self.stopped.borrow_mut().push(id);
        let stopped = take_where(&self.tasks, |task| task.id == id);
        drop(stopped);
    }

    /// Runs `root` to its end beside all tasks, time passing until `limit_ms`. `None` if nothing can happen any more
    /// until then, and `root` has not come to its end.
    pub(crate) fn run<R>(&self, root: impl Future<Output = R>, limit_ms: u64) -> Option<R> {
        let mut root = pin!(root);
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        for _ in 0..MAX_POLLS {
            if flag.0.swap(false, Ordering::Relaxed) {
                let waker = Waker::from(flag.clone());
                if let Poll::Ready(result) = root.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Some(result);
                }
                continue;
            }
            if !self.turn() && !self.clock.advance(limit_ms) {
                return None;
            }
        }
        panic!("the simulation goes round in circles: {MAX_POLLS} turns without an end");
    }

    /// Polls one task that wants it, whichever chance picks. Says whether there was one.
    fn turn(&self) -> bool {
        let ready: Vec<usize> = {
            let tasks = self.tasks.borrow();
            let wants = |task: &Task| task.flag.0.load(Ordering::Relaxed);
            tasks.iter().enumerate().filter(|(_, task)| wants(task)).map(|(index, _)| index).collect()
        };
        if ready.is_empty() {
            return false;
        }
        let index = ready[self.below(ready.len() as u64) as usize];
        let mut task = self.tasks.borrow_mut().remove(index);
        task.flag.0.store(false, Ordering::Relaxed);
        self.stopped.borrow_mut().clear();
        self.current.set(task.process);
        let waker = Waker::from(task.flag.clone());
        let ended = task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
        self.current.set(None);
        // It may have been stopped by what it did itself.
        if !ended && !self.stopped.borrow().contains(&task.id) {
            self.tasks.borrow_mut().push(task);
        }
        if let Some(process) = self.crashed.take() {
            drop(take_where(&self.tasks, |task| task.process == Some(process)));
            let restart = self.restarts.borrow().get(&process).cloned();
            if let Some(restart) = restart {
                restart();
            }
        }
        true
    }

    /// Stops and forgets everything.
    pub(crate) fn clear(&self) {
        drop(self.restarts.take());
        drop(self.tasks.take());
    }

    fn count(&self) -> u64 {
        self.counter.replace(self.counter.get() + 1)
    }
}

/// Takes tasks out before they are dropped: what they hold may look at the list.
fn take_where(tasks: &RefCell<Vec<Task>>, condition: impl Fn(&Task) -> bool) -> Vec<Task> {
    let mut tasks = tasks.borrow_mut();
    let (taken, left) = std::mem::take(&mut *tasks).into_iter().partition(|task| condition(task));
    *tasks = left;
    taken
}
