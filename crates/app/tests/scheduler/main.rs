//! A tenant's jobs, from the call at the edge to the event in the pipeline: router, objects, alarm and tasks joined in
//! one process through the real encoding.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod alerts;
mod backfills;
mod calendars;
mod changes;
mod crashes;
mod firing;
mod heartbeats;
mod history;
mod jobs;
mod limits;
mod parts;
mod policies;
mod scans;
mod tasks;
mod watchdog;
mod world;
