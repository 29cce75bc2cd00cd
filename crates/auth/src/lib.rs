#![doc = include_str!("../README.md")]

pub mod access;

mod api_key;
mod base62;
mod hash;
mod record;
mod scope;

pub use api_key::{ApiKey, ApiKeyError};
pub use hash::{KeyHash, ParseKeyHashError};
pub use record::{AuthError, KeyRecord, Principal};
pub use scope::{Grants, ParseScopeError, Scope};
