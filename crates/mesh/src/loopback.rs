//! A client and a service joined within one process, through the real encoding: tests need no network.

use std::rc::Rc;

use async_trait::async_trait;

use crate::dispatch::{Dispatch, Incoming};
use crate::transport::{Outgoing, Transport, TransportError};

/// A [`Transport`] that hands calls to a [`Dispatch`] directly.
pub struct Loopback {
    callee: Rc<dyn Dispatch>,
    now_ms: Rc<dyn Fn() -> u64>,
}

impl Loopback {
    /// Joins to `callee`, with `now_ms` as the clock of both sides.
    pub fn new(callee: impl Dispatch + 'static, now_ms: impl Fn() -> u64 + 'static) -> Self {
        Self { callee: Rc::new(callee), now_ms: Rc::new(now_ms) }
    }
}

#[async_trait(?Send)]
impl Transport for Loopback {
    async fn send(&self, call: Outgoing<'_>) -> Result<Vec<u8>, TransportError> {
        let incoming = Incoming { method: call.method, payload: &call.payload, now_ms: self.now_ms() };
        Ok(self.callee.dispatch(incoming).await)
    }

    fn now_ms(&self) -> u64 {
        (self.now_ms)()
    }
}
