//! Signals.

use ids::{EventId, SignalId};

use crate::Timestamp;

/// Something a revenue team wants to know, with its proof.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// The id.
    pub signal_id: SignalId,
    /// Such as `budget` or `churn_risk`.
    pub kind: String,
    /// The customer's company, by name or domain.
    #[serde(default)]
    pub account: Option<String>,
    /// How sure the extractor is, 0 to 1.
    pub score: f64,
    /// The proof.
    pub evidence: Evidence,
    /// Where it was found.
    pub event_id: EventId,
    /// When it was found.
    pub created_at: Timestamp,
}

/// A verbatim slice of an event's source text.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The words.
    pub quote: String,
    /// Where they begin in the source text, in Unicode scalar values.
    pub start: u32,
    /// Where they end.
    pub end: u32,
    /// Which turn, from 0.
    pub turn: u32,
    /// Who said it.
    pub speaker: String,
    /// How far into the call, in milliseconds, where the provider says.
    #[serde(default)]
    pub at_ms: Option<u32>,
}

/// Names one signal.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct GetSignal {
    /// Which.
    pub signal_id: SignalId,
}

/// Asks for a page of signals, newest first.
#[mesh::message]
#[derive(Debug, Clone, Default)]
pub struct ListSignals {
    /// Only of this account.
    #[serde(default)]
    pub account: Option<String>,
    /// Only of this kind.
    #[serde(default)]
    pub kind: Option<String>,
    /// Only with at least this score.
    #[serde(default)]
    pub min_score: Option<f64>,
    /// Only found at or after this time.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// Only from this event.
    #[serde(default)]
    pub event_id: Option<EventId>,
    /// Only older than this signal.
    #[serde(default)]
    pub before: Option<SignalId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of signals.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct SignalPage {
    /// Newest first.
    pub items: Vec<Signal>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_before: Option<SignalId>,
}
