//! Durable Objects: calls, tenants, alarms, sockets and schemas.

pub mod contract;
mod notebook;

use futures_util::future::join_all;
use mesh::durable::{self, Address, ConnectError, Namespace};
use mesh_worker::durable::DurableNamespace;
use serde::Deserialize;
use worker::Response;

use self::contract::{NotesClient, NotesContract, Watch};
use self::notebook::NotebookObject;
use crate::case::{Call, Case};
use crate::outcome;

const NOTEBOOKS: &str = "NOTEBOOKS";

/// What a case asks, of whose notebook.
#[derive(Deserialize)]
struct Asked<T> {
    tenant: String,
    #[serde(flatten)]
    request: T,
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Deserialize)]
struct Number {
    number: i64,
}

#[derive(Deserialize)]
struct Times {
    times: u32,
}

/// Calls a notebook.
pub(crate) async fn run(mut case: Case) -> worker::Result<Response> {
    let objects = DurableNamespace::over(&case.env, NOTEBOOKS).map_err(|error| error.to_string())?;
    if let Some(tag) = case.name.strip_prefix("watch/") {
        return watch(&case, &objects, tag.to_owned()).await;
    }
    macro_rules! call {
        ($request:ty, |$asked:ident| $method:ident($value:expr)) => {{
            let Asked::<$request> { tenant, request: $asked } = case.input().await?;
            let context = call_of(&case, tenant);
            let notes = NotebookObject::stub(&objects, &context, "main");
            outcome::of(notes.$method(&context, $value).await)
        }};
    }
    let outcome = match case.name.as_str() {
        "write" => call!(Text, |asked| write(asked.text)),
        "write_both" => call!(contract::Both, |asked| write_both(asked)),
        "read" => call!(Nothing, |_asked| read(())),
        "store" => call!(contract::Stored, |asked| store(asked)),
        "store_too_much" => call!(Number, |asked| store_too_much(asked.number)),
        "ring" => call!(contract::Ring, |asked| ring(asked)),
        "rings" => call!(Nothing, |_asked| rings(())),
        "next_ring" => call!(Nothing, |_asked| next_ring(())),
        "memory" => call!(Nothing, |_asked| memory(())),
        "tell" => call!(contract::Tell, |asked| tell(asked)),
        // The context is one tenant's and the object another's.
        "misdirected" => {
            let Asked { tenant, request: Text { text: owner } } = case.input().await?;
            let object = objects.object(&Address::of(&call_of(&case, owner), "main"));
            let context = call_of(&case, tenant);
            outcome::of(NotesClient::over(object).write(&context, "not mine".into()).await)
        }
        // Many calls at once, the first ever among them.
        "write_at_once" => {
            let Asked { tenant, request: Times { times } } = case.input().await?;
            let context = call_of(&case, tenant);
            let notes = NotebookObject::stub(&objects, &context, "main");
            let calls = (0..times).map(|number| notes.write(&context, format!("note {number}")));
            let answers = join_all(calls).await;
            serde_json::Value::Array(answers.into_iter().map(outcome::of).collect())
        }
        _ => return case.unknown(),
    };
    case.answer(&outcome)
}

fn call_of(case: &Case, tenant: String) -> Call {
    let mut context = case.call();
    context.scope.tenant = tenant;
    context
}

/// Passes a client's WebSocket on to the notebook of the tenant `acme`.
async fn watch(case: &Case, objects: &DurableNamespace, tag: String) -> worker::Result<Response> {
    let offered = case.request.headers().get("sec-websocket-protocol")?.unwrap_or_default();
    let protocols: Vec<String> = offered
        .split(',')
        .map(|protocol| protocol.trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect();
    let request = Watch { tag: Some(tag).filter(|tag| !tag.is_empty()) };
    let context = case.call();
    match durable::connect::<NotesContract, _, _, _>(objects, &context, "main", &request, &protocols).await {
        Ok(response) => Ok(response.into()),
        Err(ConnectError::Refused(refusal)) => Response::error(refusal.message, refusal.status),
        Err(error) => Response::error(error.to_string(), 503),
    }
}
