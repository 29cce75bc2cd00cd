//! What tenants use: counted where it happens, brought in batches, added up by the hour and by the day.

mod analytics;
mod meter;
mod points;
mod service;

pub use analytics::{AnalyticsPorts, AnalyticsService, LONGEST_OF_ALL};
pub use meter::{Batch, Meter};
pub use points::PointedUsage;
pub use service::{UsagePorts, UsageService};

/// Which batches are still known: one that is brought again after this long counts twice. A day.
pub const BATCHES_KEPT_MS: u64 = 24 * 60 * 60 * 1_000;
/// The most counts of one batch.
pub const MOST_COUNTS: usize = 1_000;
