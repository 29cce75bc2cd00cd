//! The workflows that tenants start, on the simulator's clock and under its crashes, lost answers and repeats.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod approvals;
mod approvals_under_fire;
mod backfills;
mod recordings;
mod reporting;
mod reports;
mod syncing;
mod syncs;
mod world;
