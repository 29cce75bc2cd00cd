//! What the exporting macros call. Not public API.

use std::rc::Rc;

pub use js_sys::Promise;
use mesh::durable::Durable;
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
        Err(panicked) => return panicked_reply(arguments.bytes.is_none(), &panicked),
    };
    dispatch_call(Rc::new(dispatch), method, arguments)
}

/// The methods of an object's service.
pub fn method_names<O: Durable>() -> Vec<String> {
    O::Contract::METHODS.iter().map(|method| (*method).to_owned()).collect()
}
