//! Rows of histories.

use app::ports::{EarlierDelivery, HistoryRecord, KnownItem, NewHistory};
use contracts::Timestamp;
use ids::{EndpointId, EventId};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct HistoryRow {
    endpoint_id: EndpointId,
    source: String,
    provider: String,
    description: Option<String>,
    base_url: String,
    sealed: String,
    from_at: u64,
    walk: String,
    recalled: Option<EventId>,
    run_id: Option<String>,
    created_at: u64,
    updated_at: u64,
}

impl From<HistoryRow> for HistoryRecord {
    fn from(row: HistoryRow) -> Self {
        Self {
            history: NewHistory {
                endpoint_id: row.endpoint_id,
                source: row.source,
                provider: row.provider,
                description: row.description,
                base_url: row.base_url,
                sealed: row.sealed,
                from: Timestamp::from_unix_ms(row.from_at),
                walk: row.walk,
                at: Timestamp::from_unix_ms(row.created_at),
            },
            recalled: row.recalled,
            run_id: row.run_id,
            updated_at: Timestamp::from_unix_ms(row.updated_at),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct HolderRow {
    pub(super) run_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct CountRow {
    pub(super) items: u64,
}

#[derive(Deserialize)]
pub(super) struct DeliveryRow {
    id: EventId,
    object_key: String,
}

impl From<DeliveryRow> for EarlierDelivery {
    fn from(DeliveryRow { id, object_key }: DeliveryRow) -> Self {
        Self { event_id: id, object_key }
    }
}

#[derive(Deserialize)]
pub(super) struct ItemRow {
    item_id: String,
    event_id: Option<EventId>,
    sha256: Option<String>,
    run_id: String,
    page: u32,
}

impl From<ItemRow> for KnownItem {
    fn from(ItemRow { item_id, event_id, sha256, run_id, page }: ItemRow) -> Self {
        Self { item_id, event_id, sha256, run_id, page }
    }
}
