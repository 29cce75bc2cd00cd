//! Use cases: each contract trait implemented over ports, free of any platform.
//!
//! [`ports`] says what the outside world must offer; one module a Worker holds its use cases, one file an action.
//! Conversions between contract and domain types live here, written by hand.

pub mod admin;
pub mod budget;
pub mod call_archive;
pub mod endpoints;
pub mod files;
pub mod limits;
pub mod live;
pub mod models;
pub mod outbound;
pub mod pipeline;
pub mod ports;
pub mod rules;
pub mod scheduler;
pub mod traces;
pub mod usage;
pub mod workflows;
