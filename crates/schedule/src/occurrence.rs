//! One time that a schedule names.

use crate::Civil;

/// One time that a schedule names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The instant, in Unix milliseconds. Of what a gap skipped: the instant at which the clocks go forward.
    pub at_ms: u64,
    /// What a change of clocks did to it.
    pub kind: Kind,
}

/// What a change of clocks did to an occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Exact,
    /// The clocks skip the civil times that the schedule names here: it runs at the next valid instant, once for all
    /// of them.
    Shifted {
        /// The first of them.
        civil: Civil,
    },
    /// The clocks show its civil time twice; this is the first.
    FirstOfTwo,
    /// The clocks show its civil time twice; this is the second.
    SecondOfTwo,
    /// The clocks skip the civil times that the schedule names here, and so does the schedule.
    Skipped {
        /// How many; at least 1.
        count: u64,
        /// The first of them.
        first: Civil,
        /// The last of them.
        last: Civil,
    },
}

impl Occurrence {
    /// Whether anything is to happen at it.
    #[must_use]
    pub const fn fires(&self) -> bool {
        !matches!(self.kind, Kind::Skipped { .. })
    }
}
