//! The JavaScript host: the one home of RPC over bindings, entrypoints, Workflows, clock and randomness.
//!
//! A Worker names its classes with [`entrypoint!`], [`durable_object!`] and [`workflow!`], and its JavaScript entry
//! module wraps each in the platform's base class with the few lines of `js/expose.mjs`. Nothing here knows the
//! product beyond its contracts and ports.

mod binding_transport;
pub mod bindings;
mod clock;
mod entrypoint;
mod env;
mod instances;
mod js_call;
mod js_error;
#[doc(hidden)]
pub mod macro_support;
mod queue;
mod random;
mod tenant_index;
mod version;
mod workflow_engine;

pub use binding_transport::BindingTransport;
pub use clock::WorkerClock;
pub use entrypoint::{DurableObject, Failing, dispatch_call};
pub use env::{BindingError, Instance, binding, text_var};
pub use instances::WorkflowInstances;
pub use js_error::describe;
pub use queue::{QueuedEvent, WorkerQueue};
pub use random::WorkerRandom;
pub use tenant_index::DurableIndex;
pub use version::deployment;
pub use workflow_engine::run_workflow;
