//! Byte streams inside messages: what is too large to be a value.
//!
//! A message holds only a stream's place; the stream itself travels beside it and is never buffered whole. While a
//! message is encoded or decoded, its streams are set aside in a thread-local list, because serde hands values no
//! context. Both run to their end without awaiting, so no other message can come between.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;

use futures_util::stream::{LocalBoxStream, Stream, StreamExt};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};

/// The key of a stream's place in an encoded message.
pub const STREAM_KEY: &str = "$stream";

/// A byte stream in a request or a reply. It can be sent once and read once.
///
/// Its flow is controlled end to end by the platform and counts towards no message limit. A stream sent on unread (a
/// Worker's request body into a call, say) is handed over without a byte passing through Wasm.
pub struct ByteStream {
    source: RefCell<Option<StreamSource>>,
    length: Option<u64>,
}

/// Where a stream's bytes come from.
pub enum StreamSource {
    /// A stream of this process.
    Chunks(LocalBoxStream<'static, Result<Vec<u8>, StreamError>>),
    /// The host's own object: a JavaScript `ReadableStream` in a Worker.
    Host(Box<dyn Any>),
}

/// A stream broke off: what its source says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stream broke off: {0}")]
pub struct StreamError(pub String);

impl ByteStream {
    /// A stream of chunks.
    pub fn new(chunks: impl Stream<Item = Result<Vec<u8>, StreamError>> + 'static) -> Self {
        Self::from_source(StreamSource::Chunks(chunks.boxed_local()))
    }

    /// A stream of the host's own kind; adapters use it.
    pub fn from_source(source: StreamSource) -> Self {
        Self { source: RefCell::new(Some(source)), length: None }
    }

    /// Says how many bytes will come. Stores that must know a length up front (R2) need it.
    #[must_use]
    pub fn with_length(mut self, bytes: u64) -> Self {
        self.length = Some(bytes);
        self
    }

    /// How many bytes will come, where the sender said so. It is the sender's word: a reader that relies on it checks.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The source, once. Adapters and readers take it.
    pub fn take_source(&self) -> Option<StreamSource> {
        self.source.borrow_mut().take()
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.source.borrow().is_some() { "unread" } else { "taken" };
        match self.length {
            Some(length) => write!(f, "ByteStream({state}, {length} B)"),
            None => write!(f, "ByteStream({state})"),
        }
    }
}

thread_local! {
    /// The streams of the message in work; none while there is no such message.
    static ASIDE: RefCell<Option<Vec<Option<ByteStream>>>> = const { RefCell::new(None) };
}

/// Runs `encode` and gives what it produced with the streams of the message, in the order of their places.
pub(crate) fn collecting<T>(encode: impl FnOnce() -> T) -> (T, Vec<ByteStream>) {
    let outer = ASIDE.replace(Some(Vec::new()));
    let produced = encode();
    let streams = ASIDE.replace(outer).unwrap_or_default();
    (produced, streams.into_iter().flatten().collect())
}

/// Runs `decode` with the streams that came beside the message.
pub(crate) fn supplying<T>(streams: Vec<ByteStream>, decode: impl FnOnce() -> T) -> T {
    let outer = ASIDE.replace(Some(streams.into_iter().map(Some).collect()));
    let produced = decode();
    ASIDE.set(outer);
    produced
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Place {
    #[serde(rename = "$stream")]
    index: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    length: Option<u64>,
}

impl Serialize for ByteStream {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let source = self.take_source().ok_or_else(|| {
            S::Error::custom("this `ByteStream` was sent or read before: it can be only once")
        })?;
        let sent = Self { source: RefCell::new(Some(source)), length: self.length };
        let index = ASIDE.with_borrow_mut(|aside| {
            let streams = aside
                .as_mut()
                .ok_or_else(|| S::Error::custom("a `ByteStream` travels in calls of the mesh only"))?;
            streams.push(Some(sent));
            u32::try_from(streams.len() - 1).map_err(S::Error::custom)
        })?;
        Place { index, length: self.length }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ByteStream {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let place = Place::deserialize(deserializer)?;
        let stream = ASIDE.with_borrow_mut(|aside| {
            aside.as_mut().and_then(|streams| streams.get_mut(place.index as usize)?.take())
        });
        let stream = stream.ok_or_else(|| D::Error::custom("the message came without this stream"))?;
        Ok(match place.length {
            Some(length) => stream.with_length(length),
            None => stream,
        })
    }
}
