//! What wakes a schedule, and what carries a job's task out.

use async_trait::async_trait;
use contracts::pipeline::work::WorkDone;
use contracts::scheduler::{JobError, Task};
use contracts::{TenantCall, Timestamp};
use ids::{EventId, JobId, TenantId};
use mesh::TraceContext;

use super::super::StoreError;

/// What wakes the schedule. There is one alarm; setting it replaces what was set before.
#[async_trait(?Send)]
pub trait Alarm {
    /// Sets the time, at once if it has passed; none for never.
    ///
    /// # Errors
    /// [`StoreError`] when the platform does not take it.
    async fn set(&self, at: Option<Timestamp>) -> Result<(), StoreError>;
    /// The time that is set. There is none while the alarm's handler runs, unless it has set one.
    ///
    /// # Errors
    /// [`StoreError`] when the platform does not say.
    async fn at(&self) -> Result<Option<Timestamp>, StoreError>;
}

/// One try of a run.
#[derive(Debug, Clone)]
pub struct Firing {
    /// Whose job.
    pub tenant: TenantId,
    /// Which job.
    pub job_id: JobId,
    /// The same for every try of a run, and for no other run of the job: what makes two tries have one effect.
    pub idempotency_key: String,
    /// The nominal time.
    pub scheduled_for: Timestamp,
    /// The run's trace.
    pub trace: TraceContext,
    /// What to do.
    pub task: Task,
    /// How long it may take, in milliseconds.
    pub patience_ms: u64,
}

/// What a task did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskEffect {
    /// It sent an event.
    Event(EventId),
    /// It did something else.
    Work(WorkDone),
}

/// Why a try failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct TaskError {
    /// For the tenant: it names nothing of the inside.
    pub reason: String,
    /// For operators: all that is known.
    pub detail: String,
    /// Whether another try may succeed. It can do no harm: the idempotency key is the same.
    pub transient: bool,
    /// How long to wait at least before it, in milliseconds, where the endpoint says so.
    pub retry_after_ms: Option<u64>,
}

/// Carries a job's task out.
#[async_trait(?Send)]
pub trait TaskRunner {
    /// Whether a job may have this task, as far as can be told before it is carried out.
    ///
    /// # Errors
    /// [`JobError::Invalid`] with the field at fault; [`JobError::Unavailable`] when nobody can say.
    async fn check(&self, context: &TenantCall, task: &Task) -> Result<(), JobError>;
    /// Does it; what came of it.
    ///
    /// # Errors
    /// [`TaskError`] says why, and whether to try again.
    async fn run(&self, firing: &Firing) -> Result<TaskEffect, TaskError>;
}
