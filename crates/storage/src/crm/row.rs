//! Rows of CRMs' records, and their conversion to the port's.

use std::collections::BTreeMap;

use app::ports::{CrmEntry, CrmRecord};
use contracts::Timestamp;
use domain::crm::UnknownEntity;
use ids::{CrmRecordId, EventId};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct RecordRow {
    pub(super) id: CrmRecordId,
    entity: String,
    source: String,
    organization: String,
    record_id: String,
    first_at: Timestamp,
    last_at: Timestamp,
}

#[derive(Deserialize)]
pub(super) struct CurrentRow {
    record: CrmRecordId,
    field: String,
    value: String,
}

#[derive(Deserialize)]
pub(super) struct EntryRow {
    field: String,
    value: String,
    at: Timestamp,
    event_id: EventId,
}

impl From<EntryRow> for CrmEntry {
    fn from(EntryRow { field, value, at, event_id }: EntryRow) -> Self {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        Self { field: some(field), value: some(value), at, event_id }
    }
}

/// Puts records and what their fields are now together, in the order of the records.
pub(super) fn assemble(
    rows: Vec<RecordRow>,
    current: Vec<CurrentRow>,
) -> Result<Vec<CrmRecord>, UnknownEntity> {
    let mut fields: BTreeMap<CrmRecordId, Vec<(String, String)>> = BTreeMap::new();
    for CurrentRow { record, field, value } in current {
        fields.entry(record).or_default().push((field, value));
    }
    let assembled = rows.into_iter().map(|row| {
        let mut fields = fields.remove(&row.id).unwrap_or_default();
        let deleted = fields.iter().any(|(field, value)| field.is_empty() && value == "\"deleted\"");
        fields.retain(|(field, _)| !field.is_empty());
        Ok(CrmRecord {
            id: row.id,
            entity: row.entity.parse()?,
            source: row.source,
            organization: row.organization,
            record_id: row.record_id,
            deleted,
            fields,
            first_at: row.first_at,
            last_at: row.last_at,
        })
    });
    assembled.collect()
}
