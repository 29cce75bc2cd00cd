//! What the platform hands to an instance, and reading bindings from it.

use std::future::Future;

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::js_call::call_method;
use crate::js_error::describe;
use crate::names::name as js_name;
use crate::outcome::promise;

/// What the platform hands to an entrypoint, a Durable Object or a workflow when it makes one.
#[derive(Clone)]
pub struct Instance {
    /// The execution context, or a Durable Object's state.
    pub context: JsValue,
    /// The bindings.
    pub env: worker::Env,
    /// Modules that the entry module passes along, such as a model's weights.
    pub assets: JsValue,
}

impl Instance {
    /// From the arguments of an exported constructor.
    pub fn new(context: JsValue, env: JsValue, assets: JsValue) -> Self {
        Self { context, env: env.unchecked_into(), assets }
    }

    /// Lets `work` go on after the answer: without this the platform ends what an invocation began when it has
    /// answered, or when its caller goes away. The platform allows it 30 more seconds.
    ///
    /// # Errors
    /// [`BindingError::Unusable`] when the platform takes no more work, because the invocation has ended.
    pub fn wait_until(&self, work: impl Future<Output = ()> + 'static) -> Result<(), BindingError> {
        let work = promise(async move {
            work.await;
            Ok(JsValue::UNDEFINED)
        });
        Reflect::get(&self.context, &"waitUntil".into())
            .and_then(JsCast::dyn_into::<Function>)
            .and_then(|method| call_method(&self.context, &method, [&work]))
            .map(drop)
            .map_err(|thrown| BindingError::Unusable { name: "waitUntil", message: describe(&thrown) })
    }

    /// One of the assets, by name.
    ///
    /// # Errors
    /// [`BindingError::Missing`] when the entry module passes none of this name.
    pub fn asset(&self, name: &'static str) -> Result<JsValue, BindingError> {
        present(Reflect::get(&self.assets, &name.into()).ok(), name)
    }
}

/// A binding cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindingError {
    /// It is not there.
    #[error("binding `{0}` is missing: add it to this Worker's wrangler configuration")]
    Missing(&'static str),
    /// It is there and is something else.
    #[error("binding `{name}` cannot be used: {message}")]
    Unusable {
        /// The binding.
        name: &'static str,
        /// Why.
        message: String,
    },
}

/// Any binding, by name.
///
/// # Errors
/// [`BindingError::Missing`].
pub fn binding(env: &worker::Env, name: &'static str) -> Result<JsValue, BindingError> {
    present(Reflect::get(env, &js_name(name)).ok(), name)
}

/// A text variable or secret; empty counts as missing.
///
/// # Errors
/// [`BindingError`] when it is missing, empty or no text.
pub fn text_var(env: &worker::Env, name: &'static str) -> Result<String, BindingError> {
    let value = binding(env, name)?;
    match value.as_string() {
        Some(text) if !text.is_empty() => Ok(text),
        Some(_) => Err(BindingError::Missing(name)),
        None => Err(BindingError::Unusable { name, message: "it is no text".into() }),
    }
}

fn present(value: Option<JsValue>, name: &'static str) -> Result<JsValue, BindingError> {
    value.filter(|value| !value.is_undefined() && !value.is_null()).ok_or(BindingError::Missing(name))
}
