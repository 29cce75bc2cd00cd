//! What the platform hands to an instance, and reading bindings from it.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};

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
    #[error("binding `{0}` is missing: add it to this Worker's file in `wrangler/`")]
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
    present(Reflect::get(env, &name.into()).ok(), name)
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
