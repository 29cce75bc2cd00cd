//! The alarm of an object on the host.

use std::cell::Cell;
use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, ready};
use mesh::durable::{ALARM_RETRIES, AlarmClock, AlarmEvent};

/// The platform waits this long before it calls a handler that failed again, and twice as long each further time.
const FIRST_RETRY_MS: u64 = 2_000;

/// The alarm that an object has set. A clone is the same alarm; it is stored, so it outlives the object's memory.
#[derive(Debug, Clone, Default)]
pub struct SimulatedAlarm(Rc<Cell<Option<Set>>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Set {
    /// When it goes off.
    at_ms: u64,
    /// What the object set it to.
    scheduled_ms: u64,
    retry_count: u32,
}

impl SimulatedAlarm {
    /// When it goes off next, a retry included; Unix milliseconds.
    #[must_use]
    pub fn at_ms(&self) -> Option<u64> {
        self.0.get().map(|set| set.at_ms)
    }

    /// Takes it if it is due.
    pub(super) fn take_due(&self, now_ms: u64) -> Option<AlarmEvent> {
        let due = self.0.get().filter(|set| set.at_ms <= now_ms)?;
        self.0.set(None);
        Some(AlarmEvent {
            retry_count: due.retry_count,
            is_retry: due.retry_count > 0,
            scheduled_ms: Some(due.scheduled_ms),
        })
    }

    /// The handler failed: it is called again later, unless it set the alarm itself or this was the last time.
    pub(super) fn failed(&self, event: AlarmEvent, now_ms: u64) {
        if self.0.get().is_some() || event.retry_count >= ALARM_RETRIES {
            return;
        }
        self.0.set(Some(Set {
            at_ms: now_ms + (FIRST_RETRY_MS << event.retry_count),
            scheduled_ms: event.scheduled_ms.unwrap_or(now_ms),
            retry_count: event.retry_count + 1,
        }));
    }
}

impl AlarmClock for SimulatedAlarm {
    fn set(&self, at_ms: u64) -> LocalBoxFuture<'static, Result<(), String>> {
        self.0.set(Some(Set { at_ms, scheduled_ms: at_ms, retry_count: 0 }));
        ready(Ok(())).boxed_local()
    }

    fn get(&self) -> LocalBoxFuture<'static, Result<Option<u64>, String>> {
        ready(Ok(self.at_ms())).boxed_local()
    }

    fn delete(&self) -> LocalBoxFuture<'static, Result<(), String>> {
        self.0.set(None);
        ready(Ok(())).boxed_local()
    }
}
