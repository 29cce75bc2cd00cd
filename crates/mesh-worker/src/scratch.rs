//! Short messages travel between Workers as strings of one character a byte. JavaScript puts one that arrives straight
//! into a place of this instance's memory, and no array, buffer or view is made for it.

use std::cell::Cell;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The longest message that travels so. `js/instance.mjs` has this number.
pub(crate) const SHORT: usize = 1024;

#[wasm_bindgen(module = "/js/instance.mjs")]
extern "C" {
    /// Hands over where messages are put.
    fn lend(memory: JsValue, place: u32);

    /// A message as a string.
    #[wasm_bindgen(js_name = textOf)]
    pub(crate) fn text_of(bytes: &[u8]) -> JsValue;
}

thread_local! {
    /// Cells, because it changes from outside.
    static SCRATCH: Box<[Cell<u8>]> = vec![Cell::new(0); SHORT].into_boxed_slice();
}

/// Tells JavaScript where to put messages. To be called once in each instance, before any message.
pub(crate) fn prepare() {
    SCRATCH.with(|scratch| lend(wasm_bindgen::memory(), scratch.as_ptr() as usize as u32));
}

/// The message of `length` bytes that was just put.
pub(crate) fn take(length: u32) -> Vec<u8> {
    SCRATCH.with(|scratch| scratch.iter().take(length as usize).map(Cell::get).collect())
}
