//! Tokens of a call, as an upstream counts them.

/// See the module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens read, those from the upstream's own cache among them.
    pub input: u64,
    /// Those of them that came from the upstream's own cache.
    pub cached: u64,
    /// Tokens written.
    pub output: u64,
}
