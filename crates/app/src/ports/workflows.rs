//! Runs of the workflows that tenants start, and the engine that carries them out.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::workflows::RunOrder;
use domain::workflow::{RunStatus, WorkflowKind};
use ids::TenantId;

use super::{InstanceState, StepRecord, StoreError};

/// A run to put on record, with status `accepted`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    /// The id, which is also its instance's.
    pub run_id: String,
    /// Of which workflow.
    pub workflow: WorkflowKind,
    /// What it is started with, as JSON.
    pub params: String,
    /// The caller's own name for the request: unique within tenant and workflow.
    pub request_key: Option<String>,
    /// SHA-256 of what was asked, lower-case hexadecimal.
    pub request_sha256: String,
    /// Who asked.
    pub actor: String,
    /// The trace, as a W3C `traceparent`.
    pub traceparent: String,
    /// When.
    pub created_at: Timestamp,
}

/// A run as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRun {
    /// Whose.
    pub tenant: TenantId,
    /// What was put on record.
    pub run: NewRun,
    /// Where it stands.
    pub status: RunStatus,
    /// How far it is, as JSON.
    pub progress: Option<String>,
    /// What it came to, as JSON.
    pub output: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How often the sweep looked at it.
    pub checks: u32,
}

/// A change of a run. `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunChange {
    /// The new status.
    pub status: Option<RunStatus>,
    /// How far it is, as JSON.
    pub progress: Option<String>,
    /// What it came to, as JSON.
    pub output: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
}

impl RunChange {
    /// To this status, with nothing else to say.
    #[must_use]
    pub fn to(status: RunStatus) -> Self {
        Self { status: Some(status), ..Self::default() }
    }
}

/// Runs on record.
#[async_trait(?Send)]
pub trait RunStore {
    /// Puts a run on record, due for the sweep at `check_at`, unless its id or its request key is there. Answers with
    /// what is on record then: this run, or the one before it.
    async fn insert(
        &self,
        tenant: TenantId,
        run: &NewRun,
        check_at: Timestamp,
    ) -> Result<WorkflowRun, StoreError>;
    /// One run.
    async fn get(&self, tenant: TenantId, run_id: &str) -> Result<Option<WorkflowRun>, StoreError>;
    /// Changes a run, unless [`RunStatus::allows`] forbids it; says whether it did. An ended run changes no more, and
    /// an end takes it out of the sweep.
    async fn change(
        &self,
        tenant: TenantId,
        run_id: &str,
        change: &RunChange,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Stores a step, replacing what was known of it. The earliest `started_at` stays.
    async fn record_step(&self, tenant: TenantId, run_id: &str, step: &StepRecord) -> Result<(), StoreError>;
    /// A run's steps in order.
    async fn steps(&self, tenant: TenantId, run_id: &str) -> Result<Vec<StepRecord>, StoreError>;
    /// Runs due at `now` over all tenants, the longest due first, at most `limit`. For the sweep only.
    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<WorkflowRun>, StoreError>;
    /// A tenant's runs that have not ended, in the order of their ids, at most `limit`.
    async fn open(&self, tenant: TenantId, limit: u32) -> Result<Vec<WorkflowRun>, StoreError>;
    /// Counts a look of the sweep and sets when the next is due.
    async fn defer(&self, tenant: TenantId, run_id: &str, check_at: Timestamp) -> Result<(), StoreError>;
}

/// The engine's instances. An instance has its run's id, so that starting it twice starts it once.
#[async_trait(?Send)]
pub trait WorkflowInstances {
    /// Starts the instance of a run, unless there is one.
    async fn start(&self, run: &WorkflowRun) -> Result<(), StoreError>;
    /// How an instance is.
    async fn state(&self, workflow: WorkflowKind, run_id: &str) -> Result<InstanceState, StoreError>;
    /// Has an instance that waits look again. Once too often is harmless.
    async fn wake(&self, workflow: WorkflowKind, run_id: &str) -> Result<(), StoreError>;
    /// Pauses, resumes or ends an instance. One that has ended, or is gone, stays as it is.
    async fn steer(&self, workflow: WorkflowKind, run_id: &str, order: RunOrder) -> Result<(), StoreError>;
}
