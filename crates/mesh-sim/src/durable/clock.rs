//! Time that moves when a test says so.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Poll, Waker};

use async_trait::async_trait;
use mesh::Runtime;

/// A clock and its timers. A clone is the same clock.
#[derive(Debug, Clone, Default)]
pub struct VirtualClock(Rc<State>);

#[derive(Debug, Default)]
struct State {
    now_ms: Cell<u64>,
    drawn: Cell<u64>,
    waiting: RefCell<Vec<(u64, Waker)>>,
}

impl VirtualClock {
    /// A clock that stands at `now_ms`, Unix milliseconds.
    #[must_use]
    pub fn at(now_ms: u64) -> Self {
        let clock = Self::default();
        clock.0.now_ms.set(now_ms);
        clock
    }

    /// Moves it on, never back, and wakes whoever waited for that.
    pub fn set(&self, now_ms: u64) {
        let now_ms = now_ms.max(self.now_ms());
        self.0.now_ms.set(now_ms);
        let mut waiting = self.0.waiting.borrow_mut();
        let due: Vec<_> = waiting.extract_if(.., |(at, _)| *at <= now_ms).collect();
        drop(waiting);
        due.into_iter().for_each(|(_, waker)| waker.wake());
    }

    /// Moves it on by `milliseconds`.
    pub fn advance(&self, milliseconds: u64) {
        self.set(self.now_ms().saturating_add(milliseconds));
    }
}

#[async_trait(?Send)]
impl Runtime for VirtualClock {
    fn now_ms(&self) -> u64 {
        self.0.now_ms.get()
    }

    async fn sleep(&self, milliseconds: u64) {
        let end = self.now_ms().saturating_add(milliseconds);
        std::future::poll_fn(|context| {
            if self.now_ms() >= end {
                return Poll::Ready(());
            }
            self.0.waiting.borrow_mut().push((end, context.waker().clone()));
            Poll::Pending
        })
        .await;
    }

    /// The same numbers in every run.
    fn random(&self) -> u64 {
        let drawn = self.0.drawn.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.drawn.set(drawn);
        let mixed = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ (mixed >> 31)
    }
}
