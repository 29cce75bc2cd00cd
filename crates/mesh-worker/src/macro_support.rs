//! What the exporting macros call. Not public API.

use std::rc::Rc;

pub use js_sys::Promise;
use mesh::{Contract, Dispatch};
pub use wasm_bindgen;
use wasm_bindgen::JsValue;

use crate::entrypoint::Failing;
use crate::env::BindingError;
pub use crate::incoming::Arguments;
use crate::incoming::{dispatch_call, panicked_reply};
use crate::panics::catch;
pub use crate::panics::prepare;

/// Answers one call of an entrypoint with what its wiring gives.
///
/// # Errors
/// As [`dispatch_call`], and when the wiring lacks a binding.
pub fn call<D: Dispatch + 'static>(
    wire: impl FnOnce() -> Result<D, BindingError>,
    method: u32,
    arguments: Arguments,
) -> Result<JsValue, JsValue> {
    let dispatch = match catch(wire) {
        Ok(wired) => wired.map_err(|error| Failing(error).thrown())?,
        Err(panicked) => return panicked_reply(arguments.form(), &panicked),
    };
    dispatch_call(Rc::new(dispatch), method, arguments)
}

/// The methods of a contract. It is asked for before any call, so this makes the instance ready.
pub fn method_names<C: Contract>() -> Vec<String> {
    prepare();
    C::METHODS.iter().map(|method| (*method).to_owned()).collect()
}
