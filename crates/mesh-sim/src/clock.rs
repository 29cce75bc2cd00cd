//! The virtual clock: time passes only when nothing else can happen.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// Where the clock of a simulation begins: a fixed day, 2026-01-01T00:00:00Z in Unix milliseconds.
pub const EPOCH_MS: u64 = 1_767_225_600_000;

pub(crate) struct Clock {
    now_ms: Cell<u64>,
    /// By due time, and by order of setting among equals.
    timers: RefCell<BTreeMap<(u64, u64), Waker>>,
    set: Cell<u64>,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { now_ms: Cell::new(EPOCH_MS), timers: RefCell::default(), set: Cell::new(0) }
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.now_ms.get()
    }

    pub(crate) async fn sleep_until(&self, due_ms: u64) {
        let key = (due_ms, self.set.replace(self.set.get() + 1));
        let _timer = Timer { clock: self, key };
        poll_fn(|context| {
            if self.now_ms() >= due_ms {
                return Poll::Ready(());
            }
            self.timers.borrow_mut().insert(key, context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Moves on to the next timer, if there is one until `limit_ms`, and wakes whoever waits for it.
    pub(crate) fn advance(&self, limit_ms: u64) -> bool {
        let Some((due_ms, _)) = self.timers.borrow().first_key_value().map(|(key, _)| *key) else {
            return false;
        };
        if due_ms > limit_ms {
            return false;
        }
        self.now_ms.set(self.now_ms().max(due_ms));
        let later = self.timers.borrow_mut().split_off(&(due_ms + 1, 0));
        let due = self.timers.replace(later);
        due.into_values().for_each(Waker::wake);
        true
    }

    /// Moves on to `now_ms`, before which no timer is due.
    pub(crate) fn set(&self, now_ms: u64) {
        self.now_ms.set(self.now_ms().max(now_ms));
    }
}

/// Takes its timer away when the wait is given up: time must not pass for nobody.
struct Timer<'a> {
    clock: &'a Clock,
    key: (u64, u64),
}

impl Drop for Timer<'_> {
    fn drop(&mut self) {
        self.clock.timers.borrow_mut().remove(&self.key);
    }
}
