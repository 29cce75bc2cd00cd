//! Waiting no longer than something is worth.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use worker::Delay;

/// What `future` gives, unless it takes longer than `milliseconds`.
pub async fn within<T>(milliseconds: u64, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), pin!(Delay::from(Duration::from_millis(milliseconds)))).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}
