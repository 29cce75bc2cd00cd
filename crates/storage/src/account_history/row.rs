//! Rows of an account's history, and their conversion to the ports' records.

use app::ports::{AccountEvent, AccountSignal};
use contracts::Timestamp;
use ids::EventId;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct EventRow {
    id: EventId,
    at: Timestamp,
    title: String,
    assessment: Option<String>,
    signals_count: u32,
}

/// What a report shows of an assessment.
#[derive(Deserialize)]
struct Assessed {
    headline: String,
    qualification: f64,
    risk: f64,
}

impl TryFrom<EventRow> for AccountEvent {
    type Error = String;

    fn try_from(row: EventRow) -> Result<Self, String> {
        let assessed: Option<Assessed> = row
            .assessment
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|error| format!("`events.assessment`: {error}"))?;
        let (headline, qualification, risk) = match assessed {
            Some(assessed) => (Some(assessed.headline), Some(assessed.qualification), Some(assessed.risk)),
            None => (None, None, None),
        };
        Ok(Self {
            event_id: row.id,
            at: row.at,
            title: row.title,
            headline,
            qualification,
            risk,
            signals: row.signals_count,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct SignalRow {
    kind: String,
    score: f64,
    quote: String,
    speaker: String,
    event_id: EventId,
    at: Timestamp,
}

impl From<SignalRow> for AccountSignal {
    fn from(row: SignalRow) -> Self {
        let SignalRow { kind, score, quote, speaker, event_id, at } = row;
        Self { kind, score, quote, speaker, event_id, at }
    }
}

#[derive(Deserialize)]
pub(super) struct SignalCountRow {
    kind: String,
    bucket: u32,
    count: u32,
}

impl From<SignalCountRow> for (String, u32, u32) {
    fn from(row: SignalCountRow) -> Self {
        (row.kind, row.bucket, row.count)
    }
}

#[derive(Deserialize)]
pub(super) struct EventCountRow {
    bucket: u32,
    count: u32,
}

impl From<EventCountRow> for (u32, u32) {
    fn from(row: EventCountRow) -> Self {
        (row.bucket, row.count)
    }
}
