//! A tenant's schedule without a platform: a store, an alarm, and a pipeline that takes its tasks; and the suite that
//! every [`app::ports::ScheduleStore`] must pass.

mod alarm;
mod alerts;
mod backfills;
mod heartbeats;
mod jobs;
mod parts;
mod records;
mod registry;
mod runs;
mod store;
#[expect(clippy::unwrap_used, reason = "a claim that does not hold panics")]
mod suite;
mod tasks;

pub use alarm::MemoryAlarm;
pub use records::ScheduleFixtures;
pub use registry::{MemoryScheduleRegistry, schedule_registry_suite};
pub use store::MemoryScheduleStore;
pub use suite::schedule_store_suite;
pub use tasks::{FakeTasks, Mishap};
