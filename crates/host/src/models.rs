//! Models by `fetch`: upstreams, their keys, and what goes on when a client has left.

use std::cell::RefCell;
use std::collections::HashMap;

use ai::routing::{Config, Upstream};
use app::ports::{Background, ModelAnswer, ModelRequest, ModelSecrets, ModelServer};
use async_trait::async_trait;
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt};
use js_sys::{Function, Promise, Reflect, Uint8Array};
use mesh::ByteStream;
use mesh_worker::stream::chunks;
use mesh_worker::{Instance, describe};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::{AbortController, Env, Fetch, Headers, Method, Request, RequestInit, RequestRedirect};

use crate::bindings::{AI_BASE_URL, AI_MODEL, AI_ROUTES};

/// The secret with the bearer token of the one server of the simplest configuration.
const AI_API_KEY: &str = "AI_API_KEY";
/// The secret with an authenticated AI Gateway's own token.
const AI_GATEWAY_TOKEN: &str = "AI_GATEWAY_TOKEN";

/// Upstreams and routes as they are configured; none where none are.
///
/// # Errors
/// What is wrong with the document.
pub fn model_config(env: &Env) -> Result<Option<Config>, String> {
    let text = |name| env.var(name).ok().map(|value| value.to_string()).filter(|value| !value.is_empty());
    if let Some(document) = text(AI_ROUTES) {
        return Config::read(&document).map(Some).map_err(|error| format!("`{AI_ROUTES}`: {error}"));
    }
    let Some(base) = text(AI_BASE_URL) else { return Ok(None) };
    let there = |name: &'static str| (text_of(env, name).is_some() || is_stored(env, name)).then_some(name);
    let mut upstream = Upstream::plain(&base, there(AI_API_KEY), there(AI_GATEWAY_TOKEN));
    if let Some(model) = text(AI_MODEL) {
        upstream.models.insert(0, model);
    }
    Ok(Some(Config::of(upstream)))
}

/// [`ModelServer`] by `fetch`.
#[derive(Debug, Clone, Copy, Default)]
pub struct FetchModels;

/// Ends an exchange when it is dropped.
struct Exchange(AbortController);

impl Drop for Exchange {
    fn drop(&mut self) {
        std::mem::take(&mut self.0).abort();
    }
}

#[async_trait(?Send)]
impl ModelServer for FetchModels {
    async fn post(&self, request: ModelRequest) -> Result<ModelAnswer, String> {
        let exchange = Exchange(AbortController::default());
        let made = made(request).map_err(|error| error.to_string())?;
        let signal = exchange.0.signal();
        let answered = Fetch::Request(made).send_with_signal(&signal).await;
        let mut response = answered.map_err(|error| error.to_string())?;
        let header = |name| response.headers().get(name).ok().flatten();
        let (media_type, retry_after) = (header("content-type"), header("retry-after"));
        let cache_status = header("cf-aig-cache-status");
        let status = response.status_code();
        let chunks = response.stream().map_err(|error| error.to_string())?;
        let body = chunks.map(move |chunk| {
            // The body holds its exchange: dropped before its end, it ends it.
            let _ = &exchange;
            chunk.map_err(|error| error.to_string())
        });
        Ok(ModelAnswer { status, media_type, retry_after, cache_status, body: body.boxed_local() })
    }
}

fn made(request: ModelRequest) -> worker::Result<Request> {
    let headers = Headers::new();
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_headers(headers)
        .with_redirect(RequestRedirect::Manual)
        .with_body(Some(Uint8Array::from(request.body.as_slice()).into()));
    Request::new_with_init(&request.url, &init)
}

/// [`ModelSecrets`] of the Worker's environment: texts, and bindings of Secrets Store, each of which is asked once.
pub struct WorkerSecrets {
    env: Env,
    known: RefCell<HashMap<String, String>>,
}

impl WorkerSecrets {
    /// Those of an environment.
    #[must_use]
    pub fn new(env: Env) -> Self {
        Self { env, known: RefCell::default() }
    }
}

#[async_trait(?Send)]
impl ModelSecrets for WorkerSecrets {
    async fn secret(&self, name: &str) -> Option<String> {
        if let Some(text) = text_of(&self.env, name) {
            return Some(text);
        }
        if let Some(known) = self.known.borrow().get(name) {
            return Some(known.clone());
        }
        match stored(&self.env, name).await {
            Ok(secret) => {
                let secret = secret.filter(|secret| !secret.is_empty())?;
                self.known.borrow_mut().insert(name.to_owned(), secret.clone());
                Some(secret)
            }
            Err(thrown) => {
                tracing::error!(event = "model.secret_unreadable", name, error = describe(&thrown));
                None
            }
        }
    }
}

fn text_of(env: &Env, name: &str) -> Option<String> {
    let value = Reflect::get(env, &JsValue::from_str(name)).ok()?;
    value.as_string().filter(|text| !text.is_empty())
}

/// Whether a binding of Secrets Store has this name. Whether a secret lies behind it shows when it is asked.
fn is_stored(env: &Env, name: &str) -> bool {
    matches!(binding_of(env, name), Ok(Some(_)))
}

/// A binding of Secrets Store with its `get`, which promises the text.
fn binding_of(env: &Env, name: &str) -> Result<Option<(JsValue, Function)>, JsValue> {
    let binding = Reflect::get(env, &JsValue::from_str(name))?;
    if !binding.is_object() {
        return Ok(None);
    }
    let get = Reflect::get(&binding, &"get".into())?.dyn_into::<Function>();
    Ok(get.ok().map(|get| (binding, get)))
}

/// A secret of Secrets Store.
async fn stored(env: &Env, name: &str) -> Result<Option<String>, JsValue> {
    let Some((binding, get)) = binding_of(env, name)? else { return Ok(None) };
    let promised: Promise = get.call0(&binding)?.unchecked_into();
    Ok(JsFuture::from(promised).await?.as_string())
}

/// [`Background`] by `waitUntil`.
#[derive(Clone)]
pub struct WaitUntil(pub Instance);

impl Background for WaitUntil {
    fn go_on(&self, work: LocalBoxFuture<'static, ()>) {
        if let Err(error) = self.0.wait_until(work) {
            tracing::warn!(event = "model.not_gone_on", %error);
        }
    }

    fn ended(&self, stream: ByteStream) -> LocalBoxFuture<'static, ()> {
        async move {
            // One that cannot be read never was there.
            let Ok(mut chunks) = chunks(&stream) else { return };
            while let Some(Ok(_)) = chunks.next().await {}
        }
        .boxed_local()
    }
}
