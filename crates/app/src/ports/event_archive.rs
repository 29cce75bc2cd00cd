//! The analysts' archive: one row an event, in files or in a stream.

use std::collections::BTreeSet;

use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EndpointId, EventId, TenantId};

use super::StoreError;

/// An event as an analyst sees it. What is in it never changes once the event is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveRow {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub event_id: EventId,
    /// The provider, or `generic`.
    pub source: String,
    /// The type.
    pub kind: String,
    /// The subject.
    pub subject: Option<String>,
    /// The webhook endpoint.
    pub endpoint_id: Option<EndpointId>,
    /// When it happened, where the sender says.
    pub occurred_at: Option<Timestamp>,
    /// When it was accepted.
    pub received_at: Timestamp,
    /// SHA-256 of the raw bytes, lower-case hexadecimal.
    pub content_sha256: String,
    /// Where the raw bytes are.
    pub object_key: String,
    /// How many they are.
    pub size_bytes: u32,
    /// Their media type.
    pub media_type: String,
    /// The trace id, 32 hexadecimal digits.
    pub trace_id: String,
    /// The raw bytes as text, where they are valid UTF-8 and not too many.
    pub payload: Option<String>,
}

/// What there is to know of a file of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// How many rows.
    pub rows: u32,
    /// Its size in bytes.
    pub bytes: u32,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// The first and the last acceptance in it.
    pub received_at: (Timestamp, Timestamp),
    /// The least and the greatest event id in it.
    pub event_ids: (EventId, EventId),
}

/// What became of written rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// They are in a file under the key that was given.
    File(WrittenFile),
    /// They went into a stream, which makes files of its own.
    Streamed,
}

/// Where rows go.
#[async_trait(?Send)]
pub trait EventArchive {
    /// Writes rows, at least one, of one tenant and day. The same rows under the same key are the same file; a stream
    /// may have them twice, and tells them by their event id.
    async fn write(&self, key: &str, rows: &[ArchiveRow]) -> Result<Written, StoreError>;
}

/// Files of rows that were written before.
#[async_trait(?Send)]
pub trait ArchiveFiles {
    /// Writes the rows of `inputs`, in that order and without those of some events, into one file `output`. None, and
    /// no file, when no row is left.
    async fn merge(
        &self,
        inputs: &[String],
        output: &str,
        without: &BTreeSet<EventId>,
    ) -> Result<Option<WrittenFile>, StoreError>;
    /// The events of a file; none when there is no such file.
    async fn event_ids(&self, key: &str) -> Result<Option<Vec<EventId>>, StoreError>;
}
