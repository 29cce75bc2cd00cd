//! Runs futures on the spot, without threads, timers or an executor.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// More turns than any test takes; reaching it means that the future waits for something that nobody does.
const MOST_TURNS: usize = 1_000_000;

/// Runs a future to its end by asking it again and again. Nothing in a test waits for the world outside, so that each
/// turn makes progress, and the order in which joined futures act is the same in every run.
///
/// # Panics
/// When the future has not ended after a million turns.
pub fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..MOST_TURNS {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the future waits for something that nobody does");
}

/// Lets the other futures of a join have a turn.
pub async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|context| {
        if paused {
            return Poll::Ready(());
        }
        paused = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures_util::future::join;

    use super::*;

    #[test]
    fn joined_futures_take_turns() {
        let order = RefCell::new(Vec::new());
        let visit = |name: &'static str| {
            let order = &order;
            async move {
                for _ in 0..2 {
                    order.borrow_mut().push(name);
                    pause().await;
                }
            }
        };
        run(join(visit("a"), visit("b")));
        assert_eq!(*order.borrow(), ["a", "b", "a", "b"]);
    }

    #[test]
    #[should_panic(expected = "waits for something that nobody does")]
    fn a_future_that_never_ends_is_told_of() {
        run(std::future::pending::<()>());
    }
}
