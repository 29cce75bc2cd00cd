//! The port's instances are the workflow's own: an instance's id is its event's, so that a second start finds the first.

use async_trait::async_trait;
use ids::EventId;
use mesh::workflow::{Definition, InstanceError, InstanceId, InstanceStatus, Instances, NewInstance};

use super::{CallIngest, CallIngestInput};
use crate::ports::{EventMessage, IngestInstances, InstanceState, StoreError};

#[async_trait(?Send)]
impl IngestInstances for Instances<CallIngest> {
    async fn start(&self, message: &EventMessage) -> Result<(), StoreError> {
        let input = CallIngestInput {
            tenant: message.tenant,
            event_id: message.event_id,
            traceparent: message.traceparent.clone(),
        };
        self.create(NewInstance::new(instance_id(message.event_id)?, input)).await.map_err(failed)?;
        Ok(())
    }

    async fn state(&self, event_id: EventId) -> Result<InstanceState, StoreError> {
        match self.handle(instance_id(event_id)?).status().await {
            Ok(InstanceStatus::Complete(_)) | Err(InstanceError::OutputUnreadable { .. }) => {
                Ok(InstanceState::Complete)
            }
            Ok(InstanceStatus::Errored(failure)) => Ok(InstanceState::Failed { error: failure.to_string() }),
            Ok(InstanceStatus::Terminated) => Ok(InstanceState::Failed { error: "terminated".into() }),
            Ok(_) => Ok(InstanceState::Alive),
            Err(InstanceError::NotFound { .. }) => Ok(InstanceState::Missing),
            Err(error) => Err(failed(error)),
        }
    }
}

fn instance_id(event_id: EventId) -> Result<InstanceId, StoreError> {
    event_id.to_string().parse().map_err(|error| StoreError::new(CallIngest::NAME, error))
}

fn failed(error: InstanceError) -> StoreError {
    StoreError::new(CallIngest::NAME, error)
}
