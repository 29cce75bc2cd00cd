//! WebSockets that an object holds while it sleeps.

use std::fmt;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes of a socket's attachment. The platform allows 16,384 with its own framing, which the rest is kept for.
pub const MAX_ATTACHMENT_BYTES: usize = 16_384 - 64;
/// Bytes of one message.
pub const MAX_SOCKET_MESSAGE_BYTES: usize = 32 * 1024 * 1024;
/// Bytes of the reason of a close, as the protocol allows.
pub const MAX_CLOSE_REASON_BYTES: usize = 123;
/// Characters of either half of an automatic response.
pub const MAX_AUTO_RESPONSE_CHARS: usize = 2_048;

/// A message, either way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocketMessage {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
}

impl SocketMessage {
    /// Bytes that it takes.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<&str> for SocketMessage {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for SocketMessage {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for SocketMessage {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes)
    }
}

/// How a socket was closed by its other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketClose {
    /// The code, such as 1000; 1005 where none came and 1006 where the link broke.
    pub code: u16,
    /// The reason; often empty.
    pub reason: String,
    /// Whether it ended as the protocol asks.
    pub clean: bool,
}

/// Why a socket did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SocketError {
    /// A message or reason is too long.
    #[error("{what} of {bytes} bytes is over the limit of {limit}")]
    TooLarge {
        /// What is too long.
        what: &'static str,
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// The attachment cannot be encoded, or is not of the type asked for.
    #[error("the socket's attachment: {0}")]
    Attachment(String),
    /// The protocol reserves the code.
    #[error("{0} is no code to close with: use 1000, or one from 3000 to 4999")]
    CloseCode(u16),
    /// The platform refused: the socket is closed, say.
    #[error("{0}")]
    Platform(String),
}

/// One socket for [`Socket`]: the platform's adapter, or a native one.
pub trait SocketLink {
    /// Sends a message.
    ///
    /// # Errors
    /// What the platform says.
    fn send(&self, message: &SocketMessage) -> Result<(), String>;
    /// Closes it.
    ///
    /// # Errors
    /// What the platform says.
    fn close(&self, code: u16, reason: &str) -> Result<(), String>;
    /// The bytes attached.
    ///
    /// # Errors
    /// What the platform says.
    fn attachment(&self) -> Result<Option<Vec<u8>>, String>;
    /// Attaches bytes in place of those before.
    ///
    /// # Errors
    /// What the platform says.
    fn attach(&self, bytes: &[u8]) -> Result<(), String>;
    /// The tags it was accepted with.
    ///
    /// # Errors
    /// What the platform says.
    fn tags(&self) -> Result<Vec<String>, String>;
}

/// The sockets of an object for [`Sockets`]: the platform's adapter, or a native one.
pub trait SocketSet {
    /// Those that are open, with a tag if one is given.
    ///
    /// # Errors
    /// What the platform says.
    fn open(&self, tag: Option<&str>) -> Result<Vec<Socket>, String>;
    /// What is answered to which message without waking the object; none for nothing.
    ///
    /// # Errors
    /// What the platform says.
    fn set_auto_response(&self, pair: Option<(&str, &str)>) -> Result<(), String>;
}

/// One WebSocket. It outlives the object's memory: what belongs to it is attached to it.
#[derive(Clone)]
pub struct Socket(Rc<dyn SocketLink>);

impl Socket {
    /// Over a link.
    pub fn over(link: impl SocketLink + 'static) -> Self {
        Self(Rc::new(link))
    }

    /// Sends a message.
    ///
    /// # Errors
    /// [`SocketError::TooLarge`], or [`SocketError::Platform`] when the socket is closed.
    pub fn send(&self, message: impl Into<SocketMessage>) -> Result<(), SocketError> {
        let message = message.into();
        within("a message", message.len(), MAX_SOCKET_MESSAGE_BYTES)?;
        self.0.send(&message).map_err(SocketError::Platform)
    }

    /// Closes it with 1000 or a code of one's own, from 3000 to 4999.
    ///
    /// # Errors
    /// [`SocketError::CloseCode`], [`SocketError::TooLarge`] for the reason, [`SocketError::Platform`].
    pub fn close(&self, code: u16, reason: &str) -> Result<(), SocketError> {
        if code != 1000 && !(3000..=4999).contains(&code) {
            return Err(SocketError::CloseCode(code));
        }
        within("a close's reason", reason.len(), MAX_CLOSE_REASON_BYTES)?;
        self.0.close(code, reason).map_err(SocketError::Platform)
    }

    /// What is attached, as `T`.
    ///
    /// # Errors
    /// [`SocketError::Attachment`] when it is no `T`; unknown fields are skipped.
    pub fn attachment<T: DeserializeOwned>(&self) -> Result<Option<T>, SocketError> {
        let bytes = self.0.attachment().map_err(SocketError::Platform)?;
        let read = |bytes: Vec<u8>| rmp_serde::from_slice(&bytes).map_err(|error| error.to_string());
        bytes.map(read).transpose().map_err(SocketError::Attachment)
    }

    /// Attaches a value in place of the one before. It stays with the socket while the object sleeps.
    ///
    /// # Errors
    /// [`SocketError::TooLarge`] past [`MAX_ATTACHMENT_BYTES`] encoded: keep the rest in the database.
    pub fn attach(&self, value: &impl Serialize) -> Result<(), SocketError> {
        self.0.attach(&encode_attachment(value)?).map_err(SocketError::Platform)
    }

    /// The tags it was accepted with.
    ///
    /// # Errors
    /// [`SocketError::Platform`].
    pub fn tags(&self) -> Result<Vec<String>, SocketError> {
        self.0.tags().map_err(SocketError::Platform)
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Socket")
    }
}

/// The sockets of an object.
#[derive(Clone)]
pub struct Sockets(Rc<dyn SocketSet>);

impl Sockets {
    /// Over what holds them.
    pub fn over(set: impl SocketSet + 'static) -> Self {
        Self(Rc::new(set))
    }

    /// All that are open.
    ///
    /// # Errors
    /// [`SocketError::Platform`].
    pub fn all(&self) -> Result<Vec<Socket>, SocketError> {
        self.0.open(None).map_err(SocketError::Platform)
    }

    /// All that are open and were accepted with a tag.
    ///
    /// # Errors
    /// [`SocketError::Platform`].
    pub fn tagged(&self, tag: &str) -> Result<Vec<Socket>, SocketError> {
        self.0.open(Some(tag)).map_err(SocketError::Platform)
    }

    /// From now on `request` as a message is answered with `response` on every socket, without waking the object: for
    /// pings.
    ///
    /// # Errors
    /// [`SocketError::TooLarge`] when either is past [`MAX_AUTO_RESPONSE_CHARS`].
    pub fn set_auto_response(&self, request: &str, response: &str) -> Result<(), SocketError> {
        for half in [request, response] {
            within("an automatic response", half.chars().count(), MAX_AUTO_RESPONSE_CHARS)?;
        }
        self.0.set_auto_response(Some((request, response))).map_err(SocketError::Platform)
    }

    /// Nothing is answered by itself any more.
    ///
    /// # Errors
    /// [`SocketError::Platform`].
    pub fn clear_auto_response(&self) -> Result<(), SocketError> {
        self.0.set_auto_response(None).map_err(SocketError::Platform)
    }
}

impl fmt::Debug for Sockets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sockets")
    }
}

pub(super) fn encode_attachment(value: &impl Serialize) -> Result<Vec<u8>, SocketError> {
    let bytes = rmp_serde::to_vec_named(value).map_err(|error| SocketError::Attachment(error.to_string()))?;
    within("an attachment", bytes.len(), MAX_ATTACHMENT_BYTES)?;
    Ok(bytes)
}

fn within(what: &'static str, bytes: usize, limit: usize) -> Result<(), SocketError> {
    if bytes > limit { Err(SocketError::TooLarge { what, bytes, limit }) } else { Ok(()) }
}
