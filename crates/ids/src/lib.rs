//! Typed identifiers, each with its prefix: an [`EventId`] cannot be passed where a [`JobId`] is meant.
//!
//! An id is a UUIDv7 (RFC 9562, section 5.7) in simple lower-case form behind a kind prefix, such as
//! `evt_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f`. It sorts by creation time, suits URLs, Workflow instance ids and object
//! names, and is validated on every way in. This crate reads no clock and makes no randomness: callers hand both
//! in, because neither exists natively on `wasm32-unknown-unknown`.

mod parse;
mod registry;

pub use parse::ParseIdError;
pub use registry::*;
