//! How a client gets a WebSocket to an object: what is asked, and what the object says.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::address::{Address, TenantScoped};
use super::socket::{self, SocketError};
use crate::CallContext;
use crate::contract::Contract;
use crate::wire;

/// Tags of one socket.
pub const MAX_TAGS: usize = 10;
/// Characters of a tag.
pub const MAX_TAG_CHARS: usize = 256;
/// Bytes of an encoded [`Hello`]: it travels in a header.
pub const MAX_HELLO_BYTES: usize = 8 * 1024;

/// What travels with a request for a socket: on whose behalf, and whatever the object needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    tenant: String,
    call: crate::Bytes,
}

impl Hello {
    /// For an object of contract `C`.
    ///
    /// # Errors
    /// What cannot be encoded, or is past [`MAX_HELLO_BYTES`].
    pub fn new<C: Contract, S: TenantScoped + Serialize, Q: Serialize>(
        context: &CallContext<S>,
        now_ms: u64,
        request: &Q,
    ) -> Result<Self, String> {
        let call = wire::encode_request(context, C::FINGERPRINT, now_ms, request)?;
        if !call.streams.is_empty() {
            return Err("a request for a socket carries no stream: send it over the socket".into());
        }
        Ok(Self { tenant: context.tenant_key(), call: crate::Bytes(call.bytes) })
    }

    /// As it travels.
    ///
    /// # Errors
    /// When it is past [`MAX_HELLO_BYTES`].
    pub fn encode(&self) -> Result<Vec<u8>, String> {
        let bytes = rmp_serde::to_vec_named(self).map_err(|error| error.to_string())?;
        if bytes.len() > MAX_HELLO_BYTES {
            return Err(format!(
                "a request for a socket of {} bytes is over the limit of {MAX_HELLO_BYTES}: send the rest as its first \
                 message",
                bytes.len()
            ));
        }
        Ok(bytes)
    }

    /// Reads it back.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        rmp_serde::from_slice(bytes).map_err(|error| error.to_string())
    }
}

/// A client asks the object for a WebSocket.
#[derive(Debug, Clone)]
pub struct Upgrade {
    hello: Hello,
    protocols: Vec<String>,
    now_ms: u64,
}

impl Upgrade {
    /// From what arrived at the object with this address; refused where it names another tenant's.
    ///
    /// # Errors
    /// [`Refusal`], 403.
    pub fn new(hello: Hello, protocols: Vec<String>, now_ms: u64, own: &Address) -> Result<Self, Refusal> {
        if hello.tenant != own.tenant_key() {
            return Err(Refusal::forbidden("the request is another tenant's than the object"));
        }
        Ok(Self { hello, protocols, now_ms })
    }

    /// The context and request it was asked with, for a service of contract `C`.
    ///
    /// # Errors
    /// [`Refusal`]: 400 where they cannot be read, 403 where the context is another tenant's, 408 where no time is left.
    pub fn open<C, S, Q>(&self) -> Result<(CallContext<S>, Q), Refusal>
    where
        C: Contract,
        S: TenantScoped + DeserializeOwned,
        Q: DeserializeOwned,
    {
        let (context, request) =
            wire::decode_request::<S, Q>(self.hello.call.0.clone().into(), C::FINGERPRINT, self.now_ms)
                .map_err(|fault| Refusal::new(400, fault.message))?;
        if context.tenant_key() != self.hello.tenant {
            return Err(Refusal::forbidden("the request is another tenant's than the object"));
        }
        if context.deadline.time_left(self.now_ms) == 0 {
            return Err(Refusal::new(408, "no time was left when the request arrived"));
        }
        Ok((context, request))
    }

    /// The subprotocols that the client offers.
    #[must_use]
    pub fn protocols(&self) -> &[String] {
        &self.protocols
    }
}

/// The object takes a socket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accept {
    tags: Vec<String>,
    attachment: Option<Vec<u8>>,
    protocol: Option<String>,
}

impl Accept {
    /// Without tags or attachment.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more tag, by which [`super::Sockets::tagged`] finds it. At most [`MAX_TAGS`] of [`MAX_TAG_CHARS`].
    #[must_use]
    pub fn tagged(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// With a value that stays with the socket.
    ///
    /// # Errors
    /// [`SocketError::TooLarge`] past [`super::MAX_ATTACHMENT_BYTES`].
    pub fn attached(mut self, value: &impl Serialize) -> Result<Self, SocketError> {
        self.attachment = Some(socket::encode_attachment(value)?);
        Ok(self)
    }

    /// Under one of the client's subprotocols.
    #[must_use]
    pub fn protocol(mut self, protocol: impl Into<String>) -> Self {
        self.protocol = Some(protocol.into());
        self
    }

    /// What was said, for what carries it out.
    ///
    /// # Errors
    /// [`Refusal`], 500, when there are too many tags or one is too long.
    pub fn checked(self) -> Result<Accepted, Refusal> {
        if self.tags.len() > MAX_TAGS {
            let message = format!("{} tags are over the limit of {MAX_TAGS}", self.tags.len());
            return Err(Refusal::new(500, message));
        }
        if let Some(tag) = self.tags.iter().find(|tag| tag.chars().count() > MAX_TAG_CHARS) {
            return Err(Refusal::new(
                500,
                format!("the tag `{tag}` is over the limit of {MAX_TAG_CHARS} characters"),
            ));
        }
        Ok(Accepted { tags: self.tags, attachment: self.attachment, protocol: self.protocol })
    }
}

/// An [`Accept`] within the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The socket's tags.
    pub tags: Vec<String>,
    /// What is attached to it, encoded.
    pub attachment: Option<Vec<u8>>,
    /// The subprotocol chosen.
    pub protocol: Option<String>,
}

/// The object takes no socket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("refused with {status}: {message}")]
pub struct Refusal {
    /// The HTTP status, 400 to 599.
    pub status: u16,
    /// Why, as the client sees it.
    pub message: String,
}

impl Refusal {
    /// With a status of one's own. One that is no client's or server's error becomes 500.
    #[must_use]
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        let status = if (400..=599).contains(&status) { status } else { 500 };
        Self { status, message: message.into() }
    }

    /// 403.
    #[must_use]
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, message)
    }
}

impl From<SocketError> for Refusal {
    fn from(error: SocketError) -> Self {
        Self::new(500, error.to_string())
    }
}

impl From<super::StorageError> for Refusal {
    fn from(error: super::StorageError) -> Self {
        Self::new(500, error.to_string())
    }
}
