//! The consumer of accepted events, and of those that the queue gave up on.

use std::panic::AssertUnwindSafe;

use app::pipeline::{bury, hand_over};
use host::QueuedBatch;
use js_sys::Promise;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use worker::wasm_bindgen_futures::future_to_promise;
use worker::worker_sys::MessageBatch;

use crate::wiring;

/// The end of the dead-letter queue's name.
const DEAD: &str = "-dead";

/// The platform's `queue` handler. It is exported by hand, since `#[worker::event(queue)]` hides how often a message was
/// delivered. A rejection has every message of the batch come again.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "an export of the module, which only JavaScript reaches")]
pub fn queue(batch: MessageBatch, env: worker::Env, _context: JsValue) -> Promise {
    // A panic rejects the promise, and nothing of what it left is used again.
    future_to_promise(AssertUnwindSafe(async move {
        let ports = wiring::handover(&env).map_err(|error| js_sys::Error::new(&error.to_string()))?;
        let batch = QueuedBatch::read(&batch)?;
        let verdicts = if batch.queue().ends_with(DEAD) {
            bury(&ports, batch.deliveries()).await
        } else {
            hand_over(&ports, batch.deliveries()).await
        };
        batch.answer(&verdicts);
        Ok(JsValue::UNDEFINED)
    }))
}
