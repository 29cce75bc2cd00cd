//! Rows of signals, and their conversion to the ports' records.

use app::ports::{NewSignal, SignalRecord};
use contracts::Timestamp;
use domain::signal::{Evidence, Finding, UnknownSignalKind};
use ids::{EventId, SignalId};
use serde::{Deserialize, Serialize};

/// The bytes of JSON after which signals go into another statement; D1 takes 2 MB a parameter.
const CHUNK_BYTES: usize = 512 * 1024;

#[derive(Deserialize)]
pub(super) struct SignalRow {
    id: SignalId,
    event_id: EventId,
    kind: String,
    account: Option<String>,
    score: f64,
    quote: String,
    quote_start: usize,
    quote_end: usize,
    turn: usize,
    speaker: String,
    at_ms: Option<u64>,
    created_at: Timestamp,
}

impl TryFrom<SignalRow> for SignalRecord {
    type Error = UnknownSignalKind;

    fn try_from(row: SignalRow) -> Result<Self, UnknownSignalKind> {
        Ok(Self {
            signal: NewSignal {
                signal_id: row.id,
                account: row.account,
                finding: Finding {
                    kind: row.kind.parse()?,
                    score: row.score,
                    evidence: Evidence {
                        quote: row.quote,
                        start: row.quote_start,
                        end: row.quote_end,
                        turn: row.turn,
                        speaker: row.speaker,
                        at_ms: row.at_ms,
                    },
                },
            },
            event_id: row.event_id,
            created_at: row.created_at,
        })
    }
}

/// One signal of the JSON array that `queries/signals/insert.sql` takes apart.
#[derive(Serialize)]
struct SignalJson<'s> {
    id: SignalId,
    kind: &'static str,
    account: Option<&'s str>,
    score: f64,
    quote: &'s str,
    quote_start: usize,
    quote_end: usize,
    turn: usize,
    speaker: &'s str,
    at_ms: Option<u64>,
}

/// The signals as JSON arrays, each small enough for one parameter.
pub(super) fn chunks(signals: &[NewSignal]) -> Vec<String> {
    let mut chunks: Vec<String> = Vec::new();
    for NewSignal { signal_id, account, finding } in signals {
        let Evidence { quote, start, end, turn, speaker, at_ms } = &finding.evidence;
        let json = serde_json::json!(SignalJson {
            id: *signal_id,
            kind: finding.kind.as_str(),
            account: account.as_deref(),
            score: finding.score,
            quote,
            quote_start: *start,
            quote_end: *end,
            turn: *turn,
            speaker,
            at_ms: *at_ms,
        })
        .to_string();
        match chunks.last_mut() {
            Some(chunk) if chunk.len() + json.len() < CHUNK_BYTES => {
                chunk.push(',');
                chunk.push_str(&json);
            }
            _ => chunks.push(format!("[{json}")),
        }
    }
    for chunk in &mut chunks {
        chunk.push(']');
    }
    chunks
}
