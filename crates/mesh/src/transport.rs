//! The seam between a client and whatever carries its calls.

use async_trait::async_trait;

/// One encoded call on its way out.
#[derive(Debug)]
pub struct Outgoing<'a> {
    /// The service's name.
    pub service: &'static str,
    /// The method's name.
    pub method: &'static str,
    /// The encoded context and request.
    pub payload: Vec<u8>,
    /// Milliseconds after which the caller stops waiting.
    pub time_left_ms: u64,
    /// The trace, for transports that log.
    pub trace: &'a crate::TraceContext,
}

/// Carries encoded calls: a service binding, a Durable Object stub, or a [`crate::loopback`].
#[async_trait(?Send)]
pub trait Transport {
    /// Sends one call and waits for the encoded reply, at most `time_left_ms`.
    ///
    /// # Errors
    /// [`TransportError`] when no reply came.
    async fn send(&self, call: Outgoing<'_>) -> Result<Vec<u8>, TransportError>;

    /// The local clock, Unix milliseconds.
    fn now_ms(&self) -> u64;
}

/// Why a transport has no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The callee cannot be reached.
    #[error("{0}")]
    Unreachable(String),
    /// The time left ran out.
    #[error("the time left ran out")]
    TimedOut,
    /// The callee has no such method: it was deployed from an older contract.
    #[error("{0}")]
    UnknownMethod(String),
    /// The callee threw: a trap, a panic, a bug.
    #[error("{0}")]
    Threw(String),
}

#[async_trait(?Send)]
impl<T: Transport + ?Sized> Transport for std::rc::Rc<T> {
    async fn send(&self, call: Outgoing<'_>) -> Result<Vec<u8>, TransportError> {
        (**self).send(call).await
    }

    fn now_ms(&self) -> u64 {
        (**self).now_ms()
    }
}
