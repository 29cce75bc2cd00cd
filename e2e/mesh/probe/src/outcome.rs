//! What came of a call, as the tests read it.

use mesh::{CallError, RetrySafety};
use serde::Serialize;
use serde_json::{Value, json};

/// `{"ok": …}`, `{"refused": …}`, or `{"error": kind, "message": …, "retry": safety, "transient": …}`.
pub(crate) fn of<R: Serialize, E: Serialize + std::fmt::Display>(outcome: Result<R, CallError<E>>) -> Value {
    match outcome {
        Ok(reply) => json!({ "ok": reply }),
        Err(error) => failure(error),
    }
}

/// The same of a call that gave no reply.
pub(crate) fn failure<E: Serialize + std::fmt::Display>(error: CallError<E>) -> Value {
    let kind = match &error {
        CallError::Refused(refusal) => return json!({ "refused": refusal }),
        CallError::Unreachable { .. } => "unreachable",
        CallError::Overloaded { .. } => "overloaded",
        CallError::TimedOut { .. } => "timed_out",
        CallError::ContractMismatch { .. } => "contract_mismatch",
        CallError::Disallowed { .. } => "disallowed",
        CallError::Panicked { .. } => "panicked",
        CallError::Failed { .. } => "failed",
    };
    let retry = match error.retry_safety() {
        RetrySafety::Never => "never",
        RetrySafety::IfIdempotent => "if_idempotent",
    };
    json!({ "error": kind, "message": error.to_string(), "retry": retry, "transient": error.is_transient() })
}
