//! Workflow instances in memory: only that they were started, and what a test says became of them.

use std::cell::RefCell;
use std::rc::Rc;

use app::ports::{EventMessage, IngestInstances, InstanceState, StoreError};
use async_trait::async_trait;
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

    /// Says what became of an instance. `Missing` forgets it, as a restart of the local runtime may.
    ///
    /// # Panics
    /// When no instance of this event was started.
    pub fn set(&self, event_id: EventId, state: InstanceState) {
        let mut instances = self.instances.borrow_mut();
        let at = instances.iter().position(|(message, _)| message.event_id == event_id);
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
    async fn start(&self, message: &EventMessage) -> Result<(), StoreError> {
        let act = || {
            let mut instances = self.instances.borrow_mut();
            if !instances.iter().any(|(known, _)| known.event_id == message.event_id) {
                instances.push((message.clone(), InstanceState::Alive));
            }
            Ok(())
        };
        self.faults.around(STORE, "instances.start", act).await
    }

    async fn state(&self, event_id: EventId) -> Result<InstanceState, StoreError> {
        let act = || {
            let instances = self.instances.borrow();
            let found = instances.iter().find(|(message, _)| message.event_id == event_id);
            Ok(found.map_or(InstanceState::Missing, |(_, state)| state.clone()))
        };
        self.faults.around(STORE, "instances.state", act).await
    }
}
