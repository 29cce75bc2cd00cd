//! A future's outcome as JavaScript takes it: a value where it is there at once, else a promise.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::executor;

#[wasm_bindgen(module = "/js/waiting.mjs")]
extern "C" {
    type Pending;

    fn begin() -> Pending;

    #[wasm_bindgen(method, getter)]
    fn promise(this: &Pending) -> Promise;

    fn settle(pending: &Pending, fulfilled: bool, value: &JsValue);
}

type Outcome = Result<JsValue, JsValue>;

enum State {
    Running,
    Promised(Pending),
    Done(Outcome),
}

/// Runs `future`, and gives what came of it, or a promise of it where it has to wait.
///
/// # Errors
/// The future's own, when it does not wait.
pub(crate) fn run(future: impl Future<Output = Outcome> + 'static) -> Outcome {
    let state = Rc::new(RefCell::new(State::Running));
    let kept = state.clone();
    executor::start(async move {
        let outcome = future.await;
        let before = std::mem::replace(&mut *kept.borrow_mut(), State::Running);
        if let State::Promised(pending) = before {
            let (fulfilled, value) = match &outcome {
                Ok(value) => (true, value),
                Err(thrown) => (false, thrown),
            };
            settle(&pending, fulfilled, value);
        } else {
            *kept.borrow_mut() = State::Done(outcome);
        }
    });
    let mut state = state.borrow_mut();
    match std::mem::replace(&mut *state, State::Running) {
        State::Done(outcome) => outcome,
        _ => {
            let pending = begin();
            let promise = pending.promise();
            *state = State::Promised(pending);
            Ok(promise.into())
        }
    }
}
