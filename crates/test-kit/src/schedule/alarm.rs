//! An alarm that a test reads and rings itself.

use std::cell::Cell;
use std::rc::Rc;

use app::ports::{Alarm, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;

use crate::Faults;

/// Remembers what it was set to, and takes no alarm for the time 0, as the platform. A clone is the same alarm. Operation for [`Faults`]: `alarm.set`.
#[derive(Debug, Clone, Default)]
pub struct MemoryAlarm {
    faults: Faults,
    at: Rc<Cell<Option<Timestamp>>>,
}

impl MemoryAlarm {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), at: Rc::default() }
    }

    /// When it will ring.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        self.at.get()
    }

    /// Rings if it is time, which unsets it: a handler that does not set it again is not called again.
    #[must_use]
    pub fn ring(&self, now: Timestamp) -> bool {
        let due = self.at.get().is_some_and(|at| at <= now);
        if due {
            self.at.set(None);
        }
        due
    }
}

#[async_trait(?Send)]
impl Alarm for MemoryAlarm {
    async fn set(&self, at: Option<Timestamp>) -> Result<(), StoreError> {
        self.faults
            .around("MEMORY_ALARM", "alarm.set", || {
                if at.is_some_and(|at| at.unix_ms() == 0) {
                    let refused = "setAlarm() cannot be called with an alarm time <= 0";
                    return Err(StoreError::new("MEMORY_ALARM", refused));
                }
                self.at.set(at);
                Ok(())
            })
            .await
    }

    async fn at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.faults.around("MEMORY_ALARM", "alarm.at", || Ok(self.at.get())).await
    }
}
