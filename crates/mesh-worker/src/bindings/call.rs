//! The edge: one call of a method of a binding, with JSON in and JSON out.

use js_sys::{Array, Function, JSON, Promise, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::failure::{ProductError, Thrown};
use crate::env::{BindingError, binding};
use crate::js_error::describe;

/// A product's binding. Read by reflection, not by `Env::get_binding`, which insists on a class's name and so refuses
/// whatever stands in for the product in a test.
#[derive(Debug, Clone)]
pub(super) struct Product {
    name: &'static str,
    target: JsValue,
}

impl Product {
    pub(super) fn over(env: &worker::Env, name: &'static str) -> Result<Self, BindingError> {
        Ok(Self { name, target: binding(env, name)? })
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Calls a method and waits for what it promises.
    pub(super) async fn call<I: std::error::Error + 'static>(
        &self,
        method: &str,
        arguments: &[JsValue],
    ) -> Result<JsValue, ProductError<I>> {
        let failed = |error: JsValue| thrown(&error).judge(self.name);
        let function: Function = Reflect::get(&self.target, &method.into())
            .and_then(JsCast::dyn_into)
            .map_err(|_| Thrown { message: format!("the binding has no method `{method}`"), retryable: None })
            .map_err(|thrown| thrown.judge(self.name))?;
        // By `Reflect.apply` for the reason that `call_method` gives.
        let arguments: Array = arguments.iter().collect();
        let pending = Reflect::apply(&function, &self.target, &arguments).map_err(failed)?;
        JsFuture::from(Promise::resolve(&pending)).await.map_err(failed)
    }

    /// Reads what a method answered.
    pub(super) fn read<T: DeserializeOwned, I: std::error::Error + 'static>(
        &self,
        value: &JsValue,
    ) -> Result<T, ProductError<I>> {
        from_js(value).map_err(|message| ProductError::Unreadable { binding: self.name.to_owned(), message })
    }
}

/// A plain JavaScript value of what `value` is as JSON.
pub(super) fn to_js(value: &impl Serialize) -> Result<JsValue, String> {
    let text = serde_json::to_string(value).map_err(|error| error.to_string())?;
    parse(&text)
}

/// A plain JavaScript value of JSON text.
pub(super) fn parse(text: &str) -> Result<JsValue, String> {
    JSON::parse(text).map_err(|error| describe(&error))
}

/// What `value` is as JSON, in a type of its own.
pub(super) fn from_js<T: DeserializeOwned>(value: &JsValue) -> Result<T, String> {
    let text = JSON::stringify(value).map_err(|error| describe(&error))?;
    // `undefined` has no JSON; `null` is the nearest.
    let text = text.as_string().unwrap_or_else(|| "null".into());
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

fn thrown(error: &JsValue) -> Thrown {
    let retryable = Reflect::get(error, &"retryable".into()).ok().and_then(|flag| flag.as_bool());
    Thrown { message: describe(error), retryable }
}
