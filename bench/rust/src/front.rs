//! The front: an HTTP request makes one call, and its answer is a small number, so that the call is what is measured.

use mesh::durable::Address;
use mesh::{CallContext, CallError, Deadline, TraceContext};
use mesh_worker::BindingTransport;
use worker::{Context, Env, Request, Response, event};

use crate::contract::{Caller, CounterClient, Entry, LedgerClient, LedgerError};

/// How many entries a large payload has.
const MANY: u32 = 100;
/// Milliseconds that a call may take.
const PATIENCE_MS: u64 = 10_000;
/// The trace of every call: making one is no part of a call.
const TRACE: [u8; 24] = *b"a-trace-for-every-call-1";

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    let path = request.path();
    match answer(&path, &env).await {
        Ok(sum) => Response::ok(sum.to_string()),
        Err(message) => Response::error(message, 500),
    }
}

async fn answer(path: &str, env: &Env) -> Result<f64, String> {
    let context = context();
    match path {
        "/small" => one(ledger(env, "BACK")?.add(&context, entry(1)).await),
        "/large" => {
            let entries = (0..MANY).map(entry).collect();
            let changed = ledger(env, "BACK")?.add_all(&context, entries).await.map_err(text)?;
            Ok(changed.iter().map(|entry| entry.amount).sum())
        }
        "/chain" => one(ledger(env, "MIDDLE")?.add(&context, entry(1)).await),
        "/durable" => {
            let address = Address::of(&context, "counter");
            let object = BindingTransport::durable_object(env, "COUNTER", &address).map_err(text)?;
            one(CounterClient::over(object).count(&context, entry(1)).await)
        }
        "/none" => Ok(entry(1).amount),
        _ => Err(format!("there is no `{path}`")),
    }
}

fn one(changed: Result<Entry, CallError<LedgerError>>) -> Result<f64, String> {
    changed.map(|entry| entry.amount).map_err(text)
}

fn ledger(env: &Env, binding: &'static str) -> Result<LedgerClient<BindingTransport>, String> {
    BindingTransport::service(env, binding).map(LedgerClient::over).map_err(text)
}

fn context() -> CallContext<Caller> {
    let now_ms = worker::Date::now().as_millis();
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
