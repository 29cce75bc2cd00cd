//! Events in memory, to be run again.

use app::ports::{
    BackfillCandidate, BackfillRange, BackfillStore, EventMessage, EventRecord, OutboxEntry, StoreError,
};
use async_trait::async_trait;
use contracts::Timestamp;
use domain::EventStatus;
use ids::{EventId, TenantId};

use super::events::MemoryEventStore;

const STORE: &str = "MEMORY_EVENTS";

fn within(range: &BackfillRange, record: &EventRecord) -> bool {
    let event = &record.event;
    let accepted = event.event_id.unix_ms();
    (range.from.unix_ms()..range.until.unix_ms()).contains(&accepted)
        && range.source.as_ref().is_none_or(|source| *source == event.source)
        && range.kind.as_ref().is_none_or(|kind| *kind == event.kind)
}

/// Operations for [`crate::Faults`]: `backfill.` and the method's name.
#[async_trait(?Send)]
impl BackfillStore for MemoryEventStore {
    async fn count(&self, tenant: TenantId, range: &BackfillRange) -> Result<u32, StoreError> {
        let act = || {
            let state = self.state.borrow();
            let found = state
                .events
                .iter()
                .filter(|((owner, _), stored)| *owner == tenant && within(range, &stored.record));
            Ok(found.count() as u32)
        };
        self.faults.around(STORE, "backfill.count", act).await
    }

    async fn candidates(
        &self,
        tenant: TenantId,
        range: &BackfillRange,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<BackfillCandidate>, StoreError> {
        let act = || {
            let state = self.state.borrow();
            let found = state.events.iter().filter(|((owner, event_id), stored)| {
                *owner == tenant
                    && within(range, &stored.record)
                    && after.is_none_or(|after| *event_id > after)
            });
            let found = found.take(limit as usize);
            let candidate = |((_, event_id), stored): (&(TenantId, EventId), &super::events::Stored)| {
                BackfillCandidate { event_id: *event_id, run: stored.record.run }
            };
            Ok(found.map(candidate).collect())
        };
        self.faults.around(STORE, "backfill.candidates", act).await
    }

    async fn rerun(
        &self,
        tenant: TenantId,
        candidate: &BackfillCandidate,
        now: Timestamp,
        sweep_at: Timestamp,
    ) -> Result<Option<EventMessage>, StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            let key = (tenant, candidate.event_id);
            let Some(stored) = state.events.get_mut(&key) else { return Ok(None) };
            let record = &mut stored.record;
            if record.run != candidate.run || !record.status.may_rerun() {
                return Ok(None);
            }
            stored.steps.clear();
            record.status = EventStatus::Received;
            record.run += 1;
            record.reason = None;
            record.updated_at = now;
            let entry = OutboxEntry {
                tenant,
                event_id: candidate.event_id,
                run: record.run,
                workflow: record.event.workflow,
                traceparent: record.event.traceparent.clone(),
                attempts: 0,
                handovers: 0,
                last_error: None,
                created_at: now,
            };
            let OutboxEntry { event_id, run, workflow, traceparent, .. } = entry.clone();
            state.outbox.insert(key, (sweep_at, entry));
            Ok(Some(EventMessage { tenant, event_id, run, workflow, traceparent }))
        };
        self.faults.around(STORE, "backfill.rerun", act).await
    }

    async fn last_run(&self, tenant: TenantId, event_id: EventId) -> Result<Option<u32>, StoreError> {
        let act = || Ok(self.state.borrow().events.get(&(tenant, event_id)).map(|stored| stored.record.run));
        self.faults.around(STORE, "backfill.last_run", act).await
    }
}
