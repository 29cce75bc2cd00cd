//! The front: an HTTP request makes one call, and its answer is a small number, so that the call is what is measured.

use mesh::{CallContext, CallError, Deadline, TraceContext};
use mesh_worker::durable::DurableNamespace;
use mesh_worker::http::path_of;
use mesh_worker::{BindingTransport, Instance};
use wasm_bindgen::JsValue;
use web_sys::{Request, Response};
use worker::Env;

use crate::back::CounterObject;
use crate::contract::{Caller, Entry, LedgerClient, LedgerError};

/// How many entries a large payload has.
const MANY: u32 = 100;
/// Milliseconds that a call may take.
const PATIENCE_MS: u64 = 10_000;
/// The trace of every call: making one is no part of a call.
const TRACE: [u8; 24] = *b"a-trace-for-every-call-1";

pub(crate) async fn fetch(request: Request, instance: Instance) -> Result<Response, JsValue> {
    match answer(path_of(&request.url()), &instance.env).await {
        Ok(sum) => Response::new_with_opt_str(Some(&sum.to_string())),
        Err(message) => Err(js_sys::Error::new(&message).into()),
    }
}

async fn answer(path: &str, env: &Env) -> Result<u64, String> {
    let context = context();
    match path {
        "/small" => one(ledger(env, "BACK")?.add(&context, entry(1)).await),
        "/large" => {
            let entries = (0..MANY).map(entry).collect();
            let changed = ledger(env, "BACK")?.add_all(&context, entries).await.map_err(text)?;
            Ok(changed.iter().map(|entry| entry.amount).sum::<f64>() as u64)
        }
        "/chain" => one(ledger(env, "MIDDLE")?.add(&context, entry(1)).await),
        "/durable" => {
            let namespace = DurableNamespace::over(env, "COUNTER").map_err(text)?;
            one(CounterObject::stub(&namespace, &context, "counter").count(&context, entry(1)).await)
        }
        "/none" => Ok(entry(1).amount as u64),
        _ => Err(format!("there is no `{path}`")),
    }
}

fn one(changed: Result<Entry, CallError<LedgerError>>) -> Result<u64, String> {
    changed.map(|entry| entry.amount as u64).map_err(text)
}

fn ledger(env: &Env, binding: &'static str) -> Result<LedgerClient<BindingTransport>, String> {
    BindingTransport::service(env, binding).map(LedgerClient::over).map_err(text)
}

fn context() -> CallContext<Caller> {
    let now_ms = js_sys::Date::now() as u64;
    let scope = Caller { tenant: "tenant-1".to_owned() };
    CallContext::new(scope, TraceContext::from_random(TRACE), Deadline::after(now_ms, PATIENCE_MS), "front")
}

fn entry(number: u32) -> Entry {
    let tags = [format!("tag-{}", number % 7), "billing".to_owned()];
    Entry { id: format!("entry-{number:06}"), amount: f64::from(number) + 0.5, tags }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
