//! The mesh on the host, without the platform, for tests.

mod chance;
mod clock;
pub mod durable;
mod engine;
mod faults;
mod host;
mod journal;
mod seeds;
mod sim;
mod store;
mod world;

pub use clock::EPOCH_MS;
pub use faults::Faults;
pub use journal::Journal;
pub use seeds::{Cause, Failure, Simulation, Tried};
pub use sim::Sim;
pub use store::{NoAnswer, Store};
