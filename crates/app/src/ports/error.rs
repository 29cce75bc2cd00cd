//! How a port fails.

/// A store or service did not do its part. Trying again may help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{store}: {message}")]
pub struct StoreError {
    /// Which, by its binding's name, such as `DATA_DB`.
    pub store: &'static str,
    /// What it said; for operators.
    pub message: String,
}

impl StoreError {
    /// From whatever the adapter got.
    pub fn new(store: &'static str, error: impl std::fmt::Display) -> Self {
        Self { store, message: error.to_string() }
    }
}
