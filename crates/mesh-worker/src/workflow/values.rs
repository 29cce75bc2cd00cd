//! Values and methods on their way between Rust and the platform's Workflows.

use std::time::Duration;

use js_sys::{Function, JSON, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::js_call::call_method;

/// Calls a method of an object of the platform and waits for its answer.
pub(super) async fn invoke<const N: usize>(
    target: &JsValue,
    method: &str,
    arguments: [&JsValue; N],
) -> Result<JsValue, JsValue> {
    let function: Function = Reflect::get(target, &method.into())?.dyn_into()?;
    JsFuture::from(Promise::resolve(&call_method(target, &function, arguments)?)).await
}

/// Whole seconds as text, at least one: the unit of a bare number differs between versions of the platform.
pub(super) fn duration_text(duration: Duration) -> String {
    format!("{} seconds", duration.as_millis().div_ceil(1000).max(1))
}

/// A property, where there is one.
pub(super) fn property(value: &JsValue, name: &str) -> Option<JsValue> {
    if !value.is_object() {
        return None;
    }
    Reflect::get(value, &name.into()).ok().filter(|found| !found.is_undefined() && !found.is_null())
}

/// A value as JSON; `null` for what has none.
pub(super) fn json_of(value: &JsValue) -> String {
    JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_else(|| "null".to_owned())
}
