//! Runs futures on the platform's one thread: at once as far as they get, and on from there as soon as what they wait
//! for is there.
//!
//! A future that is done at its first poll costs no promise and no turn of the microtask queue. One that waits is taken
//! up again within the very callback that brings what it waits for, by [`run_ready`]; where something else wakes it, a
//! microtask does the same.
//!
//! An exception of JavaScript's can leave a poll without running what comes after it. So nothing here waits for
//! a flag to be reset: at worst a future is taken up a microtask later.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

use slab::Slab;
use wasm_bindgen_futures::spawn_local;

type Work = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    /// Futures that wait. While one is polled its place is empty.
    static TASKS: RefCell<Slab<Option<Work>>> = const { RefCell::new(Slab::new()) };
    static READY: RefCell<VecDeque<Arc<Task>>> = const { RefCell::new(VecDeque::new()) };
    /// Whether a wake needs nobody to be called for it, because [`run_ready`] looks at [`READY`] next.
    static ATTENDED: Cell<bool> = const { Cell::new(false) };
    /// Whether a poll is under way further down the stack.
    static POLLING: Cell<bool> = const { Cell::new(false) };
}

/// Wakes the future in one place of [`TASKS`]. A wake that comes late may reach the place's next future, which is then
/// polled once for nothing.
struct Task {
    place: usize,
    queued: AtomicBool,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if self.queued.swap(true, Ordering::Relaxed) {
            return;
        }
        READY.with_borrow_mut(|ready| ready.push_back(self));
        if !ATTENDED.get() {
            attend_soon();
        }
    }
}

/// Polls `work` now, and keeps it until it is done.
pub(crate) fn start(work: impl Future<Output = ()> + 'static) {
    let place = TASKS.with_borrow_mut(|tasks| tasks.insert(None));
    poll(Arc::new(Task { place, queued: AtomicBool::new(false) }), Box::pin(work));
}

/// Runs `callback`, which wakes futures and does nothing else, and then those futures, before returning to JavaScript.
pub(crate) fn run_ready(callback: impl FnOnce()) {
    if POLLING.get() {
        // Called from within a poll: what is woken may be the very future that is polled.
        return callback();
    }
    ATTENDED.set(true);
    callback();
    ATTENDED.set(false);
    attend();
}

/// Takes up what is ready, a microtask from now.
pub(crate) fn attend_soon() {
    spawn_local(async {
        // Nothing is further down the stack of a microtask.
        POLLING.set(false);
        attend();
    });
}

fn attend() {
    while let Some(task) = READY.with_borrow_mut(VecDeque::pop_front) {
        task.queued.store(false, Ordering::Relaxed);
        let work = TASKS.with_borrow_mut(|tasks| tasks.get_mut(task.place).and_then(Option::take));
        if let Some(work) = work {
            poll(task, work);
        }
    }
}

fn poll(task: Arc<Task>, mut work: Work) {
    /// Gives the place up, unless the future stays in it.
    struct Leaving(Option<usize>, bool);
    impl Drop for Leaving {
        fn drop(&mut self) {
            POLLING.set(self.1);
            if let Some(place) = self.0 {
                TASKS.with_borrow_mut(|tasks| drop(tasks.try_remove(place)));
            }
        }
    }
    let place = task.place;
    let mut leaving = Leaving(Some(place), POLLING.replace(true));
    let waker = Waker::from(task);
    if work.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
        leaving.0 = None;
        TASKS.with_borrow_mut(|tasks| {
            if let Some(empty) = tasks.get_mut(place) {
                *empty = Some(work);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::rc::Rc;
    use std::task::Poll;

    use super::*;

    /// Something to wait for.
    #[derive(Clone, Default)]
    struct Bell(Rc<RefCell<(bool, Option<Waker>)>>);

    impl Bell {
        fn ring(&self) {
            let mut state = self.0.borrow_mut();
            state.0 = true;
            if let Some(waker) = state.1.take() {
                drop(state);
                waker.wake();
            }
        }

        async fn rung(self) {
            poll_fn(|context| {
                let mut state = self.0.borrow_mut();
                if state.0 {
                    return Poll::Ready(());
                }
                state.1 = Some(context.waker().clone());
                Poll::Pending
            })
            .await;
        }
    }

    #[test]
    fn a_future_that_need_not_wait_is_done_at_once() {
        let done = Rc::new(Cell::new(false));
        let seen = done.clone();
        start(async move { seen.set(true) });
        assert!(done.get());
        assert!(TASKS.with_borrow(Slab::is_empty));
    }

    #[test]
    fn a_future_goes_on_within_the_callback_that_wakes_it() {
        let bell = Bell::default();
        let heard = Rc::new(Cell::new(false));
        let (waited, seen) = (bell.clone(), heard.clone());
        start(async move {
            waited.rung().await;
            seen.set(true);
        });
        assert!(!heard.get());
        run_ready(|| bell.ring());
        assert!(heard.get());
        assert!(TASKS.with_borrow(Slab::is_empty));
    }

    #[test]
    fn futures_may_start_and_wake_others() {
        let bell = Bell::default();
        let log = Rc::new(RefCell::new(Vec::new()));
        let (waited, outer, inner) = (bell.clone(), log.clone(), log.clone());
        start(async move {
            waited.rung().await;
            outer.borrow_mut().push("outer");
            start(async move { inner.borrow_mut().push("inner") });
        });
        run_ready(|| bell.ring());
        assert_eq!(*log.borrow(), ["outer", "inner"]);
    }

    #[test]
    fn a_panic_gives_its_place_up_and_leaves_the_rest_running() {
        let panicked = std::panic::catch_unwind(|| start(async { panic!("on purpose") }));
        assert!(panicked.is_err());
        assert!(TASKS.with_borrow(Slab::is_empty) && !POLLING.get());
        let bell = Bell::default();
        let heard = Rc::new(Cell::new(false));
        let (waited, seen) = (bell.clone(), heard.clone());
        start(async move {
            waited.rung().await;
            seen.set(true);
        });
        run_ready(|| bell.ring());
        assert!(heard.get());
    }
}
