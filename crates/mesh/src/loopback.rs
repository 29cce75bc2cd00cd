//! A client and a service joined within one process, through the real encoding: tests need no network.

use std::rc::Rc;

use async_trait::async_trait;

use crate::dispatch::{Dispatch, Incoming};
use crate::runtime::Runtime;
use crate::transport::{Message, Outgoing, Transport, TransportError};

/// A [`Transport`] that hands calls to a [`Dispatch`] directly.
pub struct Loopback {
    callee: Rc<dyn Dispatch>,
    runtime: Rc<dyn Runtime>,
}

impl Loopback {
    /// Joins to `callee`, with `now_ms` as the clock of both sides. Its timers never go off: for deadlines and
    /// retries, bring a [`Runtime`] of your own.
    pub fn new(callee: impl Dispatch + 'static, now_ms: impl Fn() -> u64 + 'static) -> Self {
        Self::on(callee, Rc::new(Still(now_ms)))
    }

    /// Joins to `callee`, both sides on `runtime`.
    pub fn on(callee: impl Dispatch + 'static, runtime: Rc<dyn Runtime>) -> Self {
        Self { callee: Rc::new(callee), runtime }
    }
}

#[async_trait(?Send)]
impl Transport for Loopback {
    async fn send(&self, call: Outgoing<'_>) -> Result<Message, TransportError> {
        let incoming =
            Incoming { method: call.method, message: call.message, runtime: &*self.runtime, tenant: None };
        Ok(self.callee.dispatch(incoming).await)
    }

    fn runtime(&self) -> &dyn Runtime {
        &*self.runtime
    }
}

/// A machine whose time moves only as its owner says: a wait for it would never end, so there is none while a call
/// runs.
struct Still<F>(F);

#[async_trait(?Send)]
impl<F: Fn() -> u64> Runtime for Still<F> {
    fn now_ms(&self) -> u64 {
        (self.0)()
    }

    async fn sleep(&self, _milliseconds: u64) {
        std::future::pending().await
    }

    fn random(&self) -> u64 {
        0
    }
}

/// A [`Transport`] whose link is cut: what callers do without their callee. Its waits end at once.
pub struct Severed(&'static str);

impl Severed {
    /// Every call fails as unreachable with this message.
    #[must_use]
    pub fn saying(message: &'static str) -> Self {
        Self(message)
    }
}

#[async_trait(?Send)]
impl Transport for Severed {
    async fn send(&self, _: Outgoing<'_>) -> Result<Message, TransportError> {
        Err(TransportError::Unreachable(self.0.into()))
    }

    fn runtime(&self) -> &dyn Runtime {
        &Restless
    }
}

/// A machine at the beginning of time that waits for nothing.
struct Restless;

#[async_trait(?Send)]
impl Runtime for Restless {
    fn now_ms(&self) -> u64 {
        0
    }

    async fn sleep(&self, _milliseconds: u64) {}

    fn random(&self) -> u64 {
        0
    }
}
