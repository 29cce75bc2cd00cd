//! The platform's Workflows: the engine that runs [`mesh::workflow`]'s steps, and the binding that hosts instances.

mod binding;
mod engine;
mod export;
mod values;

pub use binding::WorkflowBinding;
pub use export::run_workflow;
