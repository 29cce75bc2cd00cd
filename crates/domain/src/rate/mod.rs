//! How much a tenant may ask for: token buckets with exact counts, and quotas of a day and a month.
//!
//! All is whole numbers. A bucket counts in [`PARTS`] of a token, so that a millisecond of refill is a whole number of
//! parts, and nothing is gained or lost by rounding however often it is looked at.

mod bucket;
mod period;
mod plan;

pub use bucket::{Bucket, PARTS, Rate, lease};
pub use period::{Period, day, month};
pub use plan::{Class, Limits, Plan, UnknownPlan};
