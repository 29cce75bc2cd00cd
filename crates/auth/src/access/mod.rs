//! Cloudflare Access: from the token in a request to an actor with a role.
//!
//! `token` finds the token in a request, [`jwt`] its key and whether its signature holds, `claims` judges the rest,
//! `identity` and `roles` say who that is. [`AccessVerifier`] joins them.

mod claims;
mod identity;
mod policy;
mod roles;
mod token;
mod verifier;

pub use identity::{Actor, Identity};
pub use jwt::{FetchKeysError, KeyCache, KeyCacheStatus, KeySet, KeySetError, KeyStore};
pub use policy::{AccessPolicy, PolicyError};
pub use roles::{Role, RoleError, RoleMap, RoleMapError};
pub use token::assertion;
pub use verifier::{AccessError, AccessVerifier};
