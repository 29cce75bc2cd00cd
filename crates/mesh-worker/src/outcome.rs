//! A future's outcome as JavaScript takes it: a value where it is there at once, else a promise, which settles whatever
//! happens: answered, failed, panicked, or cut off by an exception.

use std::cell::RefCell;
use std::future::Future;
use std::mem::replace;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;

use crate::executor;
use crate::instance::{Pending, begin, settle};
use crate::panics::{Panicked, catch_async, prepare};

type Outcome = Result<JsValue, JsValue>;

enum State {
    Running,
    Promised(Pending),
    Done(Outcome),
}

/// Runs `future`, and gives a promise of what comes of it. A panic rejects the promise.
pub fn promise(future: impl Future<Output = Outcome> + 'static) -> Promise {
    match run(future) {
        Ok(value) => Promise::resolve(&value),
        Err(thrown) => Promise::reject(&thrown),
    }
}

/// Runs `future`, and gives what came of it, or a promise of it where it has to wait. A panic is an error.
///
/// # Errors
/// The future's own, when it does not wait.
pub(crate) fn run(future: impl Future<Output = Outcome> + 'static) -> Outcome {
    run_or(future, |panicked| Err(thrown(&panicked)))
}

/// As [`run`], with `answer` for a panic.
///
/// # Errors
/// The future's own, and those of `answer`.
pub(crate) fn run_or(
    future: impl Future<Output = Outcome> + 'static,
    answer: impl FnOnce(Panicked) -> Outcome + 'static,
) -> Outcome {
    prepare();
    let state = Rc::new(RefCell::new(State::Running));
    let unsettled = Unsettled(Some(state.clone()));
    executor::start(async move {
        let outcome = catch_async(future).await.unwrap_or_else(answer);
        unsettled.settle(outcome);
    });
    let mut state = state.borrow_mut();
    match replace(&mut *state, State::Running) {
        State::Done(outcome) => outcome,
        _ => {
            let pending = begin();
            let promise = pending.promise();
            *state = State::Promised(pending);
            Ok(promise.into())
        }
    }
}

/// What JavaScript gets for a panic.
fn thrown(panicked: &Panicked) -> JsValue {
    let error = js_sys::Error::new(&panicked.to_string());
    error.set_name("Panicked");
    error.into()
}

/// An outcome that is settled at the latest when this is dropped.
struct Unsettled(Option<Rc<RefCell<State>>>);

impl Unsettled {
    fn settle(mut self, outcome: Outcome) {
        self.put(outcome);
    }

    fn put(&mut self, outcome: Outcome) {
        let Some(state) = self.0.take() else { return };
        let before = replace(&mut *state.borrow_mut(), State::Running);
        if let State::Promised(pending) = before {
            let (fulfilled, value) = match &outcome {
                Ok(value) => (true, value),
                Err(thrown) => (false, thrown),
            };
            settle(&pending, fulfilled, value);
        } else {
            *state.borrow_mut() = State::Done(outcome);
        }
    }
}

impl Drop for Unsettled {
    fn drop(&mut self) {
        if self.0.is_none() {
            return;
        }
        // An exception of JavaScript's cannot be caught as a panic is: it unwinds to whoever called into Rust, past the
        // executor and what else was ready there.
        self.put(Err(js_sys::Error::new("an exception went through the code that answers").into()));
        executor::attend_soon();
    }
}
