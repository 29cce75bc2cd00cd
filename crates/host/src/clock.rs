//! The wall clock. On the platform it stands still between I/O operations.

use contracts::Timestamp;

/// `Date.now()`.
#[derive(Debug, Clone, Copy, Default)]
pub struct WorkerClock;

impl app::ports::Clock for WorkerClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(js_sys::Date::now() as u64)
    }
}
