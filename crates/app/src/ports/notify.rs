//! Who is told what became of an event: subscriptions, the live feed.

use async_trait::async_trait;
use contracts::pipeline::rules::Notice;
use domain::EventStatus;
use ids::{EventId, TenantId};
use mesh::TraceContext;

use super::StoreError;

/// How an event ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledEvent {
    /// Which.
    pub event_id: EventId,
    /// Which run of it: 0 the first, one more with every replay.
    pub run: u32,
    /// A status for which [`EventStatus::is_settled`] holds.
    pub status: EventStatus,
    /// Why it was skipped, failed or dead.
    pub reason: Option<String>,
    /// How many signals are stored.
    pub signals_count: u32,
}

/// Is told of what can be read from now on. It is told at least once, and again by the retry of a step that was cut off,
/// so a notifier keeps what it did by the event's id, its run and what it was told.
#[async_trait(?Send)]
pub trait Notifier {
    /// The signals of an event are stored, all of them; a replay replaces them and says so again.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be taken down; it is told again.
    async fn signals_ready(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_id: EventId,
        run: u32,
    ) -> Result<(), StoreError>;

    /// Rules raised these, of an event; a replay says so again.
    ///
    /// # Errors
    /// As [`Notifier::signals_ready`].
    async fn notices_raised(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_id: EventId,
        notices: &[Notice],
    ) -> Result<(), StoreError>;

    /// An event has come to its end.
    ///
    /// # Errors
    /// As [`Notifier::signals_ready`].
    async fn event_settled(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event: &SettledEvent,
    ) -> Result<(), StoreError>;
}
