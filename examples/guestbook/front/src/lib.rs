//! The Worker that answers HTTP. It knows the contract, and nothing of how the books are kept.
#![cfg(target_arch = "wasm32")]

use guestbook_contract::{Call, GuestbookClient, Sign, Visitor};
use mesh::{CallContext, CallError, Deadline, Runtime, TraceContext};
use mesh_worker::{BindingTransport, WorkerRuntime};
use serde::Serialize;
use worker::{Context, Env, Method, Request, Response, event};

/// How long a request may take with all that it causes, in milliseconds.
const PATIENCE_MS: u64 = 5_000;

/// `POST /{house}` signs the book, `POST /{house}/{number}` approves an entry, and `GET /{house}` reads the book.
#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    let path = request.path();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let book = BindingTransport::service(&env, "BOOK").map_err(|error| error.to_string())?;
    let book = GuestbookClient::over(book);
    match (request.method(), parts.as_slice()) {
        (Method::Post, [house]) => {
            let text = request.text().await?;
            answer(book.sign(&call(house, &request)?, Sign { text }).await)
        }
        (Method::Post, [house, number]) => match number.parse() {
            Ok(number) => answer(book.approve(&call(house, &request)?, number).await),
            Err(_) => Response::error("an entry is named by its number", 404),
        },
        (Method::Get, [house]) => answer(book.entries(&call(house, &request)?, ()).await),
        _ => Response::error("try GET /{house}, POST /{house} or POST /{house}/{number}", 404),
    }
}

/// Where a request enters the mesh. A real front verifies who its guest is; this one believes what it is told.
fn call(house: &str, request: &Request) -> worker::Result<Call> {
    let guest = request.headers().get("x-guest")?.unwrap_or_else(|| "somebody".into());
    let visitor = Visitor { house: house.to_owned(), guest };
    let trace = request.headers().get("traceparent")?.and_then(|text| text.parse().ok());
    let trace = trace.unwrap_or_else(|| TraceContext::from_random(random()));
    let deadline = Deadline::after(WorkerRuntime.now_ms(), PATIENCE_MS);
    Ok(CallContext::new(visitor, trace, deadline, "front"))
}

/// A refusal is for the client to mend; what else went wrong is not.
fn answer<R: Serialize, E: Serialize>(outcome: Result<R, CallError<E>>) -> worker::Result<Response> {
    match outcome {
        Ok(reply) => Response::from_json(&reply),
        Err(CallError::Refused(refusal)) => Ok(Response::from_json(&refusal)?.with_status(422)),
        Err(CallError::Unreachable { .. } | CallError::Overloaded { .. }) => {
            Response::error("the books can't be reached: try again", 503)
        }
        Err(CallError::TimedOut { .. }) => Response::error("the books took too long", 504),
        Err(
            CallError::ContractMismatch { .. }
            | CallError::Disallowed { .. }
            | CallError::Panicked { .. }
            | CallError::Failed { .. },
        ) => Response::error("something broke on our side", 502),
    }
}

fn random() -> [u8; 24] {
    std::array::from_fn(|_| WorkerRuntime.random() as u8)
}
