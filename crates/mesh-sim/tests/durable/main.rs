//! Durable Objects on the host: the rules that hold on the platform too.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod counter;
mod events;
mod limits;
mod migrations;
mod storage;

use futures_util::FutureExt;

/// Nothing here waits for anything but the simulated clock, which the tests move.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("it does not wait")
}
