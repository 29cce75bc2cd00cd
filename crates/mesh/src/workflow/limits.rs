//! The platform's limits, checked here so that the error says what to do.

use std::time::Duration;

/// The longest recorded output of one step, encoded: 1 MiB. Bulk results go to storage, and the step returns the key.
pub const MAX_STEP_OUTPUT_BYTES: usize = 1024 * 1024;

/// The longest input, output or event of an instance, encoded: 1 MiB.
pub const MAX_PAYLOAD_BYTES: usize = 1024 * 1024;

/// The longest name of a step, with the names of the branches that it is in.
pub const MAX_STEP_NAME_BYTES: usize = 256;

/// The longest sleep, and the longest wait for an event: 365 days.
pub const MAX_SLEEP: Duration = Duration::from_secs(365 * 24 * 3600);

/// The most entries of one instance, unless the Worker's configuration (`limits.steps`) allows more.
///
/// A step makes two, itself and its line in the journal; a sleep, a wait and a branch make one.
pub const MAX_STEPS: u32 = 10_000;

/// The longest id of an instance.
pub const MAX_INSTANCE_ID_BYTES: usize = 100;

/// The most instances that are created at once.
pub const MAX_BATCH: usize = 100;
