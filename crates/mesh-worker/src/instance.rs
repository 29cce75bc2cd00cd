//! The Wasm instance's record of unanswered calls, which outlives it: `js/instance.mjs`.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/js/instance.mjs")]
extern "C" {
    /// A promise to settle.
    pub(crate) type Pending;

    /// A new one, which fails by itself when the instance stops.
    pub(crate) fn begin() -> Pending;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn promise(this: &Pending) -> Promise;

    pub(crate) fn settle(pending: &Pending, fulfilled: bool, value: &JsValue);

    /// What to say of the instance when it stops.
    #[wasm_bindgen(js_name = lastWords)]
    pub(crate) fn last_words(words: &str);

    /// Fails every call that was not answered.
    #[wasm_bindgen(js_name = stop)]
    fn stop_all();
}

/// The instance stops: a trap went through it, and nothing in it may run again.
pub(crate) fn stop() {
    stop_all();
}
