//! How a port fails.

/// A store or service did not do its part. Trying again may help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{store}: {message}")]
pub struct StoreError {
    /// Which, by its binding's name, such as `DATA_DB`.
    pub store: &'static str,
    /// What it said; for operators.
    pub message: String,
    /// After how many seconds it wants to be asked again, where it says so (`Retry-After`).
    pub retry_after_s: Option<u32>,
}

impl StoreError {
    /// From whatever the adapter got.
    pub fn new(store: &'static str, error: impl std::fmt::Display) -> Self {
        Self { store, message: error.to_string(), retry_after_s: None }
    }

    /// The same, with the wait that the other side asks for.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}
