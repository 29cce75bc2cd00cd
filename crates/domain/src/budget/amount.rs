//! How much: money, tokens and requests together.

/// An amount of each unit that a limit may be in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// Billionths of a US dollar.
    pub nanos: u64,
    /// Tokens, read and written.
    pub tokens: u64,
    /// Requests.
    pub requests: u64,
}

impl Amount {
    /// Both together. More than can be counted counts as the most that can: a limit is then past, never free again.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            nanos: self.nanos.saturating_add(other.nanos),
            tokens: self.tokens.saturating_add(other.tokens),
            requests: self.requests.saturating_add(other.requests),
        }
    }

    /// What is left of this without the other; nothing where the other is more.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self {
            nanos: self.nanos.saturating_sub(other.nanos),
            tokens: self.tokens.saturating_sub(other.tokens),
            requests: self.requests.saturating_sub(other.requests),
        }
    }
}
