//! What the mesh asks of the machine it runs on: the time, waiting and chance.

use async_trait::async_trait;

/// Time, waiting and chance. A Worker's are the platform's; a test's are its own.
#[async_trait(?Send)]
pub trait Runtime {
    /// The wall clock, Unix milliseconds.
    fn now_ms(&self) -> u64;

    /// Waits for `milliseconds`.
    async fn sleep(&self, milliseconds: u64);

    /// 64 random bits, for the jitter of retries; they need not be secret.
    fn random(&self) -> u64;
}
