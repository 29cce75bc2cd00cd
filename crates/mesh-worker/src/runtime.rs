//! The platform's time, timers and chance.

use std::any::Any;

use async_trait::async_trait;
use mesh::Runtime;

use crate::panics::Panicked;
use crate::waiting::Waiting;

/// `setTimeout` takes a signed 32-bit number; a day is far past any deadline in use.
pub(crate) const LONGEST_WAIT_MS: u64 = 24 * 60 * 60 * 1000;

/// The Worker's machine. Its clock stands still between I/O operations.
#[derive(Debug, Clone, Copy, Default)]
pub struct WorkerRuntime;

#[async_trait(?Send)]
impl Runtime for WorkerRuntime {
    fn now_ms(&self) -> u64 {
        js_sys::Date::now() as u64
    }

    /// At most a day.
    async fn sleep(&self, milliseconds: u64) {
        Waiting::for_timer(milliseconds.min(LONGEST_WAIT_MS)).await;
    }

    fn random(&self) -> u64 {
        (js_sys::Math::random() * u64::MAX as f64) as u64
    }

    fn describe_panic(&self, _payload: &(dyn Any + Send)) -> String {
        Panicked::caught().to_string()
    }
}
