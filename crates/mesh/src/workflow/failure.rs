//! How a step fails: in its body, where a retry may help or not, and for good, as its workflow sees it.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

/// What a step's body says when it fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepFailure {
    /// Another try may succeed.
    #[error("{0}")]
    Retryable(String),
    /// No other try can succeed: the input is at fault.
    #[error("{0}")]
    Terminal(String),
}

/// Says of any error whether another try of the step can mend it: `store.put(row).await.retryable()?`.
pub trait Classify<T> {
    /// Another try may succeed: a store that does not answer, a callee that is overloaded.
    ///
    /// # Errors
    /// [`StepFailure::Retryable`] for every error.
    fn retryable(self) -> Result<T, StepFailure>;

    /// No other try can succeed: the input is at fault.
    ///
    /// # Errors
    /// [`StepFailure::Terminal`] for every error.
    fn terminal(self) -> Result<T, StepFailure>;
}

impl<T, E: Display> Classify<T> for Result<T, E> {
    fn retryable(self) -> Result<T, StepFailure> {
        self.map_err(|error| StepFailure::Retryable(error.to_string()))
    }

    fn terminal(self) -> Result<T, StepFailure> {
        self.map_err(|error| StepFailure::Terminal(error.to_string()))
    }
}

/// A step that has no result. It ends the workflow unless the body handles it.
///
/// The first two are durable: the same step fails the same way after a restart. The rest are mistakes of the
/// workflow's code, found before anything runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum StepError {
    /// Its body said that no other try can succeed.
    #[error("step `{step}`: {message}")]
    Terminal {
        /// The step.
        step: String,
        /// Why, for operators.
        message: String,
    },
    /// Its last try failed or ran out of time.
    #[error("step `{step}`: every try failed, the last one with: {message}")]
    Exhausted {
        /// The step.
        step: String,
        /// Why the last try failed.
        message: String,
    },
    /// An event came that cannot be read.
    #[error("wait `{step}`: the event `{event}` cannot be read: {message}")]
    EventUnreadable {
        /// The wait.
        step: String,
        /// The event's type.
        event: String,
        /// What is wrong with it.
        message: String,
    },
    /// The name is one that a step cannot have.
    #[error(
        "step `{step}`: a name has 1 to 256 bytes with those of its branches, no control characters, and does not \
         begin with `journal `"
    )]
    InvalidName {
        /// The name.
        step: String,
    },
    /// The name was used before in this workflow.
    #[error("step `{step}`: this name was used before in the workflow: give each step its own")]
    DuplicateName {
        /// The name.
        step: String,
    },
    /// Two steps were begun at once on one [`super::Steps`].
    #[error(
        "step `{step}` was begun while `{under_way}` was not finished: await one after the other, or give each its \
         own `steps.branch(…)`"
    )]
    Concurrent {
        /// The second.
        step: String,
        /// The first.
        under_way: String,
    },
    /// The instance has made as many entries as it may.
    #[error(
        "step `{step}`: the limit of {limit} entries an instance is reached: split the work over several instances, or \
         raise `limits.steps` of the Worker's configuration and `max_steps` of the workflow's attribute"
    )]
    TooManySteps {
        /// The step.
        step: String,
        /// How many.
        limit: u32,
    },
    /// The sleep or wait is longer than the platform allows.
    #[error("`{step}` waits {seconds} s, over the limit of 365 days: wait in several steps")]
    TooLong {
        /// The sleep or wait.
        step: String,
        /// How long it is.
        seconds: u64,
    },
    /// The workflow waits for an event that it does not accept.
    #[error("wait `{step}`: nobody can send `{event}`: name it in `#[mesh::workflow(events(…))]`")]
    UndeclaredEvent {
        /// The wait.
        step: String,
        /// The event's type.
        event: String,
    },
}
