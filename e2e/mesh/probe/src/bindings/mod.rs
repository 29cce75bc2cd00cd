//! The platform's products: each case makes one call of a product's binding and tells what came of it.

mod analytics;
mod browser;
mod pipelines;
mod vectorize;
pub mod watcher;

use mesh_worker::bindings::ProductError;
use serde::Serialize;
use serde_json::{Value, json};
use worker::Response;

use crate::case::Case;

/// Calls the product that the case's name starts with.
pub(crate) async fn run(mut case: Case) -> worker::Result<Response> {
    let name = case.name.clone();
    let answer = match name.split_once('/').unwrap_or((&name, "")) {
        ("analytics", name) => analytics::run(name, &mut case).await?,
        ("browser", name) => browser::run(name, &mut case).await?,
        ("pipelines", name) => pipelines::run(name, &mut case).await?,
        ("vectorize", name) => vectorize::run(name, &mut case).await?,
        _ => None,
    };
    match answer {
        Some(answer) => case.answer(&answer),
        None => case.unknown(),
    }
}

/// `{"ok": …}`, or the kind of the error with what it tells.
fn outcome<T: Serialize, I: std::error::Error>(outcome: Result<T, ProductError<I>>) -> Value {
    let transient = outcome.as_ref().is_err_and(ProductError::is_transient);
    match outcome {
        Ok(value) => json!({ "ok": value }),
        Err(ProductError::Invalid(error)) => json!({ "invalid": error.to_string() }),
        Err(ProductError::Refused(refusal)) => {
            json!({
                "refused": refusal.message,
                "code": refusal.code,
                "status": refusal.status,
                "retry_after_s": refusal.retry_after_s,
                "transient": transient,
            })
        }
        Err(ProductError::Unavailable { binding, message }) => {
            json!({ "unavailable": binding, "message": message })
        }
        Err(ProductError::Unreadable { binding, message }) => {
            json!({ "unreadable": binding, "message": message })
        }
    }
}

/// What a case needs is not there.
fn missing(error: impl std::fmt::Display) -> worker::Error {
    error.to_string().into()
}
