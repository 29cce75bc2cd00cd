//! The admin Worker: the operators' console. Every route is behind a verified Cloudflare Access token.
//!
//! [`console`] is what happens to a request, from the [`gate`] to an [`answer`]; it is free of the platform and tested
//! on the host. `events` and `wiring` join it to the runtime. No Worker may call this one: it leaves a heartbeat.

pub mod ai_calls;
pub mod analytics;
pub mod answer;
pub mod api;
pub mod approvals;
pub mod audit;
pub mod budgets;
pub mod console;
pub mod content;
pub mod dead_letters;
pub mod deliveries;
pub mod erasures;
pub mod forms;
pub mod gate;
pub mod jobs;
pub mod operations;
pub mod pages;
pub mod pipeline;
mod policies;
pub mod problem;
pub mod proposals;
pub mod redrives;
pub mod request;
pub mod retention;
pub mod router;
pub mod schedules;
pub mod screens;
pub mod tenants;
pub mod traces;
pub mod work;
pub mod workflows;

mod browsing;

#[cfg(target_arch = "wasm32")]
mod events;
#[cfg(target_arch = "wasm32")]
mod wiring;
