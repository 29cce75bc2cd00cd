//! The analysts' archive as a stream of Pipelines, where one is bound.

use app::ports::{ArchiveRow, EventArchive, StoreError, Written};
use async_trait::async_trait;
use mesh_worker::BindingError;
use mesh_worker::bindings::pipelines::Pipeline;
use serde::Serialize;

/// The binding, which a deployment may have: `wrangler/pipeline.jsonc` shows how.
const EVENT_STREAM: &str = "EVENT_STREAM";

/// [`EventArchive`] over a stream. Delivery may repeat a row; its `event_id` tells.
#[derive(Debug)]
pub struct StreamArchive {
    stream: Pipeline<Record>,
}

impl StreamArchive {
    /// Over the stream, if one is bound.
    #[must_use]
    pub fn bound(env: &worker::Env) -> Option<Self> {
        match Pipeline::over(env, EVENT_STREAM) {
            Ok(stream) => Some(Self { stream }),
            Err(BindingError::Missing(_) | BindingError::Unusable { .. }) => None,
        }
    }
}

/// A row as a stream takes it: the columns of the files, times as Unix milliseconds.
#[derive(Debug, Serialize)]
struct Record {
    tenant: String,
    event_id: String,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    subject: Option<String>,
    endpoint_id: Option<String>,
    occurred_at: Option<u64>,
    received_at: u64,
    content_sha256: String,
    object_key: String,
    size_bytes: u32,
    media_type: String,
    trace_id: String,
    payload: Option<String>,
}

impl From<&ArchiveRow> for Record {
    fn from(row: &ArchiveRow) -> Self {
        Self {
            tenant: row.tenant.to_string(),
            event_id: row.event_id.to_string(),
            source: row.source.clone(),
            kind: row.kind.clone(),
            subject: row.subject.clone(),
            endpoint_id: row.endpoint_id.map(|id| id.to_string()),
            occurred_at: row.occurred_at.map(|time| time.unix_ms()),
            received_at: row.received_at.unix_ms(),
            content_sha256: row.content_sha256.clone(),
            object_key: row.object_key.clone(),
            size_bytes: row.size_bytes,
            media_type: row.media_type.clone(),
            trace_id: row.trace_id.clone(),
            payload: row.payload.clone(),
        }
    }
}

#[async_trait(?Send)]
impl EventArchive for StreamArchive {
    async fn write(&self, _key: &str, rows: &[ArchiveRow]) -> Result<Written, StoreError> {
        let records: Vec<Record> = rows.iter().map(Record::from).collect();
        self.stream
            .send_all(&records)
            .await
            .map(|_| Written::Streamed)
            .map_err(|error| StoreError::new(EVENT_STREAM, error))
    }
}
