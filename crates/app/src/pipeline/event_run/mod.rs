//! What the workflows of events have in common: steps that show in the event, its archived bytes, and its end.

mod archived;
mod ending;
mod progress;

use ids::{EventId, TenantId};
use mesh::workflow::{StepFailure, Steps};
use serde::{Deserialize, Serialize};

use super::PipelinePorts;
use crate::ports::StoreError;

pub(super) use archived::{load, object, record};
pub(super) use progress::{Outcome, PATIENT, POLICY, Stage, StageRun};

/// What a stage gives.
pub(super) type Staged<T> = Result<Outcome<T>, StepFailure>;

/// What an instance is started with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EventRunInput {
    /// Whose event.
    pub tenant: TenantId,
    /// Which.
    pub event_id: EventId,
    /// Which run of it: 0 the first, one more with every replay.
    #[serde(default)]
    pub run: u32,
    /// Its trace, as a W3C `traceparent`.
    pub traceparent: String,
}

/// A workflow at work on an event.
#[derive(Clone, Copy)]
pub(super) struct EventRun<'a> {
    pub(super) ports: &'a PipelinePorts,
    pub(super) input: &'a EventRunInput,
    pub(super) steps: &'a Steps,
    /// The workflow's name.
    pub(super) workflow: &'static str,
}

/// A store that does not answer now may answer later.
pub(super) fn retryable(error: StoreError) -> StepFailure {
    StepFailure::Retryable(error.to_string())
}
