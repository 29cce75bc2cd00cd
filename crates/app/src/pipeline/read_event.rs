//! Reading events: one, many, the raw bytes, the source text.

use contracts::TenantCall;
use contracts::pipeline::{
    EventDetail, EventPage, GetEvent, ListEvents, RawEvent, ReadEventError, SourceText,
};

use super::{PipelinePorts, convert};
use crate::ports::{ArchivedObject, EventRecord, StoreError};

pub(super) async fn get_event(
    ports: &PipelinePorts,
    context: &TenantCall,
    request: GetEvent,
) -> Result<EventDetail, ReadEventError> {
    let record = find(ports, context, &request).await?;
    let steps = ports.events.steps(context.scope.tenant, request.event_id).await.map_err(unavailable)?;
    Ok(convert::event_detail(record, steps))
}

pub(super) async fn list_events(
    ports: &PipelinePorts,
    context: &TenantCall,
    request: ListEvents,
) -> Result<EventPage, ReadEventError> {
    let limit = request.limit.clamp(1, 200);
    // One more than asked for tells whether there is a next page.
    let query = ListEvents { limit: limit + 1, ..request };
    let mut records = ports.events.list(context.scope.tenant, &query).await.map_err(unavailable)?;
    let more = records.len() > limit as usize;
    records.truncate(limit as usize);
    let next_before = records.last().filter(|_| more).map(|record| record.event.event_id);
    Ok(EventPage { items: records.into_iter().map(convert::event_summary).collect(), next_before })
}

pub(super) async fn read_raw(
    ports: &PipelinePorts,
    context: &TenantCall,
    request: GetEvent,
) -> Result<RawEvent, ReadEventError> {
    let record = find(ports, context, &request).await?;
    let object = archived(ports, &record).await?;
    Ok(RawEvent {
        media_type: record.event.media_type,
        sha256: record.event.content_sha256,
        body: object.body.into(),
    })
}

pub(super) async fn read_text(
    ports: &PipelinePorts,
    context: &TenantCall,
    request: GetEvent,
) -> Result<SourceText, ReadEventError> {
    let record = find(ports, context, &request).await?;
    let object = archived(ports, &record).await?;
    match transcript::normalize(&record.event.source, &object.body) {
        Ok(document) => Ok(SourceText { text: document.text }),
        Err(error) => Err(ReadEventError::NoText { detail: error.to_string() }),
    }
}

async fn find(
    ports: &PipelinePorts,
    context: &TenantCall,
    request: &GetEvent,
) -> Result<EventRecord, ReadEventError> {
    let found = ports.events.get(context.scope.tenant, request.event_id).await.map_err(unavailable)?;
    found.ok_or(ReadEventError::NotFound)
}

async fn archived(ports: &PipelinePorts, record: &EventRecord) -> Result<ArchivedObject, ReadEventError> {
    let object = ports.archive.get(&record.event.object_key).await.map_err(unavailable)?;
    object.ok_or_else(|| ReadEventError::Unavailable {
        detail: format!("the archive has no object `{}`", record.event.object_key),
    })
}

fn unavailable(error: StoreError) -> ReadEventError {
    ReadEventError::Unavailable { detail: error.to_string() }
}
