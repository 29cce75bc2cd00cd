//! What a job does when times pile up: after downtime, or while its last run is not over.

/// What a job does with times that come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Which of several times that came while nobody looked are run.
    pub misfire: Misfire,
    /// How late a time may still be run; later, it is missed. None for however late.
    pub window_ms: Option<u64>,
    /// What becomes of a time that comes while an earlier run is not over.
    pub overlap: Overlap,
    /// The most that a run is put off, to spread out what is due at once.
    pub jitter_ms: u64,
}

/// Which of several times that came while nobody looked are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfire {
    /// The latest; those before it are missed.
    Last,
    /// Each, oldest first.
    All,
    /// None but a time that is hardly late: what is more than [`Misfire::HARDLY_LATE_MS`] late is missed, unless the
    /// window says otherwise.
    None,
}

impl Misfire {
    /// How late a time may be and still count as on time, where nothing is made up for: a minute.
    pub const HARDLY_LATE_MS: u64 = 60_000;
}

/// What becomes of a time that comes while an earlier run of the job is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// It runs beside it.
    Allow,
    /// It is skipped.
    Skip,
    /// One waits for the earlier run's end; others are skipped.
    QueueOne,
    /// It runs, and the earlier one is cancelled.
    CancelPrevious,
}

impl Policy {
    /// How late a time may still be run.
    pub(super) const fn window(&self) -> Option<u64> {
        match (self.window_ms, self.misfire) {
            (Some(window_ms), _) => Some(window_ms),
            (None, Misfire::None) => Some(Misfire::HARDLY_LATE_MS),
            (None, Misfire::Last | Misfire::All) => None,
        }
    }
}

impl Default for Policy {
    /// The latest of what was missed is made up for, however late, and runs may overlap.
    fn default() -> Self {
        Self { misfire: Misfire::Last, window_ms: None, overlap: Overlap::Allow, jitter_ms: 0 }
    }
}
