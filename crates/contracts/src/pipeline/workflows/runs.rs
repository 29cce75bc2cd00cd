//! Runs of workflows.

use super::super::StepReport;
use crate::Timestamp;

/// A run that is on record, and starts.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedRun {
    /// The run's id: of the first, when the request is a repeated one.
    pub run_id: String,
    /// Whether the request was seen before.
    pub duplicate: bool,
}

/// Names one run.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetRun {
    /// The workflow's public name.
    pub workflow: String,
    /// The run's id, as the client wrote it.
    pub run_id: String,
}

/// What to do with a run.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum RunOrder {
    /// Hold it after the step under way.
    Pause,
    /// Let it go on.
    Resume,
    /// End it for good.
    Terminate,
}

/// Asks to steer a run.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SteerRun {
    /// The workflow's public name.
    pub workflow: String,
    /// The run's id, as the client wrote it.
    pub run_id: String,
    /// What to do.
    pub order: RunOrder,
}

/// A run as it stands.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct RunReport {
    /// The id.
    pub run_id: String,
    /// The workflow's public name.
    pub workflow: String,
    /// `accepted`, `running`, `paused`, `completed`, `failed` or `terminated`.
    pub status: String,
    /// What it was started with, as JSON.
    pub params: String,
    /// How far it is, as JSON; the workflow's own words.
    #[serde(default)]
    pub progress: Option<String>,
    /// What it came to, as JSON, once it is complete.
    #[serde(default)]
    pub output: Option<String>,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<String>,
    /// Its steps so far, in order.
    pub steps: Vec<StepReport>,
    /// The trace's id.
    pub trace_id: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
