//! The very statements that run over D1, over SQLite: with the migrations, the suites of the ports, and the plans.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod ai_calls;
mod analytics;
mod control;
mod data;
mod files;
mod instances;
mod redrives;
mod rules;
mod schedule_registry;
mod sqlite;
mod traces;
mod usage;
mod workflows;
