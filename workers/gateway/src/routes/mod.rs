//! The handlers, a file a noun: public type in, one call, public type out. Conversions are written by hand.

pub mod approvals;
pub mod crm;
pub mod docs;
pub mod endpoints;
pub mod events;
pub mod files;
pub mod health;
pub mod histories;
pub mod hooks;
pub mod http_tasks;
pub mod job_backfills;
pub mod jobs;
pub mod live;
pub mod model_routes;
pub mod models;
pub mod pings;
mod policies;
pub mod reports;
pub mod rules;
mod schedules;
pub mod search;
pub mod signals;
mod source;
pub mod subscriptions;
mod time;
pub mod usage;
pub mod workflows;
