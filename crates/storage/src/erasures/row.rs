//! Rows of erasures, and their conversion to the port's records.

use app::ports::{ErasureRecord, ErasureStatus, FoundEvent, NewErasure};
use contracts::Timestamp;
use ids::{ErasureId, EventId, TenantId};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct ErasureRow {
    id: ErasureId,
    request_key: String,
    scope: String,
    selector: Option<String>,
    selector_sha256: String,
    requested_by: String,
    reason: String,
    requested_at: Timestamp,
    traceparent: String,
    status: String,
    error: Option<String>,
    completed_at: Option<Timestamp>,
    certificate: Option<String>,
    certificate_sha256: Option<String>,
    events_found: u32,
    events_removed: u32,
}

impl TryFrom<ErasureRow> for ErasureRecord {
    type Error = String;

    fn try_from(row: ErasureRow) -> Result<Self, String> {
        Ok(Self {
            whole_tenant: row.scope == "tenant",
            status: match row.status.as_str() {
                "running" => ErasureStatus::Running,
                "done" => ErasureStatus::Done,
                "failed" => ErasureStatus::Failed,
                other => return Err(format!("`erasures.status`: there is no status `{other}`")),
            },
            error: row.error,
            completed_at: row.completed_at,
            certificate: row.certificate.zip(row.certificate_sha256),
            events: (row.events_found, row.events_removed),
            erasure: NewErasure {
                erasure_id: row.id,
                request_key: row.request_key,
                selector: row.selector,
                selector_sha256: row.selector_sha256,
                requested_by: row.requested_by,
                reason: row.reason,
                requested_at: row.requested_at,
                traceparent: row.traceparent,
            },
        })
    }
}

#[derive(Deserialize)]
pub(super) struct RunningRow {
    pub(super) tenant_id: TenantId,
    pub(super) id: ErasureId,
    pub(super) traceparent: String,
}

#[derive(Deserialize)]
pub(super) struct DayRow {
    pub(super) day: String,
}

/// A found event, as a row and as it goes in.
#[derive(Serialize, Deserialize)]
pub(super) struct FoundRow {
    event_id: EventId,
    object_key: String,
    day: String,
    archived: u32,
}

impl From<FoundRow> for FoundEvent {
    fn from(row: FoundRow) -> Self {
        let FoundRow { event_id, object_key, day, archived } = row;
        Self { event_id, object_key, day, archived: archived > 0 }
    }
}

impl From<&FoundEvent> for FoundRow {
    fn from(event: &FoundEvent) -> Self {
        Self {
            event_id: event.event_id,
            object_key: event.object_key.clone(),
            day: event.day.clone(),
            archived: event.archived.into(),
        }
    }
}
