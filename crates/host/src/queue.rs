//! The queue between acceptance and work.

use app::ports::{EventMessage, EventQueue, StoreError};
use async_trait::async_trait;
use ids::{EventId, TenantId};
use serde::{Deserialize, Serialize};

use crate::bindings::EVENTS;
use mesh_worker::BindingError;

/// Messages over a queue binding.
#[derive(Debug, Clone)]
pub struct WorkerQueue {
    queue: worker::Queue,
}

/// A message as it lies in the queue, in JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QueuedEvent {
    tenant: TenantId,
    event_id: EventId,
    traceparent: String,
}

impl From<QueuedEvent> for EventMessage {
    fn from(queued: QueuedEvent) -> Self {
        Self { tenant: queued.tenant, event_id: queued.event_id, traceparent: queued.traceparent }
    }
}

impl WorkerQueue {
    /// Over the queue binding of accepted events.
    ///
    /// # Errors
    /// [`BindingError::Unusable`].
    pub fn new(env: &worker::Env) -> Result<Self, BindingError> {
        let queue = env
            .queue(EVENTS)
            .map_err(|error| BindingError::Unusable { name: EVENTS, message: error.to_string() })?;
        Ok(Self { queue })
    }
}

#[async_trait(?Send)]
impl EventQueue for WorkerQueue {
    async fn send(&self, messages: &[EventMessage]) -> Result<(), StoreError> {
        let queued = messages.iter().map(|message| QueuedEvent {
            tenant: message.tenant,
            event_id: message.event_id,
            traceparent: message.traceparent.clone(),
        });
        let batch = worker::BatchMessageBuilder::new().messages(queued).build();
        self.queue.send_batch(batch).await.map_err(|error| StoreError::new(EVENTS, error))
    }
}
