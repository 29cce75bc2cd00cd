//! Rows of the index, and their conversion to the port's records.

use app::ports::InstanceRecord;
use contracts::Timestamp;
use ids::{EventId, TenantId};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct InstanceRow {
    id: String,
    tenant_id: TenantId,
    workflow: String,
    status: String,
    event_id: Option<EventId>,
    run: u32,
    error: Option<String>,
    traceparent: String,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    updated_at: Timestamp,
    version: u32,
}

impl TryFrom<InstanceRow> for InstanceRecord {
    type Error = String;

    fn try_from(row: InstanceRow) -> Result<Self, String> {
        Ok(Self {
            id: row.id,
            tenant: row.tenant_id,
            workflow: row
                .workflow
                .parse()
                .map_err(|error| format!("`workflow_instances.workflow`: {error}"))?,
            status: row.status.parse().map_err(|error| format!("`workflow_instances.status`: {error}"))?,
            event_id: row.event_id,
            run: row.run,
            error: row.error,
            traceparent: row.traceparent,
            started_at: row.started_at,
            ended_at: row.ended_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}
