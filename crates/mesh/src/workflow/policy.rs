//! How often, and how far apart, a step is tried.

use std::time::Duration;

/// The retry and timeout policy of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepPolicy {
    /// Tries after the first; 0 means that the first failure is final.
    pub retries: u32,
    /// The wait before the first retry.
    pub delay: Duration,
    /// How the wait grows.
    pub backoff: Backoff,
    /// The longest that one try may take.
    pub timeout: Duration,
}

/// How the wait between retries grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backoff {
    /// Always the same.
    Constant,
    /// By one `delay` each time.
    Linear,
    /// Doubling each time.
    Exponential,
}

impl Default for StepPolicy {
    /// Five retries from one second, doubling; five minutes a try.
    fn default() -> Self {
        Self {
            retries: 5,
            delay: Duration::from_secs(1),
            backoff: Backoff::Exponential,
            timeout: Duration::from_secs(300),
        }
    }
}

impl Backoff {
    /// The platform's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Linear => "linear",
            Self::Exponential => "exponential",
        }
    }
}
