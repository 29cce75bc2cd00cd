//! Structured logs.
//!
//! Every Worker logs one JSON object a line: `ts`, `level`, `service`, `event` (what happened, as a dotted name) and
//! the fields of the [`tracing`] event. A message, where there is one, stands alone. Fields follow a few names
//! everywhere: `tenant`, `trace_id`, `duration_ms`, `error`. Never logged: bodies, secrets, keys, quotes, headers.

#[cfg(target_arch = "wasm32")]
pub mod console;
mod record;

pub use record::Record;
