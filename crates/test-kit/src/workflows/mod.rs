//! Workflows in tests: what is on record in memory, and the suites that every adapter of their ports must pass.
//!
//! [`WorkflowState`] is plain data with the ports' promises as plain methods, so that a simulator can keep it in a
//! store of its own, with crashes around each method. [`MemoryWorkflows`] offers it as the ports.

mod memory;
mod state;
pub mod suite;

pub use memory::MemoryWorkflows;
pub use state::WorkflowState;
