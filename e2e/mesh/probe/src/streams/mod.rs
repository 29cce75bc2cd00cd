//! Bulk data that travels beside a message: through two Workers into R2 and out, read and made in Rust, cut off.

pub mod contract;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use js_sys::{Function, Promise, Reflect};
use mesh::{ByteStream, StreamError};
use mesh_worker::stream::{chunks, from_readable, into_readable, into_readable_of_known_length};
use mesh_worker::{BindingError, Instance, binding, call_method};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::{Env, Response, ResponseBody, ResponseBuilder};

use self::contract::{NotStored, StreamsClient, StreamsContract, StreamsDispatch, Sum, Upload, Wanted};
use crate::calls::Never;
use crate::case::{Call, Case};
use crate::outcome;

const BUCKET: &str = "BUCKET";
const CHUNK_BYTES: usize = 64 * 1024;

mesh_worker::entrypoint!(
    /// Bulk data.
    Streams,
    StreamsContract,
    wire
);

fn wire(instance: &Instance) -> Result<StreamsDispatch<Service>, BindingError> {
    Ok(StreamsDispatch(Service { env: instance.env.clone() }))
}

struct Service {
    env: Env,
}

#[async_trait(?Send)]
impl contract::Streams for Service {
    async fn store(&self, _context: &Call, upload: Upload) -> Result<(), NotStored> {
        let refused = |error: String| NotStored(format!("{}: {error}", upload.key));
        let body = into_readable_of_known_length(&upload.body).map_err(|error| refused(error.to_string()))?;
        let bucket = self.env.bucket(BUCKET).map_err(|error| refused(error.to_string()))?;
        bucket.put(&upload.key, body).execute().await.map(drop).map_err(|error| refused(error.to_string()))
    }

    async fn load(&self, _context: &Call, key: String) -> Result<ByteStream, NotStored> {
        match self.stored(&key).await {
            Ok(Some(stream)) => Ok(from_readable(stream)),
            Ok(None) => Err(NotStored(key)),
            Err(thrown) => Err(NotStored(mesh_worker::describe(&thrown))),
        }
    }

    async fn sum(&self, _context: &Call, body: ByteStream) -> Result<Sum, Never> {
        Ok(sum(&body).await)
    }

    async fn make(&self, _context: &Call, Wanted { chunks, breaks }: Wanted) -> Result<ByteStream, Never> {
        let whole = stream::iter((0..chunks).map(|index| Ok(vec![index as u8; CHUNK_BYTES])));
        let end = stream::iter(breaks.then(|| Err(StreamError("the well ran dry".into()))));
        Ok(ByteStream::new(whole.chain(end)))
    }

    async fn memory(&self, _context: &Call, _request: ()) -> Result<u64, Never> {
        Ok(memory_bytes())
    }
}

impl Service {
    /// The body of a stored object as the platform's own stream, which the `worker` crate does not hand out.
    async fn stored(&self, key: &str) -> Result<Option<web_sys::ReadableStream>, JsValue> {
        let bucket = binding(&self.env, BUCKET).map_err(|error| JsValue::from(error.to_string()))?;
        let get: Function = Reflect::get(&bucket, &"get".into())?.dyn_into()?;
        let pending: Promise = call_method(&bucket, &get, [&key.into()])?.dyn_into()?;
        let object = JsFuture::from(pending).await?;
        if object.is_null() {
            return Ok(None);
        }
        Reflect::get(&object, &"body".into())?.dyn_into().map(Some)
    }
}

/// Reads a stream to its end.
async fn sum(body: &ByteStream) -> Sum {
    let mut sum = Sum { bytes: 0, hash: 0xcbf2_9ce4_8422_2325, broke: None };
    let mut chunks = match chunks(body) {
        Ok(chunks) => chunks,
        Err(error) => return Sum { broke: Some(error.to_string()), ..sum },
    };
    while let Some(chunk) = chunks.next().await {
        match chunk {
            Ok(bytes) => {
                sum.bytes += bytes.len() as u64;
                for byte in bytes {
                    sum.hash = (sum.hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
                }
            }
            Err(error) => sum.broke = Some(error.to_string()),
        }
    }
    sum
}

fn memory_bytes() -> u64 {
    let memory = wasm_bindgen::memory();
    let buffer = Reflect::get(&memory, &"buffer".into()).unwrap_or_default();
    Reflect::get(&buffer, &"byteLength".into()).ok().and_then(|length| length.as_f64()).unwrap_or_default()
        as u64
}

/// Sends a request's body on, or reads what the other Worker sends.
pub(crate) async fn run(mut case: Case) -> worker::Result<Response> {
    let client = StreamsClient::over(case.over("STREAMS")?);
    let context = case.call_for(60_000);
    let name = case.name.clone();
    let outcome = match name.split_once('/').unwrap_or((&name, "")) {
        ("store", key) => {
            let upload = Upload { key: key.to_owned(), body: body(&case)? };
            outcome::of(client.store(&context, upload).await)
        }
        // As above, without its length.
        ("unmeasured", key) => {
            let body = case.request.inner().body().ok_or("the request has no body")?;
            let upload = Upload { key: key.to_owned(), body: from_readable(body) };
            outcome::of(client.store(&context, upload).await)
        }
        // As above, with a length that is one byte too high.
        ("overstate", key) => {
            let body = body(&case)?;
            let length = body.length().unwrap_or_default() + 1;
            let upload = Upload { key: key.to_owned(), body: body.with_length(length) };
            outcome::of(client.store(&context, upload).await)
        }
        ("load", key) => match client.load(&context, key.to_owned()).await {
            Ok(stream) => return pass_on(&stream),
            Err(error) => outcome::failure(error),
        },
        ("sum", _) => outcome::of(client.sum(&context, body(&case)?).await),
        ("make", _) => match client.make(&context, case.input().await?).await {
            Ok(stream) => return case.answer(&sum(&stream).await),
            Err(error) => outcome::failure(error),
        },
        ("pass", _) => match client.make(&context, case.input().await?).await {
            Ok(stream) => return pass_on(&stream),
            Err(error) => outcome::failure(error),
        },
        ("twice", _) => {
            let stream = body(&case)?;
            let first = sum(&stream).await;
            let second = client.sum(&context, stream).await;
            return case.answer(&(first, outcome::of(second)));
        }
        ("memory", "here") => return case.answer(&memory_bytes()),
        ("memory", _) => outcome::of(client.memory(&context, ()).await),
        _ => return case.unknown(),
    };
    case.answer(&outcome)
}

/// The request's body, unread, with the length that the request declares.
fn body(case: &Case) -> worker::Result<ByteStream> {
    let body = case.request.inner().body().ok_or("the request has no body")?;
    let length = case.request.headers().get("content-length")?.and_then(|length| length.parse().ok());
    let stream = from_readable(body);
    Ok(match length {
        Some(length) => stream.with_length(length),
        None => stream,
    })
}

/// Answers with a stream, unread.
fn pass_on(stream: &ByteStream) -> worker::Result<Response> {
    let body = into_readable(stream).map_err(|error| error.to_string())?;
    Ok(ResponseBuilder::new().body(ResponseBody::Stream(body)))
}
