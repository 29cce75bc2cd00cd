//! What repeats, and what a change of clocks does to it.

use crate::{Pattern, Zone};

/// What names times, before bounds and exclusions.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a plan is made, walked and dropped; nobody keeps many")]
pub enum Rhythm {
    /// A cron pattern.
    Cron {
        /// The pattern.
        pattern: Pattern,
        /// Where its civil times are.
        zone: Zone,
        /// What a change of clocks does.
        dst: Dst,
    },
    /// `anchor + n × interval`, for n from 1 on: counted from the anchor and never from the last firing, so that
    /// lateness does not add up to drift.
    Every {
        /// From one time to the next.
        interval_ms: u64,
        /// The phase.
        anchor_ms: u64,
    },
    /// Once.
    At {
        /// When.
        at_ms: u64,
    },
}

/// What a change of clocks does to civil times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dst {
    /// To a time that the clocks skip.
    pub gap: Gap,
    /// To a time that the clocks show twice.
    pub fold: Fold,
}

impl Dst {
    /// What suits a pattern where nobody says otherwise: a wildcard runs as time passes, in both of two hours
    /// that look the same; any other names times of the day, and each runs once a day.
    #[must_use]
    pub const fn of(pattern: &Pattern) -> Self {
        match pattern.is_wildcard() {
            true => Self { gap: Gap::Skip, fold: Fold::Twice },
            false => Self { gap: Gap::NextValid, fold: Fold::Once },
        }
    }
}

/// What becomes of a civil time that the clocks skip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// It runs at the next valid instant.
    NextValid,
    /// It does not run.
    Skip,
}

/// What becomes of a civil time that the clocks show twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// It runs the first time.
    Once,
    /// It runs both times.
    Twice,
}
