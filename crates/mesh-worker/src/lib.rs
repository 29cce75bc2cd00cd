//! The mesh on Cloudflare Workers: what carries [`mesh`]'s calls, objects and workflows in the real runtime.
//!
//! A Worker names its classes with [`entrypoint!`], `#[mesh::durable]` and [`workflow!`], and its JavaScript entry
//! module wraps each in the platform's base class with the few lines of `js/expose.mjs`. **This crate knows no
//! product**: no contract, binding name or table of anyone's.

mod binding_transport;
pub mod bindings;
pub mod durable;
mod entrypoint;
mod env;
mod executor;
pub mod http;
mod incoming;
mod instance;
mod js_call;
mod js_error;
#[doc(hidden)]
pub mod macro_support;
mod names;
mod outcome;
mod panics;
mod plain;
mod runtime;
mod scratch;
pub mod stream;
mod waiting;
pub mod workflow;

pub use binding_transport::BindingTransport;
pub use env::{BindingError, Instance, binding, text_var};
pub use incoming::Arguments;
pub use js_call::call_method;
pub use js_error::describe;
pub use outcome::promise;
pub use runtime::WorkerRuntime;
pub use workflow::WorkflowBinding;
