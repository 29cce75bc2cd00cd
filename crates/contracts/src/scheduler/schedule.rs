//! When a job fires: the times that a schedule names.

use crate::Timestamp;

/// When a job fires.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Every so many milliseconds (1 second to 366 days).
    Every {
        /// The interval.
        interval_ms: u64,
        /// What it is counted from: the job's creation, unless another time is named.
        #[serde(default)]
        anchor: Option<Timestamp>,
    },
    /// Once.
    At {
        /// When. A time in the past fires at once.
        at: Timestamp,
    },
    /// At the civil times that a pattern names.
    Cron {
        /// Five fields, six with seconds first, or a nickname such as `@daily`.
        pattern: String,
        /// A zone of the IANA database.
        timezone: String,
        /// What becomes of a time that the clocks skip; none for what suits the pattern.
        #[serde(default)]
        gap: Option<GapRule>,
        /// What becomes of a time that the clocks show twice; none for what suits the pattern.
        #[serde(default)]
        fold: Option<FoldRule>,
    },
}

/// What becomes of a civil time that the clocks skip.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum GapRule {
    /// It runs at the next valid instant.
    NextValid,
    /// It does not run, and the skipping is on record.
    Skip,
}

/// What becomes of a civil time that the clocks show twice.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum FoldRule {
    /// It runs the first time.
    Once,
    /// It runs both times.
    Twice,
}

/// Within which bounds a schedule names times, and on which days it does not.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Nothing before this.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// Nothing from this on.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// Nothing on these dates (`2026-12-25`), at most 1,000.
    #[serde(default)]
    pub excluded: Vec<String>,
    /// Where the excluded dates are; a cron schedule's own zone, and else UTC, unless one is named.
    #[serde(default)]
    pub timezone: Option<String>,
    /// The most that a run is put off, up to an hour; how much is always the same for a job and a nominal time.
    #[serde(default)]
    pub jitter_ms: u32,
}
