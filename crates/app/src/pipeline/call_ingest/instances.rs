//! The port's instances are the workflow's own: an instance's id is made of its event and run, so that a second start
//! finds the first.

use async_trait::async_trait;
use ids::EventId;
use mesh::workflow::{Definition, InstanceError, InstanceId, InstanceStatus, Instances, NewInstance};

use super::{CallIngest, CallIngestInput};
use crate::ports::{EventMessage, IngestInstances, InstanceState, StoreError};

#[async_trait(?Send)]
impl IngestInstances for Instances<CallIngest> {
    async fn start(&self, messages: &[EventMessage]) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        let mut new = Vec::with_capacity(messages.len());
        for message in messages {
            let EventMessage { tenant, event_id, run, traceparent } = message.clone();
            let input = CallIngestInput { tenant, event_id, run, traceparent };
            new.push(NewInstance::new(instance_id(event_id, run)?, input));
        }
        // One alone goes the plain way: a batch says less of what went wrong.
        let batch = match new.as_slice() {
            [] => return Ok(Vec::new()),
            [one] => vec![self.create(one.clone()).await],
            _ => self.create_many(&new).await.map_err(failed)?,
        };
        Ok(batch.into_iter().map(|created| created.map(|_| ()).map_err(failed)).collect())
    }

    async fn state(&self, event_id: EventId, run: u32) -> Result<InstanceState, StoreError> {
        match self.handle(instance_id(event_id, run)?).status().await {
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

/// The first run's instance has the event's own id.
fn instance_id(event_id: EventId, run: u32) -> Result<InstanceId, StoreError> {
    let id = if run == 0 { event_id.to_string() } else { format!("{event_id}-{run}") };
    id.parse().map_err(|error| StoreError::new(CallIngest::NAME, error))
}

fn failed(error: InstanceError) -> StoreError {
    StoreError::new(CallIngest::NAME, error)
}
