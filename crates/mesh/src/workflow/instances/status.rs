//! How an instance is.

use std::fmt::Display;

use serde::{Serialize, de::DeserializeOwned};

use super::{InstanceError, InstanceId};
use crate::workflow::{WorkflowFailure, unpack};

/// How an instance is, with its output or failure decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceStatus<O, E> {
    /// It has not begun: the platform is at its limit of running instances.
    Queued,
    /// It runs.
    Running,
    /// It sleeps or waits for an event. The local platform says `Running` of these.
    Waiting,
    /// It will pause after the step under way.
    Pausing,
    /// It is paused.
    Paused,
    /// It failed, and its steps are being undone.
    Undoing,
    /// It ended with this output.
    Complete(O),
    /// It failed.
    Errored(WorkflowFailure<E>),
    /// It was ended from outside.
    Terminated,
    /// The platform says something that this framework does not know.
    Unknown(String),
}

/// How an instance is, in the platform's words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawStatus {
    /// The platform's word: `queued`, `running`, `paused`, `errored`, `terminated`, `complete`, `waiting`,
    /// `waitingForPause`, `rollingBack`.
    pub status: String,
    /// Its output as JSON, once it is complete.
    pub output: Option<String>,
    /// The message of its error, once it is errored.
    pub error: Option<String>,
}

impl<O, E> InstanceStatus<O, E> {
    /// Whether nothing more happens to it by itself.
    pub fn has_ended(&self) -> bool {
        matches!(self, Self::Complete(_) | Self::Errored(_) | Self::Terminated)
    }
}

impl<O: DeserializeOwned, E: Serialize + DeserializeOwned + Display> InstanceStatus<O, E> {
    pub(super) fn read(id: &InstanceId, raw: RawStatus) -> Result<Self, InstanceError> {
        Ok(match raw.status.as_str() {
            "queued" => Self::Queued,
            "running" => Self::Running,
            "waiting" => Self::Waiting,
            "waitingForPause" => Self::Pausing,
            "paused" => Self::Paused,
            "rollingBack" => Self::Undoing,
            "terminated" => Self::Terminated,
            "errored" => Self::Errored(WorkflowFailure::decode(raw.error.as_deref().unwrap_or("errored"))),
            "complete" => {
                let output = unpack(raw.output.as_deref().unwrap_or("null"));
                Self::Complete(output.map_err(|error| InstanceError::OutputUnreadable {
                    id: id.clone(),
                    message: error.to_string(),
                })?)
            }
            other => Self::Unknown(other.to_owned()),
        })
    }
}
