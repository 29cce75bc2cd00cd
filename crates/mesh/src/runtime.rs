//! What the mesh asks of the machine it runs on: the time, waiting, chance, and the words of a panic.

use std::any::Any;

use async_trait::async_trait;

use crate::dispatch::panic_message;

/// Time, waiting and chance. A Worker's are the platform's; a test's are its own.
#[async_trait(?Send)]
pub trait Runtime {
    /// The wall clock, Unix milliseconds.
    fn now_ms(&self) -> u64;

    /// Waits for `milliseconds`.
    async fn sleep(&self, milliseconds: u64);

    /// 64 random bits, for the jitter of retries; they need not be secret.
    fn random(&self) -> u64;

    /// What a panic said, by its payload; with its place, where the machine remembers that. Called once for each panic
    /// that was caught, right after it.
    fn describe_panic(&self, payload: &(dyn Any + Send)) -> String {
        panic_message(payload)
    }
}
