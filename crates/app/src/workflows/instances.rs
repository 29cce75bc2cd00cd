//! The engine's instances behind the port: an instance's id is its run's, so that a second start finds the first.

use async_trait::async_trait;
use contracts::pipeline::workflows::RunOrder;
use domain::workflow::WorkflowKind;
use mesh::workflow::{
    Accepts, Definition, Event, Handle, InstanceError, InstanceId, InstanceStatus, Instances, NewInstance,
};

use super::account_report::AccountReport;
use super::backfill::Backfill;
use super::spend_approval::{Decision, SpendApproval};
use super::stage::RunInput;
use super::sync::Sync;
use crate::ports::{InstanceState, StoreError, WorkflowInstances, WorkflowRun};

/// The instances of every workflow.
#[derive(Clone)]
pub struct MeshInstances {
    /// Reports.
    pub account_reports: Instances<AccountReport>,
    /// Backfills.
    pub backfills: Instances<Backfill>,
    /// Approvals.
    pub spend_approvals: Instances<SpendApproval>,
    /// Walks through histories.
    pub syncs: Instances<Sync>,
}

#[async_trait(?Send)]
impl WorkflowInstances for MeshInstances {
    async fn start(&self, run: &WorkflowRun) -> Result<(), StoreError> {
        match run.run.workflow {
            WorkflowKind::AccountReport => start(&self.account_reports, run).await,
            WorkflowKind::Backfill => start(&self.backfills, run).await,
            WorkflowKind::SpendApproval => start(&self.spend_approvals, run).await,
            WorkflowKind::Sync => start(&self.syncs, run).await,
        }
    }

    async fn state(&self, workflow: WorkflowKind, run_id: &str) -> Result<InstanceState, StoreError> {
        match workflow {
            WorkflowKind::AccountReport => state(&self.account_reports, run_id).await,
            WorkflowKind::Backfill => state(&self.backfills, run_id).await,
            WorkflowKind::SpendApproval => state(&self.spend_approvals, run_id).await,
            WorkflowKind::Sync => state(&self.syncs, run_id).await,
        }
    }

    async fn wake(&self, workflow: WorkflowKind, run_id: &str) -> Result<(), StoreError> {
        match workflow {
            // They wait for nobody.
            WorkflowKind::AccountReport | WorkflowKind::Backfill | WorkflowKind::Sync => Ok(()),
            WorkflowKind::SpendApproval => wake(&self.spend_approvals, run_id, &Decision {}).await,
        }
    }

    async fn steer(&self, workflow: WorkflowKind, run_id: &str, order: RunOrder) -> Result<(), StoreError> {
        match workflow {
            WorkflowKind::AccountReport => steer(&self.account_reports, run_id, order).await,
            WorkflowKind::Backfill => steer(&self.backfills, run_id, order).await,
            WorkflowKind::SpendApproval => steer(&self.spend_approvals, run_id, order).await,
            WorkflowKind::Sync => steer(&self.syncs, run_id, order).await,
        }
    }
}

async fn start<W: Definition<Input = RunInput>>(
    instances: &Instances<W>,
    run: &WorkflowRun,
) -> Result<(), StoreError> {
    let input = RunInput {
        tenant: run.tenant,
        run_id: run.run.run_id.clone(),
        traceparent: run.run.traceparent.clone(),
    };
    let new = NewInstance::new(instance_id::<W>(&run.run.run_id)?, input);
    instances.create(new).await.map_err(failed::<W>)?;
    Ok(())
}

async fn state<W: Definition>(instances: &Instances<W>, run_id: &str) -> Result<InstanceState, StoreError> {
    match handle(instances, run_id)?.status().await {
        Ok(InstanceStatus::Complete(_)) | Err(InstanceError::OutputUnreadable { .. }) => {
            Ok(InstanceState::Complete)
        }
        Ok(InstanceStatus::Errored(failure)) => Ok(InstanceState::Failed { error: failure.to_string() }),
        Ok(InstanceStatus::Terminated) => Ok(InstanceState::Failed { error: "terminated".into() }),
        Ok(_) => Ok(InstanceState::Alive),
        Err(InstanceError::NotFound { .. }) => Ok(InstanceState::Missing),
        Err(error) => Err(failed::<W>(error)),
    }
}

async fn wake<W: Accepts<E>, E: Event>(
    instances: &Instances<W>,
    run_id: &str,
    event: &E,
) -> Result<(), StoreError> {
    gone_is_done::<W>(handle(instances, run_id)?.send_event(event).await)
}

async fn steer<W: Definition>(
    instances: &Instances<W>,
    run_id: &str,
    order: RunOrder,
) -> Result<(), StoreError> {
    let handle = handle(instances, run_id)?;
    gone_is_done::<W>(match order {
        RunOrder::Pause => handle.pause().await,
        RunOrder::Resume => handle.resume().await,
        RunOrder::Terminate => handle.terminate().await,
    })
}

/// What has ended, or is gone, needs no waking and no steering.
fn gone_is_done<W: Definition>(outcome: Result<(), InstanceError>) -> Result<(), StoreError> {
    match outcome {
        Ok(()) | Err(InstanceError::Ended { .. } | InstanceError::NotFound { .. }) => Ok(()),
        Err(error) => Err(failed::<W>(error)),
    }
}

fn handle<W: Definition>(instances: &Instances<W>, run_id: &str) -> Result<Handle<W>, StoreError> {
    Ok(instances.handle(instance_id::<W>(run_id)?))
}

fn instance_id<W: Definition>(run_id: &str) -> Result<InstanceId, StoreError> {
    run_id.parse().map_err(|error| StoreError::new(W::NAME, error))
}

fn failed<W: Definition>(error: InstanceError) -> StoreError {
    StoreError::new(W::NAME, error)
}
