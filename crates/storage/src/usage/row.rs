//! Rows of usage.

use app::ports::Counted;
use contracts::pipeline::analytics::Backlog;
use contracts::pipeline::usage::{UsageAmounts, UsageStorage, UsageSubject};
use domain::usage::Grain;
use ids::TenantId;
use serde::{Deserialize, Serialize};

/// One count on its way in.
#[derive(Serialize)]
pub(super) struct CountRow<'a> {
    hours: u64,
    days: u64,
    kind: &'static str,
    name: &'a str,
    key: &'a str,
    requests: i64,
    refused: i64,
    failed: i64,
    events: i64,
    model_calls: i64,
    tokens_in: i64,
    tokens_out: i64,
    cost_nanos: i64,
    cache_hits: i64,
    saved_tokens: i64,
    saved_nanos: i64,
}

impl<'a> CountRow<'a> {
    pub(super) fn of(counted: &'a Counted) -> Self {
        let (kind, name, key) = match &counted.of {
            UsageSubject::Requests { operation, key } => ("requests", operation, key.as_deref()),
            UsageSubject::Model { model, key } => ("model", model, key.as_deref()),
        };
        let at_ms = counted.at.unix_ms();
        let (more, less) = (&counted.amounts, &counted.taken_back);
        // No count of one batch comes near to what does not fit.
        let of = |amount: fn(&UsageAmounts) -> u64| (amount(more) as i64).saturating_sub(amount(less) as i64);
        Self {
            hours: Grain::Hours.of(at_ms),
            days: Grain::Days.of(at_ms),
            kind,
            name,
            key: key.unwrap_or_default(),
            requests: of(|amounts| amounts.requests),
            refused: of(|amounts| amounts.refused),
            failed: of(|amounts| amounts.failed),
            events: of(|amounts| amounts.events),
            model_calls: of(|amounts| amounts.model_calls),
            tokens_in: of(|amounts| amounts.tokens_in),
            tokens_out: of(|amounts| amounts.tokens_out),
            cost_nanos: of(|amounts| amounts.cost_nanos),
            cache_hits: of(|amounts| amounts.cache_hits),
            saved_tokens: of(|amounts| amounts.saved_tokens),
            saved_nanos: of(|amounts| amounts.saved_nanos),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct BatchRow {
    #[expect(dead_code, reason = "only that there is a row matters, and that it reads")]
    id: String,
}

#[derive(Deserialize)]
pub(super) struct PeriodRow {
    period: u64,
    #[serde(flatten)]
    amounts: AmountsRow,
}

impl From<PeriodRow> for (u64, UsageAmounts) {
    fn from(row: PeriodRow) -> Self {
        (row.period, row.amounts.into())
    }
}

#[derive(Deserialize)]
pub(super) struct TenantRow {
    tenant_id: TenantId,
    #[serde(flatten)]
    amounts: AmountsRow,
}

impl From<TenantRow> for (TenantId, UsageAmounts) {
    fn from(row: TenantRow) -> Self {
        (row.tenant_id, row.amounts.into())
    }
}

#[derive(Deserialize)]
pub(super) struct StoredRow {
    tenant_id: TenantId,
    #[serde(flatten)]
    stored: StorageRow,
}

impl From<StoredRow> for (TenantId, UsageStorage) {
    fn from(row: StoredRow) -> Self {
        (row.tenant_id, row.stored.into())
    }
}

#[derive(Deserialize)]
pub(super) struct BacklogRow {
    outbox: u32,
    dead_letters: u32,
}

impl From<BacklogRow> for Backlog {
    fn from(row: BacklogRow) -> Self {
        let BacklogRow { outbox, dead_letters } = row;
        Self { outbox, dead_letters }
    }
}

#[derive(Deserialize)]
pub(super) struct BacklogHourRow {
    period: u64,
    #[serde(flatten)]
    backlog: BacklogRow,
}

impl From<BacklogHourRow> for (u64, Backlog) {
    fn from(row: BacklogHourRow) -> Self {
        (row.period, row.backlog.into())
    }
}

#[derive(Deserialize)]
pub(super) struct AmountsRow {
    requests: u64,
    refused: u64,
    failed: u64,
    events: u64,
    model_calls: u64,
    tokens_in: u64,
    tokens_out: u64,
    cost_nanos: u64,
    // The sums over tenants leave out what caches saved.
    #[serde(default)]
    cache_hits: u64,
    #[serde(default)]
    saved_tokens: u64,
    #[serde(default)]
    saved_nanos: u64,
}

impl From<AmountsRow> for UsageAmounts {
    fn from(row: AmountsRow) -> Self {
        Self {
            requests: row.requests,
            refused: row.refused,
            failed: row.failed,
            events: row.events,
            model_calls: row.model_calls,
            tokens_in: row.tokens_in,
            tokens_out: row.tokens_out,
            cost_nanos: row.cost_nanos,
            cache_hits: row.cache_hits,
            saved_tokens: row.saved_tokens,
            saved_nanos: row.saved_nanos,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct GroupRow {
    name: String,
    #[serde(flatten)]
    amounts: AmountsRow,
}

impl From<GroupRow> for (String, UsageAmounts) {
    fn from(row: GroupRow) -> Self {
        (row.name, row.amounts.into())
    }
}

#[derive(Deserialize)]
pub(super) struct StorageRow {
    files: u64,
    file_bytes: u64,
    events: u64,
    event_bytes: u64,
}

impl From<StorageRow> for UsageStorage {
    fn from(row: StorageRow) -> Self {
        let StorageRow { files, file_bytes, events, event_bytes } = row;
        Self { files, file_bytes, events, event_bytes }
    }
}
