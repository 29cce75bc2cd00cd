//! What generated code calls. Not public API.

pub use async_trait::async_trait;

pub use crate::client::{call, call_idempotent};
pub use crate::dispatch::{answer, unknown_method};
