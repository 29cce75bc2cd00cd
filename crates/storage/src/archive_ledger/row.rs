//! Rows of the archive's bookkeeping, and their conversion to the port's records.

use app::ports::{ArchiveRow, LiveFile, TenantDay, UnfinishedFile, WrittenFile};
use contracts::Timestamp;
use ids::{EndpointId, EventId, TenantId};
use mesh::TraceContext;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct TenantRow {
    pub(super) tenant_id: TenantId,
}

#[derive(Deserialize)]
pub(super) struct CountRow {
    pub(super) count: u32,
}

#[derive(Deserialize)]
pub(super) struct DayRow {
    pub(super) day: String,
}

#[derive(Deserialize)]
pub(super) struct KeyRow {
    pub(super) tenant_id: TenantId,
    pub(super) key: String,
}

#[derive(Deserialize)]
pub(super) struct TenantDayRow {
    tenant_id: TenantId,
    day: String,
}

impl From<TenantDayRow> for TenantDay {
    fn from(row: TenantDayRow) -> Self {
        Self { tenant: row.tenant_id, day: row.day }
    }
}

#[derive(Deserialize)]
pub(super) struct EventRow {
    tenant_id: TenantId,
    id: EventId,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    subject: Option<String>,
    endpoint_id: Option<EndpointId>,
    occurred_at: Option<Timestamp>,
    received_at: Timestamp,
    content_sha256: String,
    object_key: String,
    size_bytes: u32,
    media_type: String,
    traceparent: String,
}

impl From<EventRow> for ArchiveRow {
    fn from(row: EventRow) -> Self {
        let trace: Option<TraceContext> = row.traceparent.parse().ok();
        Self {
            tenant: row.tenant_id,
            event_id: row.id,
            source: row.source,
            kind: row.kind,
            subject: row.subject,
            endpoint_id: row.endpoint_id,
            occurred_at: row.occurred_at,
            received_at: row.received_at,
            content_sha256: row.content_sha256,
            object_key: row.object_key,
            size_bytes: row.size_bytes,
            media_type: row.media_type,
            trace_id: trace.map(|trace| trace.trace_id()).unwrap_or_default(),
            payload: None,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct UnfinishedRow {
    key: String,
    event_ids: Option<String>,
}

impl TryFrom<UnfinishedRow> for UnfinishedFile {
    type Error = serde_json::Error;

    fn try_from(row: UnfinishedRow) -> Result<Self, serde_json::Error> {
        let event_ids = row.event_ids.as_deref().map(serde_json::from_str).transpose()?;
        Ok(Self { key: row.key, event_ids })
    }
}

#[derive(Deserialize)]
pub(super) struct FileRow {
    key: String,
    rows: u32,
    bytes: u32,
    sha256: String,
    min_received_at: Timestamp,
    max_received_at: Timestamp,
    min_event_id: EventId,
    max_event_id: EventId,
}

impl From<FileRow> for LiveFile {
    fn from(row: FileRow) -> Self {
        let file = WrittenFile {
            rows: row.rows,
            bytes: row.bytes,
            sha256: row.sha256,
            received_at: (row.min_received_at, row.max_received_at),
            event_ids: (row.min_event_id, row.max_event_id),
        };
        Self { key: row.key, file }
    }
}
