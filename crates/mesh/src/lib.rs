//! Typed RPC, Durable Object RPC and durable workflows for Rust on Cloudflare Workers.
//!
//! A *service* is a trait marked [`service`]. From it come a client over any [`Transport`], a [`Dispatch`] for any
//! implementation, and a [`Contract`] that says what is spoken. A *workflow* is a function of an input and
//! [`workflow::Steps`], whose every step is run once to success and remembered.
//!
//! This crate is native and free of transports: it knows neither JavaScript nor any product. The bindings to the real
//! runtime are an adapter's business, and [`loopback`] joins a client and a service within one process, through the
//! real encoding.

// The macro's output names this crate by its absolute path, also when this crate's own tests use it.
extern crate self as mesh;

mod bytes;
mod client;
mod context;
mod contract;
mod decoder;
#[cfg(not(target_family = "wasm"))]
pub mod describe;
mod dispatch;
pub mod durable;
mod encoder;
mod error;
pub mod loopback;
#[doc(hidden)]
pub mod macro_support;
mod retry;
mod runtime;
mod stream;
mod transport;
mod wire;
pub mod workflow;

pub use bytes::Bytes;
pub use context::{CallContext, Deadline, MAX_HOPS, ParseTraceError, TraceContext};
pub use contract::{Contract, Fingerprint};
pub use dispatch::{Dispatch, Incoming, fault_reply};
pub use durable::TenantScoped;
pub use error::{CallError, Fault, FaultKind};
pub use mesh_macros::{durable, message, service, workflow};
pub use retry::{RetryPolicy, RetrySafety};
pub use runtime::Runtime;
pub use stream::{ByteStream, STREAM_KEY, StreamError, StreamSource};
pub use transport::{Message, Outgoing, Transport, TransportError};
pub use wire::MAX_MESSAGE_BYTES;
