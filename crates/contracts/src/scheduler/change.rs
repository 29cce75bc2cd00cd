//! Changing a job that is there.

use ids::JobId;

use super::{AlertPolicy, Calendar, Concurrency, Misfire, Overlap, RetryPolicy, Schedule, Task};

/// Asks for a job to be changed. What is not named stays as it is.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeJob {
    /// Which.
    pub job_id: JobId,
    /// The version that was read; of a job that was changed since, [`JobError::Changed`](super::JobError::Changed).
    /// Without it, whatever the job is by now is changed.
    #[serde(default)]
    pub version: Option<u32>,
    /// Another name.
    #[serde(default)]
    pub name: Option<String>,
    /// Another schedule.
    #[serde(default)]
    pub timing: Option<Timing>,
    /// Another task.
    #[serde(default)]
    pub task: Option<Task>,
    /// Another way of trying again.
    #[serde(default)]
    pub retry: Option<RetryPolicy>,
    /// Other policies.
    #[serde(default)]
    pub policy: PolicyChange,
}

/// A schedule with its calendar: they are changed together.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// When the job fires.
    pub schedule: Schedule,
    /// Within which bounds, and on which days not.
    #[serde(default)]
    pub calendar: Calendar,
}

/// Changes of policies; what is not named stays as it is.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyChange {
    /// As [`Policy::misfire`](super::Policy::misfire).
    #[serde(default)]
    pub misfire: Option<Misfire>,
    /// As [`Policy::misfire_window_ms`](super::Policy::misfire_window_ms).
    #[serde(default)]
    pub misfire_window_ms: Option<u64>,
    /// As [`Policy::overlap`](super::Policy::overlap).
    #[serde(default)]
    pub overlap: Option<Overlap>,
    /// As [`Policy::timeout_ms`](super::Policy::timeout_ms).
    #[serde(default)]
    pub timeout_ms: Option<u32>,
    /// As [`Policy::concurrency`](super::Policy::concurrency).
    #[serde(default)]
    pub concurrency: Option<Concurrency>,
    /// As [`Policy::alert`](super::Policy::alert).
    #[serde(default)]
    pub alert: Option<AlertPolicy>,
    /// What is taken away; where the same request also sets it, setting it counts.
    #[serde(default)]
    pub cleared: Vec<PolicySetting>,
}

/// A policy that a job may be without.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum PolicySetting {
    /// How late a time may still be run.
    MisfireWindow,
    /// How long one try may take.
    Timeout,
    /// With which other jobs it shares a limit.
    Concurrency,
    /// When failures are told of.
    Alert,
}
