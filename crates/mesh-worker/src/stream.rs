//! Byte streams as the platform has them: `ReadableStream`.

use futures_util::stream::{LocalBoxStream, StreamExt};
use js_sys::{Function, Promise, Reflect, Uint8Array};
use mesh::{ByteStream, StreamError, StreamSource};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::ReadableStream;

use crate::js_call::call_method;
use crate::js_error::describe;

/// The chunks of a stream that came in a message.
pub type Chunks = LocalBoxStream<'static, Result<Vec<u8>, StreamError>>;

/// A stream of the platform's (a request's body, an object out of R2) to send in a message. Its bytes do not pass
/// through Wasm.
pub fn from_readable(stream: ReadableStream) -> ByteStream {
    ByteStream::from_source(StreamSource::Host(Box::new(stream)))
}

/// A stream that came in a message, as the platform's own: to put into R2, say, or to answer a request with. Nothing
/// passes through Wasm unless the stream was made in it.
///
/// # Errors
/// [`StreamError`] when the stream was sent or read before.
pub fn into_readable(stream: &ByteStream) -> Result<ReadableStream, StreamError> {
    match stream.take_source().ok_or_else(spent)? {
        StreamSource::Host(host) => {
            host.downcast::<ReadableStream>().map(|stream| *stream).map_err(|_| foreign())
        }
        StreamSource::Chunks(chunks) => {
            pumped(chunks, stream.length()).map_err(|thrown| StreamError(describe(&thrown)))
        }
    }
}

/// As [`into_readable`], with the length that the sender gave: what R2 asks of a stream. A stream that turns out longer
/// or shorter fails while it is read.
///
/// # Errors
/// [`StreamError`] when the stream was sent or read before, or came without a length.
pub fn into_readable_of_known_length(stream: &ByteStream) -> Result<ReadableStream, StreamError> {
    let length = stream
        .length()
        .ok_or_else(|| StreamError("it came without a length: send it `with_length`".into()))?;
    let readable = into_readable(stream)?;
    piped(&readable, Some(length)).map_err(|thrown| StreamError(describe(&thrown)))
}

/// The chunks of a stream that came in a message.
///
/// # Errors
/// [`StreamError`] when the stream was sent or read before.
pub fn chunks(stream: &ByteStream) -> Result<Chunks, StreamError> {
    match stream.take_source().ok_or_else(spent)? {
        StreamSource::Chunks(chunks) => Ok(chunks),
        StreamSource::Host(host) => {
            let stream = host.downcast::<ReadableStream>().map_err(|_| foreign())?;
            let chunks = wasm_streams::ReadableStream::from_raw(*stream)
                .try_into_stream()
                .map_err(|(error, _)| StreamError(describe(&error.into())))?;
            Ok(chunks
                .map(|chunk| chunk.map(bytes).map_err(|thrown| StreamError(describe(&thrown))))
                .boxed_local())
        }
    }
}

fn bytes(chunk: JsValue) -> Vec<u8> {
    Uint8Array::new(&chunk).to_vec()
}

fn spent() -> StreamError {
    StreamError("it was sent or read before, and can be only once".into())
}

fn foreign() -> StreamError {
    StreamError("it is not of this runtime".into())
}

/// RPC carries the platform's own streams, not those written in JavaScript: so the bytes go through one of its pipes.
fn pumped(chunks: Chunks, length: Option<u64>) -> Result<ReadableStream, JsValue> {
    let chunks = chunks.map(|chunk| match chunk {
        Ok(bytes) => Ok(Uint8Array::from(bytes.as_slice()).into()),
        Err(error) => Err(js_sys::Error::new(&error.0).into()),
    });
    let source = wasm_streams::ReadableStream::from_stream(chunks).into_raw();
    piped(source.unchecked_ref(), length)
}

fn piped(source: &ReadableStream, length: Option<u64>) -> Result<ReadableStream, JsValue> {
    let global = js_sys::global();
    let class = |name: &str| Reflect::get(&global, &name.into())?.dyn_into::<Function>();
    let pipe = match length {
        Some(length) => {
            let arguments = js_sys::Array::of1(&js_sys::BigInt::from(length).into());
            Reflect::construct(&class("FixedLengthStream")?, &arguments)?
        }
        None => Reflect::construct(&class("IdentityTransformStream")?, &js_sys::Array::new())?,
    };
    let writable = Reflect::get(&pipe, &"writable".into())?;
    let pipe_to: Function = Reflect::get(source, &"pipeTo".into())?.dyn_into()?;
    let pumping: Promise = call_method(source, &pipe_to, [&writable])?.unchecked_into();
    // A failure reaches the reader through the pipe. Somebody has to take note of it here as well, or the platform
    // reports it as unhandled.
    spawn_local(async move { drop(JsFuture::from(pumping).await) });
    Reflect::get(&pipe, &"readable".into())?.dyn_into()
}
