#![doc = include_str!("../README.md")]
//!
//! The crate's parts: `source` (the names), `catalog` (how each proves itself), `settings` and `template` (what an
//! endpoint says), `secret` (keys and their rotation), `delivery` and `headers` (reading), `verify` with `gong`,
//! `pubsub`, `graph` and `salesforce` for what is no MAC, `sign`, `handshake`, `describe` (the catalog for people).

mod body;
mod catalog;
mod delivery;
mod describe;
mod gong;
mod graph;
mod handshake;
mod headers;
mod mac;
mod pubsub;
mod salesforce;
mod secret;
mod settings;
mod sign;
mod source;
mod template;
mod verify;

pub use catalog::{Algorithm, Encoding, TimeFormat};
pub use delivery::Delivery;
pub use describe::{Description, describe};
pub use handshake::{Handshake, acknowledgement, handshake, open_handshake};
pub use headers::Headers;
pub use pubsub::named_key;
pub use secret::{Secret, SecretError, SecretSlot, SecretUse, Secrets};
pub use settings::{
    HmacSettings, HmacTimestamp, MAX_TOLERANCE_S, PubsubSettings, SalesforceSettings, SettingError, Settings,
};
pub use sign::{SignError, sign};
pub use source::{ParseSourceError, Source};
pub use verify::{Receiver, TOLERANCE_S, Verified, VerifyError, verify};
