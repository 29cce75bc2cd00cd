//! A machine for tests: its time jumps to the next timer whenever somebody waits.

use std::cell::Cell;
use std::rc::Rc;

use async_trait::async_trait;
use mesh::Runtime;

/// A clock that a wait moves on at once, and what was waited for.
#[derive(Clone, Default)]
pub(crate) struct Machine {
    now_ms: Rc<Cell<u64>>,
    waits: Rc<Cell<u32>>,
}

impl Machine {
    /// A machine whose clock shows `now_ms`.
    pub(crate) fn at(now_ms: u64) -> Self {
        Self { now_ms: Rc::new(Cell::new(now_ms)), waits: Rc::default() }
    }

    /// How many waits there were.
    #[allow(dead_code, reason = "each test file uses its share of the machine")]
    pub(crate) fn waits(&self) -> u32 {
        self.waits.get()
    }
}

#[async_trait(?Send)]
impl Runtime for Machine {
    fn now_ms(&self) -> u64 {
        self.now_ms.get()
    }

    async fn sleep(&self, milliseconds: u64) {
        self.waits.set(self.waits.get() + 1);
        self.now_ms.set(self.now_ms.get() + milliseconds);
    }

    fn random(&self) -> u64 {
        4
    }
}
