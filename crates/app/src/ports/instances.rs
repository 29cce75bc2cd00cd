//! The engine's instances over all tenants, for operators: the index that lists them, and the engine that steers them.

use async_trait::async_trait;
use contracts::Timestamp;
use domain::workflow::{RunStatus, WorkflowKind};
use domain::{EventWorkflow, workflow::UnknownWorkflow};
use ids::{EventId, TenantId};
use std::fmt;
use std::str::FromStr;

use super::{InstanceState, StoreError};

/// A workflow that has instances which operators steer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SteeredWorkflow {
    /// One that works events off.
    Event(EventWorkflow),
    /// One that tenants start.
    Run(WorkflowKind),
}

impl SteeredWorkflow {
    /// Every one.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let events = EventWorkflow::ALL.into_iter().map(Self::Event);
        events.chain(WorkflowKind::ALL.into_iter().map(Self::Run)).collect()
    }

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event(workflow) => workflow.as_str(),
            Self::Run(workflow) => workflow.as_str(),
        }
    }
}

impl fmt::Display for SteeredWorkflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SteeredWorkflow {
    type Err = UnknownWorkflow;

    fn from_str(text: &str) -> Result<Self, UnknownWorkflow> {
        let found = Self::all().into_iter().find(|workflow| workflow.as_str() == text);
        found.ok_or_else(|| UnknownWorkflow(text.into()))
    }
}

/// An instance, as the index has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceRecord {
    /// The engine's id of it.
    pub id: String,
    /// Whose.
    pub tenant: TenantId,
    /// Of which workflow.
    pub workflow: SteeredWorkflow,
    /// Where it stands.
    pub status: RunStatus,
    /// The event that it works off, if it does that.
    pub event_id: Option<EventId>,
    /// Which run of that event.
    pub run: u32,
    /// Why it failed.
    pub error: Option<String>,
    /// Its trace, as a W3C `traceparent`.
    pub traceparent: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts its changes.
    pub version: u32,
}

/// Which instances, the last begun first.
#[derive(Debug, Clone)]
pub struct InstanceQuery {
    /// Only of this tenant.
    pub tenant: Option<TenantId>,
    /// Only of this workflow.
    pub workflow: Option<SteeredWorkflow>,
    /// Only with this status.
    pub status: Option<RunStatus>,
    /// Only those behind this place: when the instance there began, and its id.
    pub before: Option<(Timestamp, String)>,
    /// At most so many.
    pub limit: u32,
}

/// The index of instances. What begins and ends them keeps it; here it is read, and told what the engine was made to do.
#[async_trait(?Send)]
pub trait InstanceIndex {
    /// At most `query.limit` instances.
    async fn find(&self, query: &InstanceQuery) -> Result<Vec<InstanceRecord>, StoreError>;
    /// One instance, whosever it is.
    async fn get(&self, id: &str) -> Result<Option<InstanceRecord>, StoreError>;
    /// Notes that an instance stands so now, unless it has ended; says whether it did.
    async fn mark(
        &self,
        tenant: TenantId,
        id: &str,
        status: RunStatus,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
}

/// What the engine is to do with an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineOrder {
    /// Hold it after the step under way.
    Pause,
    /// Let it go on.
    Resume,
    /// End it.
    Terminate,
    /// Begin it again.
    Restart {
        /// From this step; none for the first.
        from: Option<String>,
    },
}

/// The engine's instances of every workflow.
#[async_trait(?Send)]
pub trait InstanceEngine {
    /// How an instance is.
    async fn state(&self, workflow: SteeredWorkflow, id: &str) -> Result<InstanceState, StoreError>;
    /// Steers an instance. One that has ended, or is gone, stays as it is unless it is to begin again; says whether it
    /// was there.
    async fn steer(
        &self,
        workflow: SteeredWorkflow,
        id: &str,
        order: &EngineOrder,
    ) -> Result<bool, StoreError>;
}
