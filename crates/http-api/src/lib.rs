//! The public HTTP surface of the gateway: what a customer's program may send, and what it gets back.
//!
//! - [`routes`] is the table of operations. The gateway dispatches by it and [`document`] describes it, so a route
//!   cannot exist without its description, nor the other way round.
//! - [`events`], [`signals`], [`search`], [`jobs`], [`workflows`], [`reports`], [`rules`], [`crm`], [`subscriptions`]
//!   and [`health`] are the types that travel.
//! - [`request`] reads them out of bodies and query strings, with every fault listed at once; [`page`] does cursors.
//! - [`problem`] is the one shape of every error, and the registry of its codes.
//! - [`document`] is the OpenAPI 3.1 document of all this, and the readable page made from it.
//!
//! This crate is an API boundary. It knows of no Worker, no contract between Workers and no store, shares no type
//! with any of them, and reads no clock: it compiles and is tested natively as well as for Wasm.

pub mod conditional;
pub mod crm;
pub mod document;
pub mod endpoints;
pub mod events;
pub mod files;
pub mod health;
pub mod histories;
pub mod idempotency;
pub mod jobs;
pub mod live;
pub mod model_routes;
pub mod models;
pub mod page;
mod payload;
pub mod problem;
pub mod reports;
pub mod request;
pub mod routes;
pub mod rules;
mod schema;
mod scope;
pub mod search;
pub mod signals;
pub mod subscriptions;
mod timestamp;
pub mod usage;
pub mod workflows;

pub use page::{Page, PageRequest};
pub use payload::Payload;
pub use problem::{Code, Problem};
pub use routes::{Operation, Route};
pub use scope::{Scope, UnknownScope};
pub use timestamp::{NotATimestamp, Timestamp};
