//! A subscription's queue as it runs: the use cases over the very SQL of its object, on a clock of the test's own.
//!
//! The port over the queue's database has this one adapter, which runs on the host as it does on the platform; a twin in
//! memory would only be a second truth.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod crashes;
mod directory;
mod endpoints;
mod schedule;
mod world;
