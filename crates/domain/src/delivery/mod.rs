//! How a message gets to a customer's endpoint, or does not: the life of a delivery, when it is tried again, and what
//! an endpoint's failures mean for the rest of its queue.
//!
//! Times are Unix milliseconds and chance is handed in, so that every rule here is a table.

mod health;
mod retry_after;
mod schedule;
mod status;

pub use health::{Circuit, Health};
pub use retry_after::retry_after_ms;
pub use schedule::{DeliveryPolicy, STANDARD_WAITS_MS};
pub use status::{DeliveryStatus, Settled, UnknownDeliveryStatus, Verdict, judge};
