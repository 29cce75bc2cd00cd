//! The port's instances are the workflows' own: an instance's id is made of its event and run, so that a second start
//! finds the first.

use async_trait::async_trait;
use domain::EventWorkflow;
use ids::EventId;
use mesh::workflow::{Definition, InstanceError, InstanceId, InstanceStatus, Instances, NewInstance};

use super::event_run::EventRunInput;
use super::{CallIngest, CrmChange};
use crate::ports::{EventMessage, IngestInstances, InstanceState, StoreError};

/// The instances of every workflow that works events off.
#[derive(Clone)]
pub struct EventInstances {
    /// Calls.
    pub calls: Instances<CallIngest>,
    /// Changes in CRMs.
    pub crm_changes: Instances<CrmChange>,
}

#[async_trait(?Send)]
impl IngestInstances for EventInstances {
    async fn start(&self, messages: &[EventMessage]) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        let mut outcomes = vec![Ok(()); messages.len()];
        for workflow in EventWorkflow::ALL {
            let of_it = messages.iter().enumerate().filter(|(_, message)| message.workflow == workflow);
            let (places, chosen): (Vec<usize>, Vec<&EventMessage>) = of_it.unzip();
            let started = match workflow {
                EventWorkflow::CallIngest => start(&self.calls, &chosen).await,
                EventWorkflow::CrmChange => start(&self.crm_changes, &chosen).await,
            };
            // Of one workflow nothing may be known; what is known of the other stands.
            let started = started.unwrap_or_else(|error| vec![Err(error); places.len()]);
            for (place, outcome) in places.into_iter().zip(started) {
                outcomes[place] = outcome;
            }
        }
        Ok(outcomes)
    }

    async fn state(
        &self,
        workflow: EventWorkflow,
        event_id: EventId,
        run: u32,
    ) -> Result<InstanceState, StoreError> {
        match workflow {
            EventWorkflow::CallIngest => state(&self.calls, event_id, run).await,
            EventWorkflow::CrmChange => state(&self.crm_changes, event_id, run).await,
        }
    }
}

async fn start<W: Definition<Input = EventRunInput>>(
    instances: &Instances<W>,
    messages: &[&EventMessage],
) -> Result<Vec<Result<(), StoreError>>, StoreError> {
    let mut new = Vec::with_capacity(messages.len());
    for message in messages {
        let EventMessage { tenant, event_id, run, workflow: _, traceparent } = (*message).clone();
        let input = EventRunInput { tenant, event_id, run, traceparent };
        new.push(NewInstance::new(instance_id::<W>(event_id, run)?, input));
    }
    // One alone goes the plain way: a batch says less of what went wrong.
    let batch = match new.as_slice() {
        [] => return Ok(Vec::new()),
        [one] => vec![instances.create(one.clone()).await],
        _ => instances.create_many(&new).await.map_err(failed::<W>)?,
    };
    Ok(batch.into_iter().map(|created| created.map(|_| ()).map_err(failed::<W>)).collect())
}

async fn state<W: Definition>(
    instances: &Instances<W>,
    event_id: EventId,
    run: u32,
) -> Result<InstanceState, StoreError> {
    match instances.handle(instance_id::<W>(event_id, run)?).status().await {
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

/// The first run's instance has the event's own id.
fn instance_id<W: Definition>(event_id: EventId, run: u32) -> Result<InstanceId, StoreError> {
    let id = if run == 0 { event_id.to_string() } else { format!("{event_id}-{run}") };
    id.parse().map_err(|error| StoreError::new(W::NAME, error))
}

fn failed<W: Definition>(error: InstanceError) -> StoreError {
    StoreError::new(W::NAME, error)
}
