//! The end of a run from within the framework, which the workflow's body cannot catch or go on after.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::task::{Poll, Waker};

use super::{CodeChanged, EngineFailure};

/// Why a run may not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HaltReason {
    /// The record and the code differ.
    CodeChanged(CodeChanged),
    /// The engine cannot keep the journal.
    Journal(String),
    /// The engine stops the run.
    Interrupted,
}

/// Set once; the run's driver waits for it beside the body.
#[derive(Default)]
pub(super) struct Halt {
    reason: RefCell<Option<HaltReason>>,
    waker: Cell<Option<Waker>>,
}

impl Halt {
    /// Halts the run, and never returns to the caller.
    pub(super) async fn stop<T>(&self, reason: HaltReason) -> T {
        self.reason.borrow_mut().get_or_insert(reason);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
        pending().await
    }

    /// Halts the run for a failure of the journal.
    pub(super) async fn stop_for<T>(&self, failure: EngineFailure) -> T {
        self.stop(match failure {
            EngineFailure::Interrupted => HaltReason::Interrupted,
            EngineFailure::Exhausted(message) => HaltReason::Journal(message),
        })
        .await
    }

    /// Whether the run halted because the code changed.
    pub(super) fn code_changed(&self) -> Option<CodeChanged> {
        match &*self.reason.borrow() {
            Some(HaltReason::CodeChanged(change)) => Some(change.clone()),
            _ => None,
        }
    }

    /// Waits for the halt.
    pub(super) async fn halted(&self) -> HaltReason {
        poll_fn(|context| match &*self.reason.borrow() {
            Some(reason) => Poll::Ready(reason.clone()),
            None => {
                self.waker.set(Some(context.waker().clone()));
                Poll::Pending
            }
        })
        .await
    }
}
