//! How often, and how far apart, a step is tried.

use std::time::Duration;

/// The retry and timeout policy of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepPolicy {
    /// Tries after the first; 0 means that the first failure is final.
    pub retries: u32,
    /// The wait before the first retry. The platform counts in whole seconds, rounded up, and at least one.
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

impl StepPolicy {
    /// Five retries from one second, doubling; five minutes a try.
    pub const DEFAULT: Self = Self {
        retries: 5,
        delay: Duration::from_secs(1),
        backoff: Backoff::Exponential,
        timeout: Duration::from_secs(300),
    };

    /// The wait after the failure of try number `attempt`, counted from 1, or `None` when that was the last.
    #[must_use]
    pub fn delay_after(&self, attempt: u32) -> Option<Duration> {
        if attempt > self.retries {
            return None;
        }
        Some(match self.backoff {
            Backoff::Constant => self.delay,
            Backoff::Linear => self.delay.saturating_mul(attempt),
            Backoff::Exponential => self.delay.saturating_mul(1 << attempt.saturating_sub(1).min(20)),
        })
    }
}

impl Default for StepPolicy {
    /// [`StepPolicy::DEFAULT`].
    fn default() -> Self {
        Self::DEFAULT
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
