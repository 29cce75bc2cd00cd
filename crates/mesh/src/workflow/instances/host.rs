//! What hosts instances: the platform's binding, or a simulator.

use std::time::Duration;

use async_trait::async_trait;

use super::{InstanceError, InstanceId, RawStatus};

/// How long the platform keeps what an instance ended with; at least a second, as whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// After success; the workflow's default if `None`.
    pub success: Option<Duration>,
    /// After failure; the workflow's default if `None`.
    pub error: Option<Duration>,
}

/// One encoded instance to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawInstance {
    /// Its id.
    pub id: InstanceId,
    /// Its input as JSON, at most 1 MiB.
    pub input: String,
    /// How long its end is kept.
    pub retention: Option<Retention>,
}

/// What came of creating an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It is new, and starts.
    New,
    /// The id was there before. Nothing changed, whatever its input.
    Existed,
}

/// What came of each instance of a batch, in its order.
pub type Batch = Vec<Result<Created, InstanceError>>;

/// Hosts the instances of one workflow.
#[async_trait(?Send)]
pub trait InstanceHost {
    /// Creates one.
    ///
    /// # Errors
    /// [`InstanceError::Host`].
    async fn create(&self, instance: RawInstance) -> Result<Created, InstanceError>;

    /// Creates 1 to 100, and answers for each in the same order.
    ///
    /// # Errors
    /// [`InstanceError::Host`] when it did nothing.
    async fn create_many(&self, instances: Vec<RawInstance>) -> Result<Batch, InstanceError>;

    /// How one is.
    ///
    /// # Errors
    /// [`InstanceError::NotFound`], [`InstanceError::Host`].
    async fn status(&self, id: &InstanceId) -> Result<RawStatus, InstanceError>;

    /// Pauses one after the step under way.
    ///
    /// # Errors
    /// As [`InstanceHost::status`].
    async fn pause(&self, id: &InstanceId) -> Result<(), InstanceError>;

    /// Lets a paused one go on.
    ///
    /// # Errors
    /// As [`InstanceHost::status`].
    async fn resume(&self, id: &InstanceId) -> Result<(), InstanceError>;

    /// Ends one, undoing its steps if asked.
    ///
    /// # Errors
    /// As [`InstanceHost::status`], and [`InstanceError::Ended`].
    async fn terminate(&self, id: &InstanceId, undo: bool) -> Result<(), InstanceError>;

    /// Starts one again from the top.
    ///
    /// # Errors
    /// As [`InstanceHost::status`].
    async fn restart(&self, id: &InstanceId) -> Result<(), InstanceError>;

    /// Starts one again from the first step of this name: what stands before it stays on record. A host that cannot
    /// says so.
    ///
    /// # Errors
    /// As [`InstanceHost::status`], also where no such step is on record.
    async fn restart_from(&self, id: &InstanceId, step: &str) -> Result<(), InstanceError> {
        let message =
            format!("`{id}` cannot be restarted from `{step}`: this host restarts from the top alone");
        Err(InstanceError::Host { workflow: String::new(), message })
    }

    /// Removes one with its record.
    ///
    /// # Errors
    /// As [`InstanceHost::status`].
    async fn delete(&self, id: &InstanceId) -> Result<(), InstanceError>;

    /// Sends one an event with this JSON as payload.
    ///
    /// # Errors
    /// As [`InstanceHost::status`].
    async fn send_event(&self, id: &InstanceId, event: &str, payload: String) -> Result<(), InstanceError>;
}
