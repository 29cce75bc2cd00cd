//! Calls over a service binding or a Durable Object stub: one JavaScript method call with the encoded bytes.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{Either, select};
use js_sys::{Function, Promise, Reflect, Uint8Array};
use mesh::durable::Address;
use mesh::{Outgoing, Transport, TransportError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::env::{BindingError, binding};
use crate::js_call::call_method;
use crate::js_error::describe;

/// A [`Transport`] over an RPC target of the runtime.
#[derive(Debug, Clone)]
pub struct BindingTransport {
    target: JsValue,
}

impl BindingTransport {
    /// Over the service binding `name`.
    ///
    /// # Errors
    /// [`BindingError::Missing`].
    pub fn service(env: &worker::Env, name: &'static str) -> Result<Self, BindingError> {
        Ok(Self { target: binding(env, name)? })
    }

    /// Over a stub of the Durable Object at `address` in the namespace bound as `name`. Make a new one a call: a stub
    /// can stay broken after an exception.
    ///
    /// # Errors
    /// [`BindingError`] when the namespace is missing or is none.
    pub fn durable_object(
        env: &worker::Env,
        name: &'static str,
        address: &Address,
    ) -> Result<Self, BindingError> {
        let namespace = binding(env, name)?;
        let unusable = |error: JsValue| BindingError::Unusable { name, message: describe(&error) };
        let get: Function =
            Reflect::get(&namespace, &"getByName".into()).and_then(JsCast::dyn_into).map_err(unusable)?;
        Ok(Self { target: get.call1(&namespace, &address.as_str().into()).map_err(unusable)? })
    }
}

#[async_trait(?Send)]
impl Transport for BindingTransport {
    async fn send(&self, call: Outgoing<'_>) -> Result<Vec<u8>, TransportError> {
        let method: Function =
            Reflect::get(&self.target, &call.method.into()).and_then(JsCast::dyn_into).map_err(|_| {
                TransportError::Unreachable(format!("the binding has no callable `{}`", call.method))
            })?;
        let payload = Uint8Array::from(call.payload.as_slice());
        let pending = call_method(&self.target, &method, [&payload]).map_err(|thrown| classify(&thrown))?;
        // An RPC result is a thenable of its own; `resolve` adopts it into a true promise.
        let reply = JsFuture::from(Promise::resolve(&pending));
        let patience = worker::Delay::from(Duration::from_millis(call.time_left_ms.min(MAX_WAIT_MS)));
        let reply = match select(reply, std::pin::pin!(patience)).await {
            Either::Left((reply, _)) => reply.map_err(|thrown| classify(&thrown))?,
            Either::Right(_) => return Err(TransportError::TimedOut),
        };
        match reply.dyn_into::<Uint8Array>() {
            Ok(bytes) => Ok(bytes.to_vec()),
            Err(_) => {
                Err(TransportError::Threw("the callee answered with something other than bytes".into()))
            }
        }
    }

    fn now_ms(&self) -> u64 {
        js_sys::Date::now() as u64
    }
}

/// `setTimeout` takes a signed 32-bit number; a day is far past any deadline in use.
const MAX_WAIT_MS: u64 = 24 * 60 * 60 * 1000;

/// Tells a broken link from a callee that threw. Only the message is sure to cross, so it decides.
fn classify(thrown: &JsValue) -> TransportError {
    let message = describe(thrown);
    if message.contains("does not implement the method") {
        return TransportError::UnknownMethod(message);
    }
    let remote = Reflect::get(thrown, &"remote".into()).is_ok_and(|flag| flag.is_truthy());
    if remote { TransportError::Threw(message) } else { TransportError::Unreachable(message) }
}
