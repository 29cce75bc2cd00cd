//! Signed JSON Web Tokens that others issue: which key a token names, whether its signature holds, and where a
//! published key set is kept.
//!
//! **This crate judges no claim and reads no clock.** What a token says is for the caller to judge, against its own
//! time, once [`UnverifiedToken::claims`] has shown who wrote it.
//!
//! `token` is what a token says of its key, `key_set` and `key_cache` find that key, `crypto` checks the signature.

mod crypto;
mod key_cache;
mod key_set;
mod token;

pub use key_cache::{FetchKeysError, KeyCache, KeyCacheStatus, KeyStore};
pub use key_set::{KeySet, KeySetError, PublicKeyError, SigningKey};
pub use token::{MAX_TOKEN_BYTES, TokenError, UnverifiedToken};
