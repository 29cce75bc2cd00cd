//! How the pipeline refuses.

/// An event was not accepted; nothing was stored.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum IngestEventError {
    /// The body is over the limit.
    #[error("the body is over the limit of {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u32,
    },
    /// The body is not JSON.
    #[error("the body is not JSON: {detail}")]
    NotJson {
        /// What is wrong, and where.
        detail: String,
    },
    /// The same delivery id or idempotency key came before with another body.
    #[error("this idempotency key was used before with another body")]
    KeyReused,
    /// A store did not answer. Nothing was acknowledged: send it again.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}

/// An event could not be read.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ReadEventError {
    /// The tenant has no such event.
    #[error("no such event")]
    NotFound,
    /// The event carries no text.
    #[error("the event has no source text: {detail}")]
    NoText {
        /// Why.
        detail: String,
    },
    /// A store did not answer.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}

/// A signal could not be read.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ReadSignalError {
    /// The tenant has no such signal.
    #[error("no such signal")]
    NotFound,
    /// A store did not answer.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}

/// A search could not be carried out.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum SearchError {
    /// The index did not answer.
    #[error("the index is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
