//! Instances of workflows over all tenants, as operators look for them and steer them.

use ids::{EventId, TenantId};

use super::StepReport;
use crate::{OperatorCall, Timestamp};

/// The admin's view of the engine's instances.
#[mesh::service(contract = "../../contracts/WorkflowControl.json")]
pub trait WorkflowControl {
    /// Instances, the last begun first.
    #[mesh(idempotent)]
    async fn find_instances(
        &self,
        context: &OperatorCall,
        request: FindInstances,
    ) -> Result<InstancePage, ControlError>;

    /// One instance with its steps.
    #[mesh(idempotent)]
    async fn get_instance(
        &self,
        context: &OperatorCall,
        request: GetInstance,
    ) -> Result<InstanceDetail, ControlError>;

    /// Pauses, resumes, ends or restarts one.
    async fn control_instance(
        &self,
        context: &OperatorCall,
        request: ControlInstance,
    ) -> Result<ControlReceipt, ControlError>;
}

/// Asks for a page of instances, the last begun first.
#[mesh::message]
#[derive(Debug, Clone, Default)]
pub struct FindInstances {
    /// Only of this tenant.
    #[serde(default)]
    pub tenant: Option<TenantId>,
    /// Only of the workflow of this name.
    #[serde(default)]
    pub workflow: Option<String>,
    /// Only with this status.
    #[serde(default)]
    pub status: Option<String>,
    /// Only those that come after this one in the list.
    #[serde(default)]
    pub before: Option<InstancePosition>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A place in the list.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstancePosition {
    /// When the instance there began.
    pub started_at: Timestamp,
    /// Its id.
    pub id: String,
}

/// A page of instances.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct InstancePage {
    /// The last begun first.
    pub items: Vec<Instance>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_before: Option<InstancePosition>,
}

/// An instance of a workflow.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// The engine's id of it.
    pub id: String,
    /// Whose.
    pub tenant: TenantId,
    /// Of which workflow.
    pub workflow: String,
    /// `accepted`, `running`, `paused`, `completed`, `failed` or `terminated`.
    pub status: String,
    /// The event that it works off, if it does that.
    #[serde(default)]
    pub event_id: Option<EventId>,
    /// Which run of that event.
    #[serde(default)]
    pub run: u32,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<String>,
    /// Its trace.
    pub trace_id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts its changes.
    pub version: u32,
}

/// Names one instance.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetInstance {
    /// Its id.
    pub id: String,
}

/// An instance with its steps.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceDetail {
    /// The instance.
    pub instance: Instance,
    /// Its steps in order. Of an earlier run of an event they are forgotten.
    pub steps: Vec<StepReport>,
    /// What the engine says of it now: `missing`, `alive`, `complete` or `failed`.
    pub engine: String,
    /// Why it cannot be restarted from one of its steps; none where it can.
    #[serde(default)]
    pub no_restart_from: Option<String>,
}

/// What to do with an instance.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum InstanceOrder {
    /// Hold it after the step under way.
    Pause,
    /// Let it go on.
    Resume,
    /// End it for good.
    Terminate,
    /// Begin it again.
    Restart,
}

/// Asks to steer an instance.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlInstance {
    /// Its id.
    pub id: String,
    /// What to do.
    pub order: InstanceOrder,
    /// Where a restart begins; none for the first step.
    #[serde(default)]
    pub from: Option<String>,
    /// Only if this is its version still.
    #[serde(default)]
    pub version: Option<u32>,
}

/// What came of it.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct ControlReceipt {
    /// The instance as it was.
    pub before: Instance,
    /// As it is.
    pub after: Instance,
    /// The id of the instance that a restart began in its place, because this one had ended.
    #[serde(default)]
    pub begun: Option<String>,
}

/// Instances could not be looked for, or steered.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ControlError {
    /// There is no such instance.
    #[error("no such instance")]
    NotFound,
    /// What is asked for cannot be.
    #[error("{detail}")]
    Invalid {
        /// Which part of the request, such as `status`.
        field: String,
        /// What is wrong.
        detail: String,
    },
    /// The instance is not in a state for it.
    #[error("{detail}")]
    NotPossible {
        /// Why not.
        detail: String,
    },
    /// It has changed since the version that was named.
    #[error("it has changed since")]
    Stale {
        /// As it is now.
        current: Box<Instance>,
    },
    /// A store or the engine did not answer.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
