//! Time, chance, the queue and workflow instances.

use async_trait::async_trait;
use contracts::Timestamp;
use domain::EventWorkflow;
use ids::{EventId, TenantId};

use super::StoreError;

/// The wall clock.
pub trait Clock {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// A source of secure randomness.
pub trait Random {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);

    /// Ten random bytes, as the typed ids take them.
    fn for_id(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        self.fill(&mut bytes);
        bytes
    }
}

/// Tells a consumer that an event waits. Losing a message loses nothing: the outbox is swept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventMessage {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub event_id: EventId,
    /// Which run of it: 0 the first, one more with every replay.
    pub run: u32,
    /// What works it off.
    pub workflow: EventWorkflow,
    /// The trace that it belongs to, as a W3C `traceparent`.
    pub traceparent: String,
}

/// The queue between acceptance and work.
#[async_trait(?Send)]
pub trait EventQueue {
    /// Sends messages, at most 100.
    async fn send(&self, messages: &[EventMessage]) -> Result<(), StoreError>;
}

/// What the platform says of a workflow instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceState {
    /// There is none of this id.
    Missing,
    /// It is queued, running, waiting or paused.
    Alive,
    /// It ended well.
    Complete,
    /// It failed for good or was terminated.
    Failed {
        /// What it said.
        error: String,
    },
}

/// The durable workflows that work events off. A run of an event has one instance, whose id is made from both.
#[async_trait(?Send)]
pub trait IngestInstances {
    /// Starts the instances of 1 to 100 events, and says of each what came of it, in order. Starting one again changes
    /// nothing. An error of the whole means that nothing is known of any.
    async fn start(&self, messages: &[EventMessage]) -> Result<Vec<Result<(), StoreError>>, StoreError>;
    /// How the instance of a run of an event stands.
    async fn state(
        &self,
        workflow: EventWorkflow,
        event_id: EventId,
        run: u32,
    ) -> Result<InstanceState, StoreError>;
}
