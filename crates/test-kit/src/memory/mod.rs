//! The ports in memory. Each keeps the promises of its port, constraints of the database included, and no more.

mod archive;
mod audit;
mod backfill;
mod budgets;
mod control;
mod crm;
mod dead_letters;
mod endpoints;
mod events;
mod files;
mod index;
mod instances;
mod limits;
mod notifier;
mod proposals;
mod queue;
mod rules;
mod signals;
mod starts;
mod tenants;
mod usage;

pub use archive::MemoryArchive;
pub use budgets::{MemoryBudget, MemoryBudgets};
pub use control::MemoryControl;
pub use crm::MemoryCrm;
pub use events::MemoryEventStore;
pub use files::{MemoryFileBytes, MemoryFiles};
pub use index::MemoryIndex;
pub use instances::MemoryInstances;
pub use limits::MemoryLimits;
pub use notifier::{MemoryNotifier, Told};
pub use queue::MemoryQueue;
pub use rules::MemoryRules;
pub use signals::MemorySignalStore;
pub use starts::MemoryStarts;
pub use usage::MemoryUsage;
