//! What came of a call, as the tests read it.

use mesh::CallError;
use serde::Serialize;
use serde_json::{Value, json};

/// `{"ok": …}`, `{"refused": …}`, or `{"error": kind, "message": …, "transient": …}`.
pub(crate) fn of<R: Serialize, E: Serialize + std::fmt::Display>(outcome: Result<R, CallError<E>>) -> Value {
    let error = match outcome {
        Ok(reply) => return json!({ "ok": reply }),
        Err(CallError::Refused(error)) => return json!({ "refused": error }),
        Err(error) => error,
    };
    let kind = match &error {
        CallError::Refused(_) => "refused",
        CallError::Unreachable { .. } => "unreachable",
        CallError::TimedOut { .. } => "timed_out",
        CallError::ContractMismatch { .. } => "contract_mismatch",
        CallError::Failed { .. } => "failed",
    };
    json!({ "error": kind, "message": error.to_string(), "transient": error.is_transient() })
}
