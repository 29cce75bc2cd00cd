//! Workflow instances in memory: only that they were started, and what a test says became of them.

use std::cell::RefCell;
use std::rc::Rc;

use app::ports::{EventMessage, IngestInstances, InstanceState, StoreError};
use async_trait::async_trait;
use domain::EventWorkflow;
use ids::EventId;

use crate::Faults;

const STORE: &str = "MEMORY_INSTANCES";

/// Workflow instances in memory. They do nothing; a test runs the workflow itself and says how it ended. Operations
/// for [`Faults`]: `instances.start` and `instances.state`.
#[derive(Debug, Clone, Default)]
pub struct MemoryInstances {
    faults: Faults,
    instances: Rc<RefCell<Vec<(EventMessage, InstanceState)>>>,
}

impl MemoryInstances {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..Self::default() }
    }

    /// What was started, each once, in order.
    #[must_use]
    pub fn started(&self) -> Vec<EventMessage> {
        self.instances.borrow().iter().map(|(message, _)| message.clone()).collect()
    }

    /// Says what became of the latest instance of an event. `Missing` forgets it, as a restart of the local runtime may.
    ///
    /// # Panics
    /// When no instance of this event was started.
    pub fn set(&self, event_id: EventId, state: InstanceState) {
        let mut instances = self.instances.borrow_mut();
        let at = instances.iter().rposition(|(message, _)| message.event_id == event_id);
        let at = at.unwrap_or_else(|| panic!("no instance of `{event_id}` was started"));
        if state == InstanceState::Missing {
            instances.remove(at);
        } else {
            instances[at].1 = state;
        }
    }
}

#[async_trait(?Send)]
impl IngestInstances for MemoryInstances {
    async fn start(&self, messages: &[EventMessage]) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        let mut outcomes = Vec::with_capacity(messages.len());
        for message in messages {
            let act = || {
                let mut instances = self.instances.borrow_mut();
                let same =
                    |known: &EventMessage| (known.event_id, known.run) == (message.event_id, message.run);
                if !instances.iter().any(|(known, _)| same(known)) {
                    instances.push((message.clone(), InstanceState::Alive));
                }
                Ok(())
            };
            outcomes.push(self.faults.around(STORE, "instances.start", act).await);
        }
        Ok(outcomes)
    }

    async fn state(
        &self,
        workflow: EventWorkflow,
        event_id: EventId,
        run: u32,
    ) -> Result<InstanceState, StoreError> {
        let act = || {
            let instances = self.instances.borrow();
            let found = instances
                .iter()
                .find(|(known, _)| (known.workflow, known.event_id, known.run) == (workflow, event_id, run));
            Ok(found.map_or(InstanceState::Missing, |(_, state)| state.clone()))
        };
        self.faults.around(STORE, "instances.state", act).await
    }
}
