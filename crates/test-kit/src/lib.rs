//! What tests of use cases and of adapters need: memory adapters of every store port, a clock and a randomness that
//! obey, failures on demand, builders, and the [`suite`] that every adapter of a port must pass.
//!
//! A dev-dependency only. Memory adapters are handles: a clone sees the same contents, so that a test keeps one and
//! gives one away. Each of their operations lets other futures run before it acts, so that "concurrent" calls really
//! interleave; drive them with [`run`].

mod clock;
mod faults;
mod fixtures;
mod memory;
mod random;
mod run;
pub mod schedule;
#[expect(clippy::unwrap_used, reason = "a claim that does not hold panics")]
pub mod suite;
pub mod workflows;

pub use clock::FakeClock;
pub use faults::{Faults, When};
pub use fixtures::Fixtures;
pub use memory::{
    MemoryArchive, MemoryArchivedCalls, MemoryBudget, MemoryBudgets, MemoryControl, MemoryCrm,
    MemoryEventStore, MemoryFileBytes, MemoryFiles, MemoryHistories, MemoryIndex, MemoryInstances,
    MemoryLimits, MemoryNotifier, MemoryPoints, MemoryQueue, MemoryRules, MemorySignalStore, MemoryStarts,
    MemoryUsage, Told,
};
pub use random::SeededRandom;
pub use run::{pause, run};
