//! What the exporting macros call. Not public API.

use std::rc::Rc;

pub use js_sys::Promise;
use mesh::durable::Durable;
use mesh::{Contract, Dispatch};
pub use wasm_bindgen;
use wasm_bindgen::JsValue;

use crate::entrypoint::Failing;
use crate::env::BindingError;
use crate::incoming::dispatch_call;

pub fn dispatch<D: Dispatch + 'static>(
    wired: Result<D, BindingError>,
) -> Result<Rc<dyn Dispatch>, BindingError> {
    wired.map(|dispatch| Rc::new(dispatch) as Rc<dyn Dispatch>)
}

pub fn call(
    target: &Result<Rc<dyn Dispatch>, BindingError>,
    method: String,
    first: JsValue,
    second: JsValue,
) -> Promise {
    match target {
        Ok(dispatch) => dispatch_call(dispatch.clone(), method, first, second),
        Err(error) => Promise::reject(&Failing(error.clone()).thrown()),
    }
}

/// The methods of an object's service.
pub fn method_names<O: Durable>() -> Vec<String> {
    O::Contract::METHODS.iter().map(|method| (*method).to_owned()).collect()
}
