//! What a workflow is: its types and name apart from its code, so that a caller needs only the former.

use std::fmt::Display;

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};

use super::Steps;

/// The types and the name of a workflow: all that [`super::Instances`] needs of it.
///
/// Comes from `#[mesh::workflow]`. A crate that starts instances of a workflow whose code it does not have can
/// implement it on a marker of its own.
pub trait Definition {
    /// The workflow's name: the type's, unless the attribute says another.
    const NAME: &'static str;
    /// The types of the events that it waits for.
    const EVENTS: &'static [&'static str];
    /// The most entries that the platform lets an instance make; see [`super::MAX_STEPS`].
    const MAX_STEPS: u32;

    /// What it is started with; at most 1 MiB encoded.
    type Input: Serialize + DeserializeOwned;
    /// What it ends with; at most 1 MiB encoded.
    type Output: Serialize + DeserializeOwned;
    /// How it fails, in its own words.
    type Error: Serialize + DeserializeOwned + Display;
}

/// A durable workflow with typed input, output and error. Comes from `#[mesh::workflow]`.
#[async_trait(?Send)]
pub trait Workflow: Definition {
    /// Runs the workflow, or resumes it: finished steps answer from their record.
    ///
    /// # Errors
    /// The workflow's own error ends the instance as errored, and undoes the steps that can be undone.
    async fn run(&self, input: Self::Input, steps: &Steps) -> Result<Self::Output, Self::Error>;
}
