//! The callers' side: from a namespace and an address to calls.

use std::rc::Rc;

use async_trait::async_trait;
use serde::Serialize;

use super::address::{Address, TenantScoped};
use super::upgrade::{Hello, Refusal};
use crate::CallContext;
use crate::contract::Contract;
use crate::transport::Transport;

/// The objects of one class, as callers reach them: a binding on the platform, or objects within a test.
///
/// A transport comes from an [`Address`] and nothing else, and an address from a tenant's scope: no object can be called
/// without a tenant.
pub trait Namespace {
    /// A way to the object at `address`. It makes a new stub for every call, since one that has failed stays broken.
    fn object(&self, address: &Address) -> Rc<dyn Transport>;
}

impl<N: Namespace + ?Sized> Namespace for Rc<N> {
    fn object(&self, address: &Address) -> Rc<dyn Transport> {
        (**self).object(address)
    }
}

/// A [`Namespace`] whose objects can be asked for WebSockets.
#[async_trait(?Send)]
pub trait SocketNamespace: Namespace {
    /// The client's end of a socket, or what carries it to the client.
    type Connection;

    /// The local clock, Unix milliseconds.
    fn now_ms(&self) -> u64;

    /// Asks the object at `address`; `hello` is an encoded [`Hello`], `protocols` are the subprotocols offered.
    ///
    /// # Errors
    /// [`ConnectError`].
    async fn open_socket(
        &self,
        address: &Address,
        hello: &[u8],
        protocols: &[String],
    ) -> Result<Self::Connection, ConnectError>;
}

/// Why there is no socket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The object takes none, and says why.
    #[error("{0}")]
    Refused(Refusal),
    /// The object cannot be reached, or does not start.
    #[error("the object is not reached: {0}")]
    Unreachable(String),
    /// The request was not sent: it cannot be encoded, or is too large.
    #[error("the request was not sent: {0}")]
    Unsendable(String),
}

/// Asks the object called `name` of the context's tenant for a WebSocket. Its `socket_requested` reads `context` and
/// `request` with [`super::Upgrade::open`].
///
/// # Errors
/// [`ConnectError`].
pub async fn connect<C, N, S, Q>(
    namespace: &N,
    context: &CallContext<S>,
    name: &str,
    request: &Q,
    protocols: &[String],
) -> Result<N::Connection, ConnectError>
where
    C: Contract,
    N: SocketNamespace + ?Sized,
    S: TenantScoped + Serialize,
    Q: Serialize,
{
    let hello = Hello::new::<C, S, Q>(context, namespace.now_ms(), request)
        .and_then(|hello| hello.encode())
        .map_err(ConnectError::Unsendable)?;
    namespace.open_socket(&Address::of(context, name), &hello, protocols).await
}
