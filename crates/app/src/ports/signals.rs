//! Signals.

use async_trait::async_trait;
use contracts::Timestamp;
use domain::signal::Finding;
use ids::{EventId, SignalId, TenantId};

use super::StoreError;

/// A signal to store.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSignal {
    /// The id; the same finding of the same event always has the same.
    pub signal_id: SignalId,
    /// The customer's company.
    pub account: Option<String>,
    /// What was found.
    pub finding: Finding,
}

/// A signal as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalRecord {
    /// What was stored.
    pub signal: NewSignal,
    /// Where it was found.
    pub event_id: EventId,
    /// When.
    pub created_at: Timestamp,
}

/// A query over signals, newest first. Absent fields do not narrow.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SignalQuery {
    /// Of this account.
    pub account: Option<String>,
    /// Of this kind, by name.
    pub kind: Option<String>,
    /// With at least this score.
    pub min_score: Option<f64>,
    /// Found at or after this time.
    pub since: Option<Timestamp>,
    /// From this event.
    pub event_id: Option<EventId>,
    /// Older than this signal.
    pub before: Option<SignalId>,
    /// At most this many.
    pub limit: u32,
}

/// Signals.
#[async_trait(?Send)]
pub trait SignalStore {
    /// Stores all signals of an event at once, in one transaction, in place of any stored before.
    async fn replace(
        &self,
        tenant: TenantId,
        event_id: EventId,
        signals: &[NewSignal],
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// One signal.
    async fn get(&self, tenant: TenantId, signal_id: SignalId) -> Result<Option<SignalRecord>, StoreError>;
    /// Signals, newest first.
    async fn list(&self, tenant: TenantId, query: &SignalQuery) -> Result<Vec<SignalRecord>, StoreError>;
}
