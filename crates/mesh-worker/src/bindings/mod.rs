//! The platform's products that the `worker` crate has no types for: requests, answers, limits and errors.
//!
//! A module a product. In each, what is asked and answered are plain types that know no JavaScript and are tested
//! natively; only the thin edge (`call`) runs in the runtime. **A request is checked before it is sent**: what the
//! product would refuse, or quietly cut or drop, comes back as [`ProductError::Invalid`] with the culprit and the
//! limit, and nothing has left the Worker.
//!
//! A Worker that does not use a module does not carry it: nothing here is exported to JavaScript by itself.

pub mod analytics;
pub mod browser;
mod call;
mod failure;
mod http_answer;
pub mod pipelines;
pub mod tail;
pub mod vectorize;

pub use failure::{ProductError, Refusal};

/// Compiles the snippets of the page about the products.
#[cfg(doctest)]
#[doc = include_str!("../../../../docs/bindings.md")]
mod page {}
