//! Durable workflows: a function whose every step is run to success once and remembered.
//!
//! A workflow's body runs again from the top after a restart; [`Steps::run`] then answers from the record instead of
//! running a finished step. So the body must be deterministic, all effects belong into steps, and a step's effect
//! must be idempotent, because a step can be cut off after its effect and before its record.

mod inline;
mod policy;
mod step;

pub use inline::InlineEngine;
pub use policy::{Backoff, StepPolicy};
pub use step::{Engine, MAX_STEP_OUTPUT_BYTES, RawStep, StepError, StepFailure, Steps};

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};

/// A durable workflow with typed input and output.
#[async_trait(?Send)]
pub trait Workflow {
    /// What it is started with; at most 1 MiB encoded.
    type Input: Serialize + DeserializeOwned;
    /// What it ends with; at most 1 MiB encoded.
    type Output: Serialize + DeserializeOwned;

    /// Runs the workflow, or resumes it: finished steps answer from their record.
    ///
    /// # Errors
    /// The [`StepError`] of a step that failed for good ends the instance as errored.
    async fn run(&self, input: Self::Input, steps: &Steps) -> Result<Self::Output, StepError>;
}
