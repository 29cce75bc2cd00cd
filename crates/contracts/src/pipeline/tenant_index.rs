//! What the pipeline asks of a tenant's search index, which is a Durable Object of its own.

use ids::EventId;

use super::{HitKind, SearchFilter, SearchHits};
use crate::{TenantCall, Timestamp};

/// A tenant's hybrid index of words and vectors.
#[mesh::service(contract = "../../contracts/TenantIndex.json")]
pub trait TenantIndex {
    /// Adds passages, replacing those of the same id.
    #[mesh(idempotent)]
    async fn upsert(&self, context: &TenantCall, request: UpsertPassages) -> Result<(), IndexError>;
    /// The best hits for a query, by its words and by its vector, best first.
    #[mesh(idempotent)]
    async fn find(&self, context: &TenantCall, request: FindPassages) -> Result<SearchHits, IndexError>;
    /// Removes passages for good.
    #[mesh(idempotent)]
    async fn forget(&self, context: &TenantCall, request: ForgetPassages) -> Result<Forgotten, IndexError>;
}

/// Asks the index to take passages of one event.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct UpsertPassages {
    /// Where they are from.
    pub event_id: EventId,
    /// At most 200.
    pub passages: Vec<Passage>,
    /// The event's source.
    #[serde(default)]
    pub source: Option<String>,
    /// The call's title.
    #[serde(default)]
    pub title: Option<String>,
    /// When the event happened.
    #[serde(default)]
    pub occurred_at: Option<Timestamp>,
}

/// A text to be found again.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct Passage {
    /// The passage's or signal's id: a prefix and 32 hexadecimal digits.
    pub id: String,
    /// Which of the two.
    pub kind: HitKind,
    /// The text.
    pub text: String,
    /// The customer's company.
    #[serde(default)]
    pub account: Option<String>,
    /// Its unit vector as little-endian 32-bit floats; empty when no token of it is known.
    pub vector: mesh::Bytes,
    /// Where it begins in the event's source text, in characters (Unicode scalar values).
    #[serde(default)]
    pub start: u32,
}

/// Asks for hits.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct FindPassages {
    /// What a person typed.
    pub query: String,
    /// Its unit vector, encoded as in [`Passage`].
    pub vector: mesh::Bytes,
    /// Only this kind of hit, if given.
    #[serde(default)]
    pub kind: Option<HitKind>,
    /// At most this many, 1 to 200.
    pub limit: u32,
    /// What else a hit must be.
    #[serde(default)]
    pub filter: SearchFilter,
}

/// Asks the index to remove what it has of an event, or of all.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct ForgetPassages {
    /// Only what is from this event, if given.
    #[serde(default)]
    pub event_id: Option<EventId>,
    /// At most this many; with 0 they are only counted.
    pub at_most: u32,
}

/// What was removed.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    /// Passages and signals that are gone by this call.
    pub removed: u32,
    /// Those that are still there: ask again until there are none.
    pub left: u32,
}

/// The index refused or failed.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum IndexError {
    /// A passage or vector cannot be used; sending it again cannot help.
    #[error("invalid: {detail}")]
    Invalid {
        /// Which, and why.
        detail: String,
    },
    /// The object's storage failed.
    #[error("storage failed: {detail}")]
    Storage {
        /// For operators.
        detail: String,
    },
}

/// A vector as it travels: little-endian 32-bit floats; all zeros becomes empty.
#[must_use]
pub fn encode_vector(vector: &[f32]) -> mesh::Bytes {
    if vector.iter().all(|value| *value == 0.0) {
        return mesh::Bytes::default();
    }
    mesh::Bytes(vector.iter().flat_map(|value| value.to_le_bytes()).collect())
}

/// The inverse of [`encode_vector`]; none when the bytes are no whole number of floats.
#[must_use]
pub fn decode_vector(bytes: &mesh::Bytes) -> Option<Vec<f32>> {
    let (chunks, rest) = bytes.0.as_chunks::<4>();
    rest.is_empty().then(|| chunks.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect())
}
