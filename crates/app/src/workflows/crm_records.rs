//! Reading what CRMs told of accounts and contacts.

use contracts::TenantCall;
use contracts::pipeline::workflows::{
    CrmEntity, CrmError, CrmField, CrmRecordDetail, CrmRecordPage, CrmRecordSummary, CrmTimelineEntry,
    GetCrmRecord, ListCrmRecords,
};
use domain::crm::{Entity, display_name};

use super::WorkflowPorts;
use crate::ports::{CrmRecord, StoreError};

/// The longest timeline that is given at once.
const MOST_ENTRIES: u32 = 1_000;

pub(super) async fn list(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: ListCrmRecords,
) -> Result<CrmRecordPage, CrmError> {
    let ListCrmRecords { entity, before, limit } = request;
    let limit = limit.clamp(1, 200);
    // One more than asked for tells whether there is a next page.
    let found = ports.records.list(context.scope.tenant, of(entity), before, limit + 1).await;
    let mut items = found.map_err(unavailable)?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next_before = items.last().filter(|_| more).map(|record| record.id);
    Ok(CrmRecordPage { items: items.iter().map(summary).collect(), next_before })
}

pub(super) async fn get(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: GetCrmRecord,
) -> Result<CrmRecordDetail, CrmError> {
    let GetCrmRecord { entity, id, field, limit } = request;
    let tenant = context.scope.tenant;
    let limit = limit.clamp(1, MOST_ENTRIES);
    let found = ports.records.get(tenant, of(entity), id).await.map_err(unavailable)?;
    let record = found.ok_or(CrmError::NotFound)?;
    let timeline = ports.records.timeline(tenant, id, field.as_deref(), limit + 1).await;
    let mut timeline = timeline.map_err(unavailable)?;
    let more = timeline.len() > limit as usize;
    timeline.truncate(limit as usize);
    let timeline = timeline.into_iter().map(|entry| CrmTimelineEntry {
        field: entry.field,
        value: entry.value,
        at: entry.at,
        event_id: entry.event_id,
    });
    Ok(CrmRecordDetail {
        record: summary(&record),
        timeline: timeline.collect(),
        more,
        fields: record.fields.into_iter().map(|(name, value)| CrmField { name, value }).collect(),
    })
}

fn of(entity: CrmEntity) -> Entity {
    match entity {
        CrmEntity::Account => Entity::Account,
        CrmEntity::Contact => Entity::Contact,
    }
}

fn summary(record: &CrmRecord) -> CrmRecordSummary {
    let text = |field: &str| {
        let (_, value) = record.fields.iter().find(|(name, _)| name == field)?;
        serde_json::from_str::<String>(value).ok()
    };
    CrmRecordSummary {
        id: record.id,
        source: record.source.clone(),
        record_id: record.record_id.clone(),
        organization: record.organization.clone(),
        name: display_name(record.entity, text),
        deleted: record.deleted,
        first_at: record.first_at,
        last_at: record.last_at,
    }
}

fn unavailable(error: StoreError) -> CrmError {
    CrmError::Unavailable { detail: error.to_string() }
}
