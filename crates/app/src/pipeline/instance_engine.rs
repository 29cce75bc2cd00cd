//! The engine's instances of every workflow, as operators steer them: whichever it is, the platform does the same.

use async_trait::async_trait;
use domain::EventWorkflow;
use domain::workflow::WorkflowKind;
use mesh::workflow::{Definition, Handle, InstanceError, InstanceStatus, Instances};

use super::EventInstances;
use crate::ports::{EngineOrder, InstanceEngine, InstanceState, SteeredWorkflow, StoreError};
use crate::workflows::MeshInstances;

/// [`InstanceEngine`] over the platform's bindings.
#[derive(Clone)]
pub struct MeshEngine {
    /// Of the workflows that work events off.
    pub events: EventInstances,
    /// Of those that tenants start.
    pub runs: MeshInstances,
}

/// Does the same with the instances of whichever workflow it is.
macro_rules! with_instances {
    ($engine:expr, $workflow:expr, $instances:ident => $body:expr) => {
        match $workflow {
            SteeredWorkflow::Event(EventWorkflow::CallIngest) => {
                let $instances = &$engine.events.calls;
                $body
            }
            SteeredWorkflow::Event(EventWorkflow::CrmChange) => {
                let $instances = &$engine.events.crm_changes;
                $body
            }
            SteeredWorkflow::Run(WorkflowKind::AccountReport) => {
                let $instances = &$engine.runs.account_reports;
                $body
            }
            SteeredWorkflow::Run(WorkflowKind::Backfill) => {
                let $instances = &$engine.runs.backfills;
                $body
            }
            SteeredWorkflow::Run(WorkflowKind::SpendApproval) => {
                let $instances = &$engine.runs.spend_approvals;
                $body
            }
            SteeredWorkflow::Run(WorkflowKind::Sync) => {
                let $instances = &$engine.runs.syncs;
                $body
            }
        }
    };
}

#[async_trait(?Send)]
impl InstanceEngine for MeshEngine {
    async fn state(&self, workflow: SteeredWorkflow, id: &str) -> Result<InstanceState, StoreError> {
        with_instances!(self, workflow, instances => state(handle(instances, id)?).await)
    }

    async fn steer(
        &self,
        workflow: SteeredWorkflow,
        id: &str,
        order: &EngineOrder,
    ) -> Result<bool, StoreError> {
        with_instances!(self, workflow, instances => steer(handle(instances, id)?, order).await)
    }
}

async fn state<W: Definition>(handle: Handle<W>) -> Result<InstanceState, StoreError> {
    match handle.status().await {
        Ok(InstanceStatus::Complete(_)) | Err(InstanceError::OutputUnreadable { .. }) => {
            Ok(InstanceState::Complete)
        }
        Ok(InstanceStatus::Errored(failure)) => Ok(InstanceState::Failed { error: failure.to_string() }),
        Ok(InstanceStatus::Terminated) => Ok(InstanceState::Failed { error: "terminated".into() }),
        Ok(_) => Ok(InstanceState::Alive),
        Err(InstanceError::NotFound { .. }) => Ok(InstanceState::Missing),
        Err(error) => Err(StoreError::new(W::NAME, error)),
    }
}

async fn steer<W: Definition>(handle: Handle<W>, order: &EngineOrder) -> Result<bool, StoreError> {
    let outcome = match order {
        EngineOrder::Pause => handle.pause().await,
        EngineOrder::Resume => handle.resume().await,
        EngineOrder::Terminate => handle.terminate().await,
        EngineOrder::Restart { from: None } => handle.restart().await,
        EngineOrder::Restart { from: Some(step) } => handle.restart_from(step).await,
    };
    match outcome {
        Ok(()) | Err(InstanceError::Ended { .. }) => Ok(true),
        Err(InstanceError::NotFound { .. }) => Ok(false),
        Err(error) => Err(StoreError::new(W::NAME, error)),
    }
}

fn handle<W: Definition>(instances: &Instances<W>, id: &str) -> Result<Handle<W>, StoreError> {
    Ok(instances.handle(id.parse().map_err(|error| StoreError::new(W::NAME, error))?))
}
