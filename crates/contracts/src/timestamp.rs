//! Time on the wire.

/// Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// From Unix milliseconds.
    #[must_use]
    pub const fn from_unix_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// As Unix milliseconds.
    #[must_use]
    pub const fn unix_ms(self) -> u64 {
        self.0
    }
}
