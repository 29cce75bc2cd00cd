//! What may be asked of the callee.

use mesh::ByteStream;
use serde::{Deserialize, Serialize};

use crate::calls::Never;
use crate::case::Call;

/// Bytes under a key.
#[derive(Debug, Serialize, Deserialize)]
pub struct Upload {
    /// The key.
    pub key: String,
    /// The bytes.
    pub body: ByteStream,
}

/// What a stream held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// How many bytes.
    pub bytes: u64,
    /// An order-dependent sum of them (FNV-1a).
    pub hash: u64,
    /// What broke the stream off, if anything did.
    pub broke: Option<String>,
}

/// What a stream should hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// How many chunks of 64 KiB.
    pub chunks: u32,
    /// Whether it breaks off after them.
    pub breaks: bool,
}

/// A stored object is wanted and is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("nothing is stored under `{0}`")]
pub struct NotStored(pub String);

/// Bulk data.
#[mesh::service]
pub trait Streams {
    /// Puts a stream into R2.
    async fn store(&self, context: &Call, upload: Upload) -> Result<(), NotStored>;
    /// Gets it out again.
    async fn load(&self, context: &Call, key: String) -> Result<ByteStream, NotStored>;
    /// Reads a stream chunk by chunk.
    async fn sum(&self, context: &Call, body: ByteStream) -> Result<Sum, Never>;
    /// Makes a stream chunk by chunk.
    async fn make(&self, context: &Call, wanted: Wanted) -> Result<ByteStream, Never>;
    /// How large the callee's Wasm memory is, in bytes. It never shrinks.
    async fn memory(&self, context: &Call, request: ()) -> Result<u64, Never>;
}
