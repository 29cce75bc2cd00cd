//! Finding signals in a call.

use std::{rc::Rc, time::Duration};

use async_trait::async_trait;
use domain::signal::Finding;
use transcript::Document;

use super::{ChatError, Spending, StoreError};

/// Which extractor found something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtractorKind {
    /// Rules, in this very process.
    Rules,
    /// A chat model.
    Model,
}

impl ExtractorKind {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Model => "model",
        }
    }
}

/// What an extractor found.
#[derive(Debug, Clone, PartialEq)]
pub struct Extraction {
    /// The findings, in the order in which they were said.
    pub findings: Vec<Finding>,
    /// Which extractor.
    pub kind: ExtractorKind,
    /// Which model, as the server names it.
    pub model: Option<String>,
    /// How many findings it claimed whose quote nobody said; they are not among the findings.
    pub dropped_quotes: u32,
}

/// Nothing was found out, which is not the same as that there is nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtractError {
    /// Another try may succeed.
    #[error("{detail}")]
    Again {
        /// What happened.
        detail: String,
    },
    /// Another try may succeed, but not before this long.
    #[error("{detail}")]
    Later {
        /// What happened.
        detail: String,
        /// How long to wait.
        after: Duration,
    },
    /// No other try can succeed.
    #[error("{detail}")]
    Never {
        /// What happened.
        detail: String,
    },
}

impl From<ChatError> for ExtractError {
    fn from(error: ChatError) -> Self {
        let detail = error.to_string();
        match error {
            ChatError::RateLimited { retry_after: Some(after) }
            | ChatError::Budget { retry_after: Some(after), .. }
            | ChatError::Unavailable { retry_after: Some(after), .. } => Self::Later { detail, after },
            ChatError::RateLimited { retry_after: None }
            | ChatError::Unavailable { retry_after: None, .. }
            | ChatError::TimedOut
            | ChatError::Malformed { .. } => Self::Again { detail },
            ChatError::Budget { retry_after: None, .. } | ChatError::Refused { .. } => Self::Never { detail },
        }
    }
}

/// Finds signals in a call.
#[async_trait(?Send)]
pub trait Extractor {
    /// Cheap: which turns (half-open ranges, sorted) are worth extracting from. Empty: nothing of interest.
    async fn prefilter(&self, document: &Document) -> Result<Vec<(usize, usize)>, StoreError>;
    /// Finds signals in those turns. Every quote must be a verbatim slice; the caller checks. What it pays is noted in
    /// `spending`, however it ends.
    ///
    /// # Errors
    /// [`ExtractError`], by when another try can succeed.
    async fn extract(
        &self,
        document: &Document,
        turns: &[(usize, usize)],
        spending: &Spending,
    ) -> Result<Extraction, ExtractError>;
    /// What to ask when this one has failed for good. None by default: then the step fails.
    fn fallback(&self) -> Option<Rc<dyn Extractor>> {
        None
    }
}
