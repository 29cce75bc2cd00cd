//! What a refused request left unread.
//!
//! An answer given while the sender is still writing makes the runtime close the connection, and the sender sees a
//! broken pipe in place of the reason. So the rest of a refused body is read and dropped first, within a bound.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;

use futures_util::StreamExt;
use futures_util::stream::{self, Fuse};

use crate::exchange::Chunks;

/// The most that is read to no purpose: four times the largest body taken. A sender of more has not read the
/// documentation, and a broken pipe is answer enough.
pub const MAX_DRAIN_BYTES: usize = 32 * 1024 * 1024;

/// The end of a body that a handler may leave unread.
pub struct Leftover(Rc<RefCell<Fuse<Chunks>>>);

impl Leftover {
    /// The body for a handler, and a hold on what it leaves.
    #[must_use]
    pub fn of(body: Chunks) -> (Chunks, Self) {
        let shared = Rc::new(RefCell::new(body.fuse()));
        let reading = shared.clone();
        let body =
            stream::poll_fn(move |context| reading.borrow_mut().poll_next_unpin(context)).boxed_local();
        (body, Self(shared))
    }

    /// Reads on to the end, or until `limit` bytes have been dropped.
    pub async fn drain(self, limit: usize) {
        let mut dropped = 0;
        while let Some(Ok(chunk)) = poll_fn(|context| self.0.borrow_mut().poll_next_unpin(context)).await {
            dropped += chunk.len();
            if dropped >= limit {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use test_kit::run;

    use super::*;

    /// A body of so many chunks of ten bytes, and a count of those read.
    fn body(chunks: usize) -> (Chunks, Rc<Cell<usize>>) {
        let read = Rc::new(Cell::new(0));
        let count = read.clone();
        let parts = stream::iter(0..chunks).map(move |_| {
            count.set(count.get() + 1);
            Ok(vec![0; 10])
        });
        (parts.boxed_local(), read)
    }

    #[test]
    fn what_a_handler_left_is_read_to_the_end() {
        let (body, read) = body(5);
        let (mut handler, leftover) = Leftover::of(body);
        assert!(run(handler.next()).is_some());
        drop(handler);
        run(leftover.drain(1_000));
        assert_eq!(read.get(), 5);
    }

    #[test]
    fn reading_to_no_purpose_is_bounded() {
        let (body, read) = body(100);
        let (handler, leftover) = Leftover::of(body);
        drop(handler);
        run(leftover.drain(35));
        assert_eq!(read.get(), 4);
    }

    #[test]
    fn a_body_read_to_its_end_has_nothing_left() {
        let (body, read) = body(2);
        let (handler, leftover) = Leftover::of(body);
        assert_eq!(run(handler.count()), 2);
        run(leftover.drain(1_000));
        assert_eq!(read.get(), 2);
    }
}
