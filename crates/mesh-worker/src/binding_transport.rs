//! Calls over a service binding or a Durable Object stub: one JavaScript method call with the encoded bytes.

use async_trait::async_trait;
use js_sys::{Array, Function, Reflect, Uint8Array};
use mesh::durable::Address;
use mesh::{ByteStream, Message, Outgoing, Runtime, Transport, TransportError};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::ReadableStream;

use crate::env::{BindingError, binding};
use crate::js_error::describe;
use crate::plain;
use crate::runtime::{LONGEST_WAIT_MS, WorkerRuntime};
use crate::stream::{from_readable, into_readable};
use crate::waiting::{Answer, Waiting};

/// A [`Transport`] over an RPC target of the runtime.
#[derive(Debug, Clone)]
pub struct BindingTransport {
    target: JsValue,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Service,
    DurableObject,
    Plain,
}

impl BindingTransport {
    /// Over the service binding `name`.
    ///
    /// # Errors
    /// [`BindingError::Missing`].
    pub fn service(env: &worker::Env, name: &'static str) -> Result<Self, BindingError> {
        Ok(Self { target: binding(env, name)?, kind: Kind::Service })
    }

    /// Over the service binding `name`, to a Worker that is not built on this framework (one in TypeScript, say): its
    /// methods are called with `(request, context)` as plain objects, and answer `{ok}` or `{refused}`.
    ///
    /// # Errors
    /// [`BindingError::Missing`].
    pub fn plain(env: &worker::Env, name: &'static str) -> Result<Self, BindingError> {
        Ok(Self { target: binding(env, name)?, kind: Kind::Plain })
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
        let target = get.call1(&namespace, &address.as_str().into()).map_err(unusable)?;
        Ok(Self { target, kind: Kind::DurableObject })
    }

    /// Sends the call off.
    fn start(&self, call: &Outgoing<'_>) -> Result<Waiting, TransportError> {
        let unsendable = |error: String| {
            TransportError::Threw(format!("the request of `{}` was not sent: {error}", call.method))
        };
        let values = if self.kind == Kind::Plain {
            let frame = plain::write(&call.message).map_err(|error| unsendable(error.to_string()))?;
            let part = |name: &str| Reflect::get(&frame, &name.into()).unwrap_or_default();
            [part("req"), part("cx")]
        } else if call.message.streams.is_empty() {
            let bytes = &call.message.bytes;
            return Waiting::for_reply_to_bytes(&self.target, call.method, bytes, patience(call))
                .map_err(|thrown| classify(&thrown));
        } else {
            let streams = call.message.streams.iter().map(into_readable);
            let streams =
                streams.collect::<Result<Vec<_>, _>>().map_err(|error| unsendable(error.to_string()))?;
            [
                Uint8Array::from(call.message.bytes.as_slice()).into(),
                streams.into_iter().collect::<Array>().into(),
            ]
        };
        let [first, second] = &values;
        Waiting::for_reply_to_values(&self.target, call.method, [first, second], patience(call))
            .map_err(|thrown| classify(&thrown))
    }

    fn reply(&self, reply: JsValue) -> Result<Message, TransportError> {
        if self.kind == Kind::Plain {
            let mut message = Message::default();
            plain::read(&reply, "reply", &mut message.bytes, &mut message.streams)
                .map_err(|error| TransportError::Threw(format!("the reply cannot be read: {error}")))?;
            return Ok(message);
        }
        decoded_frame(reply).ok_or_else(|| {
            TransportError::Threw("the callee answered with something other than bytes".into())
        })
    }
}

/// Bytes, or an array of bytes and the streams that travel beside them.
fn decoded_frame(frame: JsValue) -> Option<Message> {
    let frame = match frame.dyn_into::<Uint8Array>() {
        Ok(bytes) => return Some(bytes.to_vec().into()),
        Err(frame) => frame,
    };
    let parts = frame.dyn_into::<Array>().ok()?;
    let bytes = parts.shift().dyn_into::<Uint8Array>().ok()?.to_vec();
    Some(Message { bytes, streams: decoded_streams(&parts)? })
}

/// The streams that travel beside bytes.
pub(crate) fn decoded_streams(streams: &Array) -> Option<Vec<ByteStream>> {
    streams.iter().map(|stream| stream.dyn_into::<ReadableStream>().ok().map(from_readable)).collect()
}

#[async_trait(?Send)]
impl Transport for BindingTransport {
    async fn send(&self, call: Outgoing<'_>) -> Result<Message, TransportError> {
        match self.start(&call)?.await {
            Answer::Bytes(bytes) if self.kind != Kind::Plain => Ok(bytes.into()),
            Answer::Bytes(bytes) => self.reply(Uint8Array::from(bytes.as_slice()).into()),
            Answer::Value(reply) => self.reply(reply),
            Answer::Thrown(thrown) => Err(classify(&thrown)),
            Answer::TimeUp => Err(TransportError::TimedOut),
        }
    }

    fn runtime(&self) -> &dyn Runtime {
        &WorkerRuntime
    }

    fn counts_as_invocation(&self) -> bool {
        self.kind != Kind::DurableObject
    }
}

/// What the local runtime throws, as if from afar, for a Worker that does not run.
const NOT_RUNNING: &str = "Make sure it is running locally";

fn patience(call: &Outgoing<'_>) -> u64 {
    call.time_left_ms.min(LONGEST_WAIT_MS)
}

/// Tells a broken link from a callee that threw. Only the message is sure to cross, so it decides where no flag did.
fn classify(thrown: &JsValue) -> TransportError {
    let message = describe(thrown);
    if message.contains("does not implement the method") {
        return TransportError::UnknownMethod(message);
    }
    let flag = |name: &str| Reflect::get(thrown, &name.into()).is_ok_and(|flag| flag.is_truthy());
    if flag("overloaded") {
        TransportError::Overloaded(message)
    } else if message.contains(NOT_RUNNING) {
        TransportError::Unreachable(message)
    } else if flag("remote") && !flag("retryable") && !flag("durableObjectReset") {
        TransportError::Threw(message)
    } else {
        TransportError::Unreachable(message)
    }
}
