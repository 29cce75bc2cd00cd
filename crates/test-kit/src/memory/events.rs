//! Events, their steps and the outbox in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::{
    DeadLetterRecord, EarlierKey, EventFinder, EventRecord, EventStore, EventTransition, Inserted, NewEvent,
    OutboxEntry, StepRecord, StoreError,
};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::ListEvents;
use contracts::pipeline::operations::FindEvents;
use domain::event::EventStatus;
use ids::{DeadLetterId, EventId, TenantId};

use crate::Faults;

const STORE: &str = "MEMORY_EVENTS";

/// Events in memory. Operations for [`Faults`]: `events.` and the method's name.
#[derive(Debug, Clone, Default)]
pub struct MemoryEventStore {
    pub(super) faults: Faults,
    pub(super) state: Rc<RefCell<State>>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) events: BTreeMap<(TenantId, EventId), Stored>,
    /// An event's entry and when it is due.
    pub(super) outbox: BTreeMap<(TenantId, EventId), (Timestamp, OutboxEntry)>,
    /// Without how their events stand, which is looked up when they are read.
    pub(super) letters: BTreeMap<DeadLetterId, DeadLetterRecord>,
}

#[derive(Debug)]
pub(super) struct Stored {
    pub(super) record: EventRecord,
    pub(super) steps: BTreeMap<String, StepRecord>,
}

impl MemoryEventStore {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..Self::default() }
    }

    /// Every event of every tenant, oldest first. For a test's look from outside.
    #[must_use]
    pub fn all(&self) -> Vec<(TenantId, EventRecord)> {
        let state = self.state.borrow();
        let mut all: Vec<_> =
            state.events.iter().map(|((tenant, _), stored)| (*tenant, stored.record.clone())).collect();
        all.sort_by_key(|(_, record)| record.event.event_id);
        all
    }

    /// Whether the tenant has the event.
    pub(super) fn has(&self, tenant: TenantId, event_id: EventId) -> bool {
        self.state.borrow().events.contains_key(&(tenant, event_id))
    }
}

pub(super) fn no_such_event(store: &'static str, event_id: EventId) -> StoreError {
    StoreError::new(store, format!("the tenant has no event `{event_id}`"))
}

impl State {
    fn insert(
        &mut self,
        tenant: TenantId,
        event: &NewEvent,
        earlier: Option<&EarlierKey>,
        sweep_at: Timestamp,
    ) -> Result<Inserted, StoreError> {
        let own_key = |stored: &Stored| stored.record.event.delivery_key == event.delivery_key;
        let earlier_key = |stored: &Stored| {
            let known = &stored.record.event;
            earlier
                .is_some_and(|earlier| known.delivery_key == earlier.key && known.received_at > earlier.after)
        };
        let own = self.events.iter().any(|((owner, _), stored)| *owner == tenant && own_key(stored));
        let same_key = |((owner, _), stored): &(&(TenantId, EventId), &Stored)| {
            *owner == tenant && if own { own_key(stored) } else { earlier_key(stored) }
        };
        if let Some((_, stored)) = self.events.iter().find(same_key) {
            let NewEvent { event_id, content_sha256, .. } = &stored.record.event;
            if *event_id == event.event_id {
                return Ok(Inserted::New);
            }
            return Ok(Inserted::Existing { event_id: *event_id, content_sha256: content_sha256.clone() });
        }
        if self.events.keys().any(|(_, event_id)| *event_id == event.event_id) {
            return Err(StoreError::new(
                STORE,
                format!("event id `{}` is taken by another delivery", event.event_id),
            ));
        }
        let record = EventRecord {
            event: event.clone(),
            run: 0,
            status: EventStatus::Received,
            reason: None,
            title: None,
            account: None,
            signals_count: 0,
            assessment: None,
            updated_at: event.received_at,
        };
        let entry = OutboxEntry {
            tenant,
            event_id: event.event_id,
            run: 0,
            workflow: event.workflow,
            traceparent: event.traceparent.clone(),
            attempts: 0,
            handovers: 0,
            last_error: None,
            created_at: event.received_at,
        };
        self.events.insert((tenant, event.event_id), Stored { record, steps: BTreeMap::new() });
        self.outbox.insert((tenant, event.event_id), (sweep_at, entry));
        Ok(Inserted::New)
    }

    fn transition(&mut self, key: (TenantId, EventId), change: &EventTransition, now: Timestamp) -> bool {
        let Some(Stored { record, .. }) = self.events.get_mut(&key) else {
            return false;
        };
        if !record.status.allows(change.status) || change.run.is_some_and(|run| run != record.run) {
            return false;
        }
        let EventTransition { status, run: _, reason, title, account, signals_count, assessment, letter } =
            change.clone();
        record.status = status;
        record.reason = reason.or(record.reason.take());
        record.title = title.or(record.title.take());
        record.account = account.or(record.account.take());
        record.signals_count = signals_count.unwrap_or(record.signals_count);
        record.assessment = assessment.or(record.assessment.take());
        record.updated_at = now;
        if let Some(letter) = letter {
            let record = DeadLetterRecord {
                letter: *letter,
                tenant: Some(key.0),
                event_id: Some(key.1),
                run: record.run,
                traceparent: Some(record.event.traceparent.clone()),
                event: None,
                replayed: None,
            };
            self.keep(record);
        }
        if status.is_settled() {
            self.outbox.remove(&key);
        }
        true
    }

    fn list(&self, tenant: TenantId, query: &ListEvents) -> Vec<EventRecord> {
        let is = |wanted: &Option<String>, value: &str| wanted.as_ref().is_none_or(|wanted| wanted == value);
        let of_tenant = self.events.iter().rev().filter(|((owner, _), _)| *owner == tenant);
        of_tenant
            .map(|(_, stored)| &stored.record)
            .filter(|record| is(&query.status, record.status.as_str()))
            .filter(|record| is(&query.source, &record.event.source))
            .filter(|record| is(&query.kind, &record.event.kind))
            .filter(|record| query.before.is_none_or(|before| record.event.event_id < before))
            .take(query.limit as usize)
            .cloned()
            .collect()
    }

    fn record_step(
        &mut self,
        key: (TenantId, EventId),
        run: u32,
        step: &StepRecord,
    ) -> Result<(), StoreError> {
        let of_run = |stored: &&mut Stored| stored.record.run == run;
        let stored = self.events.get_mut(&key).filter(of_run).ok_or_else(|| no_such_event(STORE, key.1))?;
        let first_start = stored.steps.get(&step.name).map_or(step.started_at, |known| known.started_at);
        let step = StepRecord { started_at: step.started_at.min(first_start), ..step.clone() };
        stored.steps.insert(step.name.clone(), step);
        Ok(())
    }

    fn steps(&self, key: (TenantId, EventId)) -> Vec<StepRecord> {
        let mut steps: Vec<_> =
            self.events.get(&key).into_iter().flat_map(|stored| stored.steps.values().cloned()).collect();
        steps.sort_by_key(|step| step.position);
        steps
    }

    fn due(&self, now: Timestamp, limit: u32) -> Vec<OutboxEntry> {
        let mut due: Vec<_> = self.outbox.values().filter(|(due, _)| *due <= now).collect();
        due.sort_by_key(|(due, entry)| (*due, entry.event_id));
        due.into_iter().take(limit as usize).map(|(_, entry)| entry.clone()).collect()
    }
}

#[async_trait(?Send)]
impl EventStore for MemoryEventStore {
    async fn insert(
        &self,
        tenant: TenantId,
        event: &NewEvent,
        earlier: Option<&EarlierKey>,
        sweep_at: Timestamp,
    ) -> Result<Inserted, StoreError> {
        let act = || self.state.borrow_mut().insert(tenant, event, earlier, sweep_at);
        self.faults.around(STORE, "events.insert", act).await
    }

    async fn get(&self, tenant: TenantId, event_id: EventId) -> Result<Option<EventRecord>, StoreError> {
        let act =
            || Ok(self.state.borrow().events.get(&(tenant, event_id)).map(|stored| stored.record.clone()));
        self.faults.around(STORE, "events.get", act).await
    }

    async fn list(&self, tenant: TenantId, query: &ListEvents) -> Result<Vec<EventRecord>, StoreError> {
        self.faults.around(STORE, "events.list", || Ok(self.state.borrow().list(tenant, query))).await
    }

    async fn transition(
        &self,
        tenant: TenantId,
        event_id: EventId,
        change: &EventTransition,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let act = || Ok(self.state.borrow_mut().transition((tenant, event_id), change, now));
        self.faults.around(STORE, "events.transition", act).await
    }

    async fn record_step(
        &self,
        tenant: TenantId,
        event_id: EventId,
        run: u32,
        step: &StepRecord,
    ) -> Result<(), StoreError> {
        let act = || self.state.borrow_mut().record_step((tenant, event_id), run, step);
        self.faults.around(STORE, "events.record_step", act).await
    }

    async fn steps(&self, tenant: TenantId, event_id: EventId) -> Result<Vec<StepRecord>, StoreError> {
        self.faults.around(STORE, "events.steps", || Ok(self.state.borrow().steps((tenant, event_id)))).await
    }

    async fn due_outbox(&self, now: Timestamp, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        self.faults.around(STORE, "events.due_outbox", || Ok(self.state.borrow().due(now, limit))).await
    }

    async fn outbox_entry(
        &self,
        tenant: TenantId,
        event_id: EventId,
    ) -> Result<Option<OutboxEntry>, StoreError> {
        let act = || Ok(self.state.borrow().outbox.get(&(tenant, event_id)).map(|(_, entry)| entry.clone()));
        self.faults.around(STORE, "events.outbox_entry", act).await
    }

    async fn note_handover(
        &self,
        tenant: TenantId,
        event_id: EventId,
        attempt: u32,
        error: &str,
    ) -> Result<(), StoreError> {
        let act = || {
            if let Some((_, entry)) = self.state.borrow_mut().outbox.get_mut(&(tenant, event_id)) {
                entry.handovers = entry.handovers.max(attempt);
                entry.last_error = Some(error.to_owned());
            }
            Ok(())
        };
        self.faults.around(STORE, "events.note_handover", act).await
    }

    async fn defer_outbox(
        &self,
        tenant: TenantId,
        event_id: EventId,
        next_attempt_at: Timestamp,
    ) -> Result<(), StoreError> {
        let act = || {
            if let Some((due, entry)) = self.state.borrow_mut().outbox.get_mut(&(tenant, event_id)) {
                *due = next_attempt_at;
                entry.attempts += 1;
            }
            Ok(())
        };
        self.faults.around(STORE, "events.defer_outbox", act).await
    }

    async fn outbox_depth(&self) -> Result<u32, StoreError> {
        self.faults.around(STORE, "events.outbox_depth", || Ok(self.state.borrow().outbox.len() as u32)).await
    }
}

#[async_trait(?Send)]
impl EventFinder for MemoryEventStore {
    async fn find(&self, query: &FindEvents) -> Result<Vec<(TenantId, EventRecord)>, StoreError> {
        let act = || {
            let state = self.state.borrow();
            let FindEvents { tenant, status, source, before, since, until, limit } = query;
            let mut found: Vec<_> = state
                .events
                .iter()
                .map(|((owner, _), stored)| (*owner, stored.record.clone()))
                .filter(|(owner, _)| tenant.is_none_or(|wanted| wanted == *owner))
                .filter(|(_, record)| status.as_ref().is_none_or(|wanted| wanted == record.status.as_str()))
                .filter(|(_, record)| source.as_ref().is_none_or(|wanted| *wanted == record.event.source))
                .filter(|(_, record)| before.is_none_or(|before| record.event.event_id < before))
                .filter(|(_, record)| {
                    let at = record.event.event_id.unix_ms();
                    since.is_none_or(|since| at >= since.unix_ms())
                        && until.is_none_or(|until| at < until.unix_ms())
                })
                .collect();
            found.sort_by_key(|(_, record)| std::cmp::Reverse(record.event.event_id));
            found.truncate(*limit as usize);
            Ok(found)
        };
        self.faults.around(STORE, "events.find", act).await
    }

    async fn owner(&self, event_id: EventId) -> Result<Option<TenantId>, StoreError> {
        let state = self.state.borrow();
        Ok(state.events.keys().find(|(_, known)| *known == event_id).map(|(owner, _)| *owner))
    }

    async fn letters(
        &self,
        tenant: TenantId,
        event_id: EventId,
    ) -> Result<Vec<(u32, DeadLetterId)>, StoreError> {
        let state = self.state.borrow();
        let own =
            |letter: &&DeadLetterRecord| letter.tenant == Some(tenant) && letter.event_id == Some(event_id);
        let found = state.letters.values().filter(own);
        let mut found: Vec<_> = found.map(|letter| (letter.run, letter.letter.letter_id)).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// Signals and subscriptions are kept elsewhere in memory: what is found here are the first runs of events.
    async fn locate(&self, id: &str) -> Result<Option<(TenantId, Option<EventId>)>, StoreError> {
        let state = self.state.borrow();
        let found = state.events.keys().find(|(_, known)| known.to_string() == id);
        Ok(found.map(|(owner, event_id)| (*owner, Some(*event_id))))
    }
}
