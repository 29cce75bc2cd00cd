//! A namespace of objects, as callers reach it: a Durable Object binding.

use std::rc::Rc;

use async_trait::async_trait;
use js_sys::{Function, Promise, Reflect};
use mesh::durable::{Address, ConnectError, Namespace, Refusal, SocketNamespace};
use mesh::{Message, Outgoing, Runtime, Transport, TransportError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::upgrade;
use crate::binding_transport::BindingTransport;
use crate::env::{BindingError, binding};
use crate::js_call::{call_method, method};
use crate::js_error::describe;
use crate::runtime::WorkerRuntime;

/// The objects of one class, behind their binding.
#[derive(Debug, Clone)]
pub struct DurableNamespace {
    env: worker::Env,
    name: &'static str,
}

impl DurableNamespace {
    /// Over the namespace bound as `name`.
    ///
    /// # Errors
    /// [`BindingError`] when it is missing or is none.
    pub fn over(env: &worker::Env, name: &'static str) -> Result<Self, BindingError> {
        let namespace = binding(env, name)?;
        match Reflect::get(&namespace, &"getByName".into()) {
            Ok(get) if get.is_function() => Ok(Self { env: env.clone(), name }),
            _ => Err(BindingError::Unusable { name, message: "it is no Durable Object namespace".into() }),
        }
    }

    fn stub(&self, address: &Address) -> Result<JsValue, JsValue> {
        let namespace =
            binding(&self.env, self.name).map_err(|error| js_sys::Error::new(&error.to_string()))?;
        let get: Function = method(&namespace, "getByName")?;
        call_method(&namespace, &get, [&address.as_str().into()])
    }

    async fn fetch(
        &self,
        address: &Address,
        hello: &[u8],
        protocols: &[String],
    ) -> Result<Response, JsValue> {
        let request = upgrade::request(hello, protocols)?;
        let stub = self.stub(address)?;
        let pending = call_method(&stub, &method(&stub, "fetch")?, [&request])?;
        JsFuture::from(Promise::resolve(&pending)).await?.dyn_into()
    }
}

impl Namespace for DurableNamespace {
    fn object(&self, address: &Address) -> Rc<dyn Transport> {
        Rc::new(ObjectTransport { namespace: self.clone(), address: address.clone() })
    }
}

#[async_trait(?Send)]
impl SocketNamespace for DurableNamespace {
    /// To be given to the client as it is: it carries the client's end of the socket.
    type Connection = Response;

    fn now_ms(&self) -> u64 {
        WorkerRuntime.now_ms()
    }

    async fn open_socket(
        &self,
        address: &Address,
        hello: &[u8],
        protocols: &[String],
    ) -> Result<Response, ConnectError> {
        let unreachable = |thrown: JsValue| ConnectError::Unreachable(describe(&thrown));
        let response = self.fetch(address, hello, protocols).await.map_err(unreachable)?;
        let status = response.status();
        if status == 101 {
            return Ok(response);
        }
        let text = JsFuture::from(response.text().map_err(unreachable)?).await.map_err(unreachable)?;
        Err(ConnectError::Refused(Refusal::new(status, text.as_string().unwrap_or_default())))
    }
}

struct ObjectTransport {
    namespace: DurableNamespace,
    address: Address,
}

#[async_trait(?Send)]
impl Transport for ObjectTransport {
    async fn send(&self, call: Outgoing<'_>) -> Result<Message, TransportError> {
        let DurableNamespace { env, name } = &self.namespace;
        let stub = BindingTransport::durable_object(env, name, &self.address)
            .map_err(|error| TransportError::Unreachable(error.to_string()))?;
        stub.send(call).await
    }

    fn runtime(&self) -> &dyn Runtime {
        &WorkerRuntime
    }

    fn counts_as_invocation(&self) -> bool {
        false
    }
}
