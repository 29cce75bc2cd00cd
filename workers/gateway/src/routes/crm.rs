//! `/v1/accounts` and `/v1/contacts`.

use contracts::pipeline::workflows::{self, CrmEntity, CrmError, CrmTimelineEntry};
use http_api::crm::{CrmRecord, CrmRecordDetail, GetCrmRecord, ListCrmRecords, TimelineEntry};
use http_api::{Code, Payload};
use mesh::CallError;

use super::time;
use crate::exchange::Exchange;
use crate::failure::{Failure, failed, not_found};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// The lines of a timeline that are shown.
const LINES: u32 = 200;

/// Accounts, or contacts.
///
/// # Errors
/// As [`authorize`]; a bad query; what [`failed`] makes of the call.
pub async fn list(exchange: &Exchange<'_>, entity: CrmEntity) -> Outcome {
    let call = authorize(exchange).await?;
    let ListCrmRecords { page } = exchange.query()?;
    let request = workflows::ListCrmRecords { entity, before: page.after, limit: page.limit };
    let found = exchange.ports.workflows.list_crm_records(&call, request).await.map_err(failed)?;
    Answer::json(200, &page.answer(found.items.into_iter().map(record).collect(), found.next_before))
}

/// One account, or contact.
///
/// # Errors
/// As [`authorize`]; [`Code::AccountNotFound`] or [`Code::ContactNotFound`]; what [`failed`] makes of the call.
pub async fn get(exchange: &Exchange<'_>, entity: CrmEntity) -> Outcome {
    let call = authorize(exchange).await?;
    let missing = match entity {
        CrmEntity::Account => Code::AccountNotFound,
        CrmEntity::Contact => Code::ContactNotFound,
    };
    let id = exchange.id(missing)?;
    let GetCrmRecord { field } = exchange.query()?;
    let request = workflows::GetCrmRecord { entity, id, field, limit: LINES };
    let found =
        exchange.ports.workflows.get_crm_record(&call, request).await.map_err(|error| match error {
            CallError::Refused(CrmError::NotFound) => not_found(missing),
            error => failed(error),
        })?;
    let fields = found.fields.into_iter().map(|field| Ok((field.name, payload(field.value)?)));
    let detail = CrmRecordDetail {
        record: record(found.record),
        fields: fields.collect::<Result<_, Failure>>()?,
        timeline: found.timeline.into_iter().map(line).collect::<Result<_, _>>()?,
        more: found.more,
    };
    Answer::json(200, &detail)
}

fn record(record: workflows::CrmRecordSummary) -> CrmRecord {
    CrmRecord {
        id: record.id,
        source: record.source,
        record_id: record.record_id,
        organization: Some(record.organization).filter(|text| !text.is_empty()),
        name: record.name,
        deleted: record.deleted,
        first_at: time::public(record.first_at),
        last_at: time::public(record.last_at),
    }
}

fn line(entry: CrmTimelineEntry) -> Result<TimelineEntry, Failure> {
    let CrmTimelineEntry { field, value, at, event_id } = entry;
    let (change, value) = match (&field, value) {
        (Some(_), value) => ("set".to_owned(), value.map(payload).transpose()?),
        (None, happened) => {
            (serde_json::from_str(&happened.unwrap_or_default()).map_err(Failure::internal)?, None)
        }
    };
    Ok(TimelineEntry { at: time::public(at), change, field, value, event_id })
}

fn payload(json: String) -> Result<Payload, Failure> {
    Payload::from_json(json).map_err(Failure::internal)
}
