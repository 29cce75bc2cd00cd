//! Events of a range, to be run again.

use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EventId, TenantId};

use super::{EventMessage, StoreError};

/// Which events: by when they were accepted, and narrowed by what is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackfillRange {
    /// From when.
    pub from: Timestamp,
    /// Until before when.
    pub until: Timestamp,
    /// Only of this source.
    pub source: Option<String>,
    /// Only of this type.
    pub kind: Option<String>,
}

/// An event of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackfillCandidate {
    /// Which.
    pub event_id: EventId,
    /// Which run of it is under way, or was the last.
    pub run: u32,
}

/// Events of a range.
#[async_trait(?Send)]
pub trait BackfillStore {
    /// How many events the range has.
    async fn count(&self, tenant: TenantId, range: &BackfillRange) -> Result<u32, StoreError>;
    /// At most `limit` events of the range in the order of their ids, those after `after`.
    async fn candidates(
        &self,
        tenant: TenantId,
        range: &BackfillRange,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<BackfillCandidate>, StoreError>;
    /// Begins the run after `run` of an event, if that one is the last and is over: the event is `received` again, its
    /// steps are forgotten, and its outbox entry is open and due at `sweep_at`, all or none. Answers with what the queue
    /// is to be told, or nothing where it was not so. Asking twice begins one run.
    async fn rerun(
        &self,
        tenant: TenantId,
        candidate: &BackfillCandidate,
        now: Timestamp,
        sweep_at: Timestamp,
    ) -> Result<Option<EventMessage>, StoreError>;
    /// The last run of an event; none where the tenant has no such event.
    async fn last_run(&self, tenant: TenantId, event_id: EventId) -> Result<Option<u32>, StoreError>;
}
