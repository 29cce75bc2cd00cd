//! What the Workers may ask of each other.
//!
//! One module a Worker, one trait a kind of caller, since a binding names one entrypoint and can reach nothing else.
//! Messages change by adding fields with defaults; anything else is a new method. This crate is an API boundary: it
//! knows of no Worker, binding, store or clock, and shares no type with the public HTTP surface.

mod context;
pub mod gateway;
pub mod health;
pub mod pipeline;
pub mod scheduler;
mod timestamp;

pub use context::{Actor, OperatorCall, OperatorScope, ServiceCall, ServiceScope, TenantCall, TenantScope};
pub use timestamp::Timestamp;
