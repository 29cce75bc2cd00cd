//! When a schedule names a time: cron patterns in any time zone, fixed intervals, single times. Pure, and knows no
//! product: instants are Unix milliseconds, and nothing here reads a clock.
//!
//! A [`Plan`] is a [`Rhythm`] within bounds and without excluded dates. [`Plan::occurrences`] walks the times that it
//! names; each says what a change of clocks did to it, skipped ones included.
//!
//! ```
//! use schedule::{Dst, Pattern, Plan, Rhythm, Zone};
//!
//! let pattern = Pattern::parse("30 2 * * *").unwrap();
//! let zone = Zone::named("Europe/Berlin").unwrap();
//! let plan = Plan::new(Rhythm::Cron { dst: Dst::of(&pattern), pattern, zone });
//! // 29 March 2026 has no 02:30 in Berlin: the next valid instant is 03:00, 01:00 UTC.
//! let next = plan.occurrences(1_774_738_800_000).next().unwrap();
//! assert_eq!(next.at_ms, 1_774_746_000_000);
//! ```

mod civil;
mod jitter;
mod occurrence;
mod pattern;
mod plan;
mod rhythm;
mod walk;
mod zone;

pub use civil::{Civil, Date, NotADate};
pub use jitter::jitter_ms;
pub use occurrence::{Kind, Occurrence};
pub use pattern::{Pattern, PatternError};
pub use plan::{Plan, PlanError, Span};
pub use rhythm::{Dst, Fold, Gap, Rhythm};
pub use zone::{UnknownZone, Zone};

/// The last instant that a schedule may name: the end of the year 9999, past which RFC 3339 has no text. Patterns are
/// searched up to the year 5000.
pub const MAX_MS: u64 = 253_402_300_799_999;
