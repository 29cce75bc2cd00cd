//! Dead letters in memory, in the store of their events: a letter and its event change together.

use app::ports::{
    DeadLetterQuery, DeadLetterRecord, DeadLetterStore, NewDeadLetter, OutboxEntry, Replay, ReplayOutcome,
    StoreError,
};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{DeadLetterId, EventId, TenantId};

use super::events::{MemoryEventStore, State, no_such_event};

const STORE: &str = "MEMORY_DEAD_LETTERS";

impl State {
    /// Keeps a letter, unless it is known or its event's run has one.
    pub(super) fn keep(&mut self, record: DeadLetterRecord) {
        let same = |known: &DeadLetterRecord| {
            known.event_id.is_some() && (known.event_id, known.run) == (record.event_id, record.run)
        };
        if !self.letters.values().any(same) {
            self.letters.entry(record.letter.letter_id).or_insert(record);
        }
    }

    /// A letter with how its event stands.
    fn read(&self, record: &DeadLetterRecord) -> DeadLetterRecord {
        let event = record.tenant.zip(record.event_id).and_then(|key| self.events.get(&key));
        let event = event.map(|stored| (stored.record.status, stored.record.run));
        DeadLetterRecord { event, ..record.clone() }
    }

    fn replay(
        &mut self,
        key: (TenantId, EventId),
        letter_id: DeadLetterId,
        replay: &Replay,
    ) -> Result<ReplayOutcome, StoreError> {
        let of_event =
            |letter: &&mut DeadLetterRecord| (letter.tenant, letter.event_id) == (Some(key.0), Some(key.1));
        let letter =
            self.letters.get_mut(&letter_id).filter(of_event).ok_or_else(|| {
                StoreError::new(STORE, format!("the event has no dead letter `{letter_id}`"))
            })?;
        let stored = self.events.get_mut(&key).ok_or_else(|| no_such_event(STORE, key.1))?;
        if stored.record.run != letter.run {
            return Ok(ReplayOutcome::Before);
        }
        let status = match stored.record.status.replay() {
            Ok(status) => status,
            Err(refusal) => return Ok(ReplayOutcome::Refused { status: refusal.status }),
        };
        stored.steps.clear();
        let record = &mut stored.record;
        (record.status, record.run, record.reason, record.updated_at) =
            (status, record.run + 1, None, replay.at);
        let workflow = record.event.workflow;
        let entry = OutboxEntry {
            tenant: key.0,
            event_id: key.1,
            run: record.run,
            workflow,
            traceparent: record.event.traceparent.clone(),
            attempts: 0,
            handovers: 0,
            last_error: None,
            created_at: replay.at,
        };
        letter.replayed = Some(replay.clone());
        self.outbox.insert(key, (replay.at, entry));
        Ok(ReplayOutcome::Begun { workflow })
    }

    fn purge(&mut self, now: Timestamp, limit: u32) -> u32 {
        let mut due: Vec<_> = self.letters.values().map(|known| &known.letter).collect();
        due.retain(|letter| letter.expires_at <= now);
        due.sort_by_key(|letter| letter.expires_at);
        let due: Vec<_> = due.into_iter().take(limit as usize).map(|letter| letter.letter_id).collect();
        due.iter().for_each(|letter_id| drop(self.letters.remove(letter_id)));
        due.len() as u32
    }
}

/// Operations for [`crate::Faults`]: `letters.` and the method's name.
#[async_trait(?Send)]
impl DeadLetterStore for MemoryEventStore {
    async fn keep_unreadable(&self, letter: &NewDeadLetter) -> Result<(), StoreError> {
        let record = DeadLetterRecord {
            letter: letter.clone(),
            tenant: None,
            event_id: None,
            run: 0,
            traceparent: None,
            event: None,
            replayed: None,
        };
        let act = || {
            self.state.borrow_mut().keep(record);
            Ok(())
        };
        self.faults.around(STORE, "letters.keep_unreadable", act).await
    }

    async fn get(&self, letter_id: DeadLetterId) -> Result<Option<DeadLetterRecord>, StoreError> {
        let act = || {
            let state = self.state.borrow();
            Ok(state.letters.get(&letter_id).map(|record| state.read(record)))
        };
        self.faults.around(STORE, "letters.get", act).await
    }

    async fn list(&self, query: &DeadLetterQuery) -> Result<Vec<DeadLetterRecord>, StoreError> {
        let act = || {
            let state = self.state.borrow();
            let newest = state.letters.values().rev().filter(|known| {
                query.tenant.is_none_or(|tenant| known.tenant == Some(tenant))
                    && query.cause.is_none_or(|cause| known.letter.cause == cause)
                    && query.group.as_ref().is_none_or(|group| {
                        known.letter.group.as_ref().is_some_and(|known| known.fingerprint == *group)
                    })
                    && query.before.is_none_or(|before| known.letter.letter_id < before)
            });
            Ok(newest.take(query.limit as usize).map(|record| state.read(record)).collect())
        };
        self.faults.around(STORE, "letters.list", act).await
    }

    async fn replay(
        &self,
        tenant: TenantId,
        event_id: EventId,
        letter_id: DeadLetterId,
        replay: &Replay,
    ) -> Result<ReplayOutcome, StoreError> {
        let act = || self.state.borrow_mut().replay((tenant, event_id), letter_id, replay);
        self.faults.around(STORE, "letters.replay", act).await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let act = || Ok(self.state.borrow_mut().purge(now, limit));
        self.faults.around(STORE, "letters.purge", act).await
    }
}
