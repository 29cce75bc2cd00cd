//! What the platform calls: a request comes in; another Worker asks for this one's health.

use std::rc::Rc;

use contracts::health::HealthContract;
use futures_util::{StreamExt, stream};
use mesh::ByteStream;
use mesh::Runtime;
use mesh_worker::http::{Head, path_of, response, whole_body};
use mesh_worker::stream::{chunks, from_readable, into_readable, into_readable_of_known_length};
use mesh_worker::{BindingError, Instance, WorkerRuntime, describe};
use wasm_bindgen::JsValue;
use web_sys::{Response, ResponseInit};
use worker::Env;

use crate::exchange::{Chunks, Ports, Request, SERVICE};
use crate::failure::Failure;
use crate::leftover::{Leftover, MAX_DRAIN_BYTES};
use crate::live::relay;
use crate::live::{Form, LivePlan};
use crate::middleware::last_used::KeyUsed;
use crate::middleware::{metering, spans};
use crate::respond::Answer;
use crate::router;
use crate::serve::{Served, serve, unready};
use crate::wiring;

/// A body that is declared no longer than this comes in one piece: each chunk costs several steps to JavaScript.
const WHOLE_BYTES: u64 = 256 * 1024;

mesh_worker::entrypoint!(
    /// For anyone in the mesh: how this Worker is.
    Health,
    HealthContract,
    wiring::health
);

mesh_worker::fetch!(answer);

async fn answer(request: web_sys::Request, instance: Instance) -> Result<Response, JsValue> {
    telemetry::console::init(SERVICE);
    let env = &instance.env;
    let mut request = read(request);
    let leftover = request.body.take().map(Leftover::of).map(|(body, leftover)| {
        request.body = Some(body);
        leftover
    });
    let head = request.method == "HEAD";
    let upload = request.upload.take().map(Untaken::of).and_then(|(upload, untaken)| {
        request.upload = Some(upload);
        untaken
    });
    let Served { mut answer, entry } = match wiring::ports(env) {
        Ok(ports) => serve(&ports, request).await,
        Err(error) => misconfigured(&request, &error),
    };
    let stream = entry.facts.stream.take();
    let plan = entry.facts.live.take().filter(|_| !head);
    if let Some(used) = entry.facts.used.take() {
        // Where nothing more may be begun, the use is noted with a later request.
        let _ = instance.wait_until(note_use(env.clone(), used));
    }
    if let Ok(ports) = wiring::ports(env) {
        spans::note(&ports.seen, &entry);
        if metering::count(&ports.meter, &entry, ports.clock.now().unix_ms()) {
            // As with the use of a key.
            let _ = instance.wait_until(bring(ports));
        }
    }
    entry.log();
    if let Some(plan) = plan {
        match live(env, plan, &answer).await {
            Ok(response) => return Ok(response),
            Err(failure) => answer = unopened(failure, &answer),
        }
    }
    if let Some(leftover) = leftover.filter(|_| answer.status >= 400) {
        leftover.drain(MAX_DRAIN_BYTES).await;
    }
    if let Some(untaken) = upload.filter(|_| answer.status >= 400) {
        untaken.drain(MAX_DRAIN_BYTES).await;
    }
    write(&answer, stream.filter(|_| !head), head)
}

/// A body that a handler may leave as it came.
struct Untaken(web_sys::ReadableStream);

impl Untaken {
    fn of(upload: ByteStream) -> (ByteStream, Option<Self>) {
        let length = upload.length();
        let Ok(stream) = into_readable(&upload) else { return (upload, None) };
        let upload = from_readable(stream.clone());
        let upload = match length {
            Some(length) => upload.with_length(length),
            None => upload,
        };
        (upload, Some(Self(stream)))
    }

    /// Reads what nobody has begun to read.
    async fn drain(self, limit: usize) {
        if self.0.locked() {
            return;
        }
        let Ok(chunks) = chunks(&from_readable(self.0)) else { return };
        let (_, leftover) = Leftover::of(untyped(chunks));
        leftover.drain(limit).await;
    }
}

/// Notes the use of a key, behind the answer. One that is not noted is noted with a later use.
async fn note_use(env: Env, used: KeyUsed) {
    let KeyUsed { tenant, key, at } = used;
    let noted = match wiring::ports(&env) {
        Ok(ports) => ports.control.touch_key(tenant, key, at).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = noted {
        tracing::warn!(event = "key.use_not_noted", %tenant, error);
    }
}

/// Brings what was counted and seen, once there is more of it. A request that is seen is counted too, so that what it
/// left is on its way.
async fn bring(ports: Rc<Ports>) {
    WorkerRuntime.sleep(metering::GATHERED_MS).await;
    futures_util::join!(metering::bring(&ports), spans::bring(&ports));
}

/// Opens a connection that the route let in, with the headers that it decided.
async fn live(env: &Env, plan: LivePlan, answer: &Answer) -> Result<Response, Failure> {
    let ports = wiring::ports(env).map_err(Failure::internal)?;
    let form = plan.form;
    let response: Response = relay::open(&ports, env, plan).await?.into();
    if form == Form::Events {
        for (name, value) in &answer.headers {
            response.headers().set(name, value).map_err(|thrown| Failure::internal(describe(&thrown)))?;
        }
    }
    Ok(response)
}

/// The feed did not take a connection that the route let in.
fn unopened(failure: Failure, answer: &Answer) -> Answer {
    let trace_id = answer.header("x-trace-id").unwrap_or_default();
    tracing::warn!(event = "live.not_opened", trace_id, error = failure.cause);
    let request_id = answer.header("x-request-id").unwrap_or_default();
    Answer::problem(failure.problem, trace_id).finished(trace_id, request_id)
}

/// A Worker that lacks a binding answers in its usual form all the same.
fn misconfigured(request: &Request, error: &BindingError) -> Served {
    unready(request, &host::WorkerClock, &host::WorkerRandom, error)
}

/// The request in this crate's own terms; its body is not touched yet.
fn read(request: web_sys::Request) -> Request {
    let Head { method, url, has_body, headers } = Head::of(&request);
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default().to_owned();
    let path = path_of(&url).to_owned();
    let streamed = router::find(&method, &path)
        .is_ok_and(|found| matches!(found.route.body, http_api::routes::Body::Stream { .. }));
    let (body, upload) = if !has_body {
        (None, None)
    } else if !streamed && declared_length(&headers).is_some_and(|length| length <= WHOLE_BYTES) {
        let whole = async move { whole_body(&request).await.map_err(|thrown| describe(&thrown)) };
        (Some(stream::once(whole).boxed_local()), None)
    } else {
        let body = request.body().map(from_readable);
        if streamed {
            (None, body.map(|body| with_declared_length(body, &headers)))
        } else {
            (body.and_then(|body| chunks(&body).ok()).map(untyped), None)
        }
    };
    Request { method, path, url, query, headers, body, upload }
}

fn untyped(chunks: mesh_worker::stream::Chunks) -> Chunks {
    chunks.map(|chunk| chunk.map_err(|error| error.to_string())).boxed_local()
}

fn with_declared_length(stream: ByteStream, headers: &[(String, String)]) -> ByteStream {
    match declared_length(headers) {
        Some(length) => stream.with_length(length),
        None => stream,
    }
}

fn declared_length(headers: &[(String, String)]) -> Option<u64> {
    headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()
}

fn write(answer: &Answer, stream: Option<ByteStream>, head: bool) -> Result<Response, JsValue> {
    let Some(stream) = stream else {
        let body = Some(&*answer.body).filter(|body| !head && !body.is_empty());
        return response(answer.status, &answer.headers, body);
    };
    let body = match stream.length() {
        Some(_) => into_readable_of_known_length(&stream),
        None => into_readable(&stream),
    };
    let body = body.map_err(|error| JsValue::from(error.to_string()))?;
    let init = ResponseInit::new();
    init.set_status(answer.status);
    init.set_headers(response(answer.status, &answer.headers, None)?.headers().as_ref());
    Response::new_with_opt_readable_stream_and_init(Some(&body), &init)
}
