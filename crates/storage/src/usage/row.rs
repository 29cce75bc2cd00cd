//! Rows of usage.

use app::ports::Counted;
use contracts::pipeline::usage::{UsageAmounts, UsageStorage, UsageSubject};
use domain::usage::Grain;
use serde::{Deserialize, Serialize};

/// One count on its way in.
#[derive(Serialize)]
pub(super) struct CountRow<'a> {
    hours: u64,
    days: u64,
    kind: &'static str,
    name: &'a str,
    key: &'a str,
    #[serde(flatten)]
    amounts: AmountsRow,
}

impl<'a> CountRow<'a> {
    pub(super) fn of(counted: &'a Counted) -> Self {
        let (kind, name, key) = match &counted.of {
            UsageSubject::Requests { operation, key } => ("requests", operation, key.as_deref()),
            UsageSubject::Model { model } => ("model", model, None),
        };
        let at_ms = counted.at.unix_ms();
        Self {
            hours: Grain::Hours.of(at_ms),
            days: Grain::Days.of(at_ms),
            kind,
            name,
            key: key.unwrap_or_default(),
            amounts: counted.amounts.into(),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct AmountsRow {
    requests: u64,
    refused: u64,
    failed: u64,
    events: u64,
    model_calls: u64,
    tokens_in: u64,
    tokens_out: u64,
    cost_nanos: u64,
}

impl From<UsageAmounts> for AmountsRow {
    fn from(amounts: UsageAmounts) -> Self {
        let UsageAmounts {
            requests,
            refused,
            failed,
            events,
            model_calls,
            tokens_in,
            tokens_out,
            cost_nanos,
        } = amounts;
        Self { requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos }
    }
}

impl From<AmountsRow> for UsageAmounts {
    fn from(row: AmountsRow) -> Self {
        let AmountsRow { requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos } =
            row;
        Self { requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos }
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
