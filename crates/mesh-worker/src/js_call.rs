//! Calling a method of something that may be an RPC target.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Calls `method`, read from `target`, on it.
///
/// Not by `method.call(…)`, which `Function::call1` and its like amount to: what an RPC target gives for a method
/// is itself a target, and takes `call` for the name of one more remote method.
///
/// # Errors
/// What the method throws at once; a remote one answers with a promise, which carries the rest.
pub fn call_method<const N: usize>(
    target: &JsValue,
    method: &Function,
    arguments: [&JsValue; N],
) -> Result<JsValue, JsValue> {
    Reflect::apply(method, target, &arguments.into_iter().collect::<Array>())
}

/// The method called `name` of `target`.
///
/// # Errors
/// When there is none, or it is something else.
pub(crate) fn method(target: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(target, &name.into())?
        .dyn_into()
        .map_err(|_| js_sys::TypeError::new(&format!("there is no method `{name}` here")).into())
}
