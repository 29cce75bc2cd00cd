//! The queue in memory.

use std::cell::RefCell;
use std::rc::Rc;

use app::ports::{EventMessage, EventQueue, StoreError};
use async_trait::async_trait;

use crate::Faults;

const STORE: &str = "MEMORY_QUEUE";
/// What the platform's queue takes at once.
const MOST_AT_ONCE: usize = 100;

/// A queue in memory, which a test empties. Operation for [`Faults`]: `queue.send`.
#[derive(Debug, Clone, Default)]
pub struct MemoryQueue {
    faults: Faults,
    messages: Rc<RefCell<Vec<EventMessage>>>,
}

impl MemoryQueue {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..Self::default() }
    }

    /// Takes what waits, in the order it was sent: to deliver it, to deliver it twice, or to lose it.
    #[must_use]
    pub fn take(&self) -> Vec<EventMessage> {
        std::mem::take(&mut self.messages.borrow_mut())
    }
}

#[async_trait(?Send)]
impl EventQueue for MemoryQueue {
    async fn send(&self, messages: &[EventMessage]) -> Result<(), StoreError> {
        let act = || {
            if messages.len() > MOST_AT_ONCE {
                let message =
                    format!("{} messages at once; at most {MOST_AT_ONCE} are taken", messages.len());
                return Err(StoreError::new(STORE, message));
            }
            self.messages.borrow_mut().extend_from_slice(messages);
            Ok(())
        };
        self.faults.around(STORE, "queue.send", act).await
    }
}
