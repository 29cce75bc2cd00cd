//! What the exporting macros call. Not public API.

use std::rc::Rc;

pub use js_sys::Promise;
use mesh::durable::Durable;
use mesh::{Contract, Dispatch};
pub use wasm_bindgen;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

use crate::entrypoint::{DurableObject, Failing};
use crate::env::BindingError;
use crate::incoming::dispatch_call;

pub fn dispatch<D: Dispatch + 'static>(
    wired: Result<D, BindingError>,
) -> Result<Rc<dyn Dispatch>, BindingError> {
    wired.map(|dispatch| Rc::new(dispatch) as Rc<dyn Dispatch>)
}

pub fn object<O: DurableObject + 'static>(
    wired: Result<O, BindingError>,
) -> Result<Rc<dyn DurableObject>, BindingError> {
    wired.map(|object| Rc::new(object) as Rc<dyn DurableObject>)
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

pub fn call_object(
    target: &Result<Rc<dyn DurableObject>, BindingError>,
    method: String,
    first: JsValue,
    second: JsValue,
) -> Promise {
    match target {
        Ok(object) => dispatch_call(object.dispatch(), method, first, second),
        Err(error) => Promise::reject(&Failing(error.clone()).thrown()),
    }
}

pub fn alarm(target: &Result<Rc<dyn DurableObject>, BindingError>) -> Promise {
    match target {
        Ok(object) => {
            let object = object.clone();
            future_to_promise(async move {
                object.alarm().await.map_err(|message| js_sys::Error::new(&message))?;
                Ok(JsValue::UNDEFINED)
            })
        }
        Err(error) => Promise::reject(&Failing(error.clone()).thrown()),
    }
}

/// The methods of an object's service.
pub fn method_names<O: Durable>() -> Vec<String> {
    O::Contract::METHODS.iter().map(|method| (*method).to_owned()).collect()
}
