//! What generated code calls. Not public API.

pub use async_trait::async_trait;

pub use crate::client::call;
pub use crate::dispatch::{close, open, unknown_method};
