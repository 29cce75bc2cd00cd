//! Cloudflare Access: from the token in a request to an actor with a role.
//!
//! `token` is what the token says of its key, `key_set` and `key_cache` find that key, `crypto` checks the signature,
//! `claims` judges the rest, `identity` and `roles` say who that is. [`AccessVerifier`] joins them.

mod claims;
mod crypto;
mod identity;
mod key_cache;
mod key_set;
mod policy;
mod roles;
mod token;
mod verifier;

pub use identity::{Actor, Identity};
pub use key_cache::{FetchKeysError, KeyCache, KeyCacheStatus, KeyStore};
pub use key_set::{KeySet, KeySetError};
pub use policy::{AccessPolicy, PolicyError};
pub use roles::{Role, RoleError, RoleMap, RoleMapError};
pub use token::assertion;
pub use verifier::{AccessError, AccessVerifier};
