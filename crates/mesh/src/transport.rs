//! The seam between a client and whatever carries its calls.

use async_trait::async_trait;

use crate::runtime::Runtime;
use crate::stream::ByteStream;

/// An encoded request or reply, and the streams that travel beside it.
#[derive(Debug, Default)]
pub struct Message {
    /// MessagePack.
    pub bytes: Vec<u8>,
    /// The streams, in the order of their places in the message.
    pub streams: Vec<ByteStream>,
}

impl From<Vec<u8>> for Message {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, streams: Vec::new() }
    }
}

/// One encoded call on its way out.
#[derive(Debug)]
pub struct Outgoing<'a> {
    /// The service's name.
    pub service: &'static str,
    /// The method's name.
    pub method: &'static str,
    /// The encoded context and request.
    pub message: Message,
    /// Milliseconds after which the caller stops waiting; more than 0.
    pub time_left_ms: u64,
    /// The trace, for transports that log.
    pub trace: &'a crate::TraceContext,
}

/// Carries encoded calls: a service binding, a Durable Object stub, or a [`crate::loopback`].
#[async_trait(?Send)]
pub trait Transport {
    /// Sends one call and waits for the encoded reply, at most `time_left_ms`. Dropping the future gives the call up,
    /// which a transport passes on to the callee where it can.
    ///
    /// # Errors
    /// [`TransportError`] when no reply came.
    async fn send(&self, call: Outgoing<'_>) -> Result<Message, TransportError>;

    /// The machine it runs on.
    fn runtime(&self) -> &dyn Runtime;

    /// Whether a call counts towards the platform's limit of 32 Worker invocations a request. One to a Durable Object
    /// does not.
    fn counts_as_invocation(&self) -> bool {
        true
    }
}

/// Why a transport has no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The callee cannot be reached.
    #[error("{0}")]
    Unreachable(String),
    /// The callee has more to do than it can: calling again at once makes it worse.
    #[error("{0}")]
    Overloaded(String),
    /// The time left ran out.
    #[error("the time left ran out")]
    TimedOut,
    /// The callee has no such method: it was deployed from an older contract.
    #[error("{0}")]
    UnknownMethod(String),
    /// The callee panicked, and whatever catches panics for it says so.
    #[error("{0}")]
    Panicked(String),
    /// The callee threw: a trap, a bug, or code that is not this framework's.
    #[error("{0}")]
    Threw(String),
}

#[async_trait(?Send)]
impl<T: Transport + ?Sized> Transport for std::rc::Rc<T> {
    async fn send(&self, call: Outgoing<'_>) -> Result<Message, TransportError> {
        (**self).send(call).await
    }

    fn runtime(&self) -> &dyn Runtime {
        (**self).runtime()
    }

    fn counts_as_invocation(&self) -> bool {
        (**self).counts_as_invocation()
    }
}
