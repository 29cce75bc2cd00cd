#![doc = include_str!("../README.md")]
//!
//! The crate's parts: `source` (the names), `catalog` (a row a scheme), `secret` (keys and their rotation), `headers`
//! (reading them), `verify`, `sign`, `handshake`.

mod body;
mod catalog;
mod handshake;
mod headers;
mod mac;
mod secret;
mod sign;
mod source;
mod verify;

pub use handshake::{Handshake, handshake};
pub use headers::Headers;
pub use secret::{Secret, SecretError, SecretSlot, Secrets};
pub use sign::{SignError, sign};
pub use source::{ParseSourceError, Source};
pub use verify::{TOLERANCE_S, Verified, VerifyError, verify};
