//! One call as it arrives from JavaScript, in bytes or as plain objects, and its answer in the same form.

use std::rc::Rc;

use js_sys::{Array, Object, Reflect, Uint8Array};
use mesh::{ByteStream, Dispatch, Fault, FaultKind, Incoming, Message, TraceContext, fault_reply};
use wasm_bindgen::{JsCast, JsValue};

use crate::binding_transport::decoded_streams;
use crate::js_error::describe;
use crate::outcome;
use crate::panics::Panicked;
use crate::plain::{self, PlainError};
use crate::runtime::WorkerRuntime;
use crate::scratch;
use crate::stream::into_readable;

/// The time that a caller has who gives none.
const DEFAULT_TIME_LEFT_MS: u32 = 30_000;

/// The arguments of a JavaScript method call.
#[derive(Debug)]
pub enum Arguments {
    /// A short message from this framework, as `(text, 0)`.
    Text(Vec<u8>),
    /// A message from this framework, as `(bytes)` or `(bytes, streams)`.
    Bytes(Vec<u8>, JsValue),
    /// Plain objects from anyone: a request and a context.
    Plain(JsValue, JsValue),
}

/// The form of a call, which is that of its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Bytes,
    Plain,
}

impl Arguments {
    /// `bytes` are the first where it is a `Uint8Array`.
    #[must_use]
    pub fn new(bytes: Option<Vec<u8>>, first: JsValue, second: JsValue) -> Self {
        match bytes {
            Some(bytes) => Self::Bytes(bytes, second),
            None => Self::Plain(first, second),
        }
    }

    /// A message of `length` bytes that JavaScript put where this instance takes it.
    #[must_use]
    pub fn put(length: u32) -> Self {
        Self::Text(scratch::take(length))
    }

    pub(crate) fn form(&self) -> Form {
        match self {
            Self::Text(_) => Form::Text,
            Self::Bytes(..) => Form::Bytes,
            Self::Plain(..) => Form::Plain,
        }
    }
}

/// Answers one call that arrived as a JavaScript method call. `method` is its place in [`Dispatch::methods`]. Gives the
/// reply in the form of the call, or a promise of it where the method has to wait.
///
/// # Errors
/// What to throw when the call has none of the forms.
pub(crate) fn dispatch_call(
    dispatch: Rc<dyn Dispatch>,
    method: u32,
    arguments: Arguments,
) -> Result<JsValue, JsValue> {
    let Some(method) = dispatch.methods().get(method as usize).copied() else {
        return Err(js_sys::TypeError::new("the entry module names a method that is not there").into());
    };
    let form = arguments.form();
    let answer = async move {
        let message = match arguments {
            Arguments::Text(bytes) => bytes.into(),
            Arguments::Bytes(bytes, beside) => Message { bytes, streams: streams(&beside)? },
            Arguments::Plain(request, context) => match plain_message(&request, context) {
                Ok(message) => message,
                Err(error) => return reply_in(form, &fault_reply(misfit(method, &error))),
            },
        };
        let call = Incoming { method, message, runtime: &WorkerRuntime, tenant: None };
        reply_in(form, &dispatch.dispatch(call).await)
    };
    // The dispatcher answers for the method's own panics; what is left is reading the call and writing the reply.
    outcome::run_or(answer, move |panicked| panicked_reply(form, &panicked))
}

/// The reply to a call whose code panicked.
pub(crate) fn panicked_reply(form: Form, panicked: &Panicked) -> Result<JsValue, JsValue> {
    reply_in(form, &fault_reply(Fault { kind: FaultKind::Panicked, message: panicked.to_string() }))
}

fn reply_in(form: Form, reply: &Message) -> Result<JsValue, JsValue> {
    match form {
        Form::Plain => plain_reply(reply),
        Form::Text if reply.streams.is_empty() && reply.bytes.len() <= scratch::SHORT => {
            Ok(scratch::text_of(&reply.bytes))
        }
        Form::Text | Form::Bytes => encoded_reply(reply),
    }
}

fn streams(beside: &JsValue) -> Result<Vec<ByteStream>, JsValue> {
    if beside.is_undefined() {
        return Ok(Vec::new());
    }
    beside.dyn_ref::<Array>().and_then(decoded_streams).ok_or_else(malformed)
}

fn malformed() -> JsValue {
    js_sys::TypeError::new(
        "a mesh call is `(text, 0)`, `(bytes)`, `(bytes, streams)` or `(request, context)`",
    )
    .into()
}

fn encoded_reply(reply: &Message) -> Result<JsValue, JsValue> {
    let bytes = Uint8Array::from(reply.bytes.as_slice());
    if reply.streams.is_empty() {
        return Ok(bytes.into());
    }
    let frame = Array::of1(&bytes);
    for stream in &reply.streams {
        let stream = into_readable(stream).map_err(|error| js_sys::Error::new(&error.to_string()))?;
        frame.push(&stream);
    }
    Ok(frame.into())
}

/// `{cx, req}` out of a caller's plain objects; what a caller may leave out of the context is filled in.
fn plain_message(request: &JsValue, context: JsValue) -> Result<Message, PlainError> {
    let context = if context.is_undefined() || context.is_null() { Object::new().into() } else { context };
    let unusable = |_| PlainError { path: "context".into(), problem: "it must be an object".into() };
    let copy = Object::assign(&Object::new(), context.unchecked_ref());
    let default = |name: &str, value: &dyn Fn() -> JsValue| -> Result<(), JsValue> {
        if Reflect::get(&copy, &name.into())?.is_undefined() {
            Reflect::set(&copy, &name.into(), &value())?;
        }
        Ok(())
    };
    default("scope", &|| Object::new().into()).map_err(unusable)?;
    default("left_ms", &|| DEFAULT_TIME_LEFT_MS.into()).map_err(unusable)?;
    default("trace", &|| fresh_trace().to_string().into()).map_err(unusable)?;
    let mut message = Message::default();
    let Message { bytes, streams } = &mut message;
    // A map of two entries.
    bytes.push(0x82);
    for (key, name, value) in [("cx", "context", copy.as_ref()), ("req", "request", request)] {
        plain::read(&key.into(), key, bytes, streams)?;
        plain::read(value, name, bytes, streams)?;
    }
    Ok(message)
}

fn fresh_trace() -> TraceContext {
    let mut random = [0; 24];
    for part in random.chunks_mut(4) {
        let bits = (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
        part.copy_from_slice(&bits.to_le_bytes());
    }
    TraceContext::from_random(random)
}

fn misfit(method: &str, error: &PlainError) -> Fault {
    Fault { kind: FaultKind::Contract, message: format!("the call of `{method}` cannot be read {error}") }
}

fn plain_reply(reply: &Message) -> Result<JsValue, JsValue> {
    plain::write(reply).map_err(|error| js_sys::Error::new(&describe(&error.to_string().into())).into())
}
