//! The memory adapters behind the simulation's stores: each operation is a durable write or a read that may fail before it
//! acted or after, and before and after which the process may crash.

use std::cell::Cell;
use std::rc::Rc;

use app::ports::{
    Archive, ArchivedObject, Clock, CreationKey, CrmEntry, CrmRecord, CrmStore, DeadLetterQuery,
    DeadLetterRecord, DeadLetterStore, EarlierKey, EmbeddedPassage, EventMessage, EventQueue, EventRecord,
    EventStore, EventTransition, IndexHit, Inserted, ListedObject, NewCrmChange, NewDeadLetter, NewEvent,
    NewSignal, NoticeQuery, Notifier, ObjectVersion, Origin, OutboxEntry, PassageIndex, Replay,
    ReplayOutcome, RuleCreated, RuleStore, SettledEvent, SignalQuery, SignalRecord, SignalStore, StepRecord,
    StoreError, Wanted, WorkflowStarter,
};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::ListEvents;
use contracts::pipeline::rules::{Notice, NoticeList, Rule, RuleDraft};
use contracts::pipeline::tenant_index::Forgotten;
use domain::crm::Entity;
use ids::{CrmRecordId, DeadLetterId, EventId, NoticeId, RuleId, SignalId, TenantId};
use mesh::{Runtime, TraceContext};
use mesh_sim::{NoAnswer, Queue, Store};
use test_kit::run;

/// A mistake that works as long as nothing fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mistake {
    None,
    /// A passage that is added again is another passage.
    DoublesPassages,
    /// What the sweep has looked at once is never looked at again.
    ForgetsTheOutbox,
    /// A workflow that is started again is another run.
    DoublesStarts,
    /// A notifier that does not answer counts as told.
    TellsOnce,
}

/// An adapter behind a store of the simulation.
pub(super) struct Shaky<P> {
    store: Store<()>,
    inner: P,
    mistake: Mistake,
    upserts: Cell<u32>,
}

impl<P> Shaky<P> {
    pub(super) fn new(store: Store<()>, inner: P, mistake: Mistake) -> Self {
        Self { store, inner, mistake, upserts: Cell::new(0) }
    }

    async fn write<R>(&self, act: impl Future<Output = Result<R, StoreError>>) -> Result<R, StoreError> {
        self.store.write(|()| run(act)).await.map_err(silent)?
    }

    async fn read<R>(&self, act: impl Future<Output = Result<R, StoreError>>) -> Result<R, StoreError> {
        self.store.read(|()| run(act)).await.map_err(silent)?
    }
}

fn silent(error: NoAnswer) -> StoreError {
    StoreError::new("SIMULATED", error)
}

#[async_trait(?Send)]
impl<P: EventStore> EventStore for Shaky<P> {
    async fn insert(
        &self,
        tenant: TenantId,
        event: &NewEvent,
        earlier: Option<&EarlierKey>,
        sweep_at: Timestamp,
    ) -> Result<Inserted, StoreError> {
        self.write(self.inner.insert(tenant, event, earlier, sweep_at)).await
    }

    async fn get(&self, tenant: TenantId, event_id: EventId) -> Result<Option<EventRecord>, StoreError> {
        self.read(self.inner.get(tenant, event_id)).await
    }

    async fn list(&self, tenant: TenantId, query: &ListEvents) -> Result<Vec<EventRecord>, StoreError> {
        self.read(self.inner.list(tenant, query)).await
    }

    async fn transition(
        &self,
        tenant: TenantId,
        event_id: EventId,
        change: &EventTransition,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(self.inner.transition(tenant, event_id, change, now)).await
    }

    async fn record_step(
        &self,
        tenant: TenantId,
        event_id: EventId,
        run: u32,
        step: &StepRecord,
    ) -> Result<(), StoreError> {
        self.write(self.inner.record_step(tenant, event_id, run, step)).await
    }

    async fn steps(&self, tenant: TenantId, event_id: EventId) -> Result<Vec<StepRecord>, StoreError> {
        self.read(self.inner.steps(tenant, event_id)).await
    }

    async fn due_outbox(&self, now: Timestamp, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        self.read(self.inner.due_outbox(now, limit)).await
    }

    async fn outbox_entry(
        &self,
        tenant: TenantId,
        event_id: EventId,
    ) -> Result<Option<OutboxEntry>, StoreError> {
        self.read(self.inner.outbox_entry(tenant, event_id)).await
    }

    async fn note_handover(
        &self,
        tenant: TenantId,
        event_id: EventId,
        attempt: u32,
        error: &str,
    ) -> Result<(), StoreError> {
        self.write(self.inner.note_handover(tenant, event_id, attempt, error)).await
    }

    async fn defer_outbox(
        &self,
        tenant: TenantId,
        event_id: EventId,
        next_attempt_at: Timestamp,
    ) -> Result<(), StoreError> {
        let never = Timestamp::from_unix_ms(next_attempt_at.unix_ms() * 2);
        let forgets = self.mistake == Mistake::ForgetsTheOutbox;
        self.write(self.inner.defer_outbox(tenant, event_id, if forgets { never } else { next_attempt_at }))
            .await
    }

    async fn outbox_depth(&self) -> Result<u32, StoreError> {
        self.read(self.inner.outbox_depth()).await
    }
}

#[async_trait(?Send)]
impl<P: DeadLetterStore> DeadLetterStore for Shaky<P> {
    async fn keep_unreadable(&self, letter: &NewDeadLetter) -> Result<(), StoreError> {
        self.write(self.inner.keep_unreadable(letter)).await
    }

    async fn get(&self, letter_id: DeadLetterId) -> Result<Option<DeadLetterRecord>, StoreError> {
        self.read(self.inner.get(letter_id)).await
    }

    async fn list(&self, query: &DeadLetterQuery) -> Result<Vec<DeadLetterRecord>, StoreError> {
        self.read(self.inner.list(query)).await
    }

    async fn replay(
        &self,
        tenant: TenantId,
        event_id: EventId,
        letter_id: DeadLetterId,
        replay: &Replay,
    ) -> Result<ReplayOutcome, StoreError> {
        self.write(self.inner.replay(tenant, event_id, letter_id, replay)).await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.write(self.inner.purge(now, limit)).await
    }
}

#[async_trait(?Send)]
impl<P: SignalStore> SignalStore for Shaky<P> {
    async fn replace(
        &self,
        tenant: TenantId,
        event_id: EventId,
        signals: &[NewSignal],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(self.inner.replace(tenant, event_id, signals, now)).await
    }

    async fn get(&self, tenant: TenantId, signal_id: SignalId) -> Result<Option<SignalRecord>, StoreError> {
        self.read(self.inner.get(tenant, signal_id)).await
    }

    async fn list(&self, tenant: TenantId, query: &SignalQuery) -> Result<Vec<SignalRecord>, StoreError> {
        self.read(self.inner.list(tenant, query)).await
    }
}

#[async_trait(?Send)]
impl<P: CrmStore> CrmStore for Shaky<P> {
    async fn add(
        &self,
        tenant: TenantId,
        event_id: EventId,
        changes: &[NewCrmChange],
    ) -> Result<(), StoreError> {
        self.write(self.inner.add(tenant, event_id, changes)).await
    }

    async fn get(
        &self,
        tenant: TenantId,
        entity: Entity,
        id: CrmRecordId,
    ) -> Result<Option<CrmRecord>, StoreError> {
        self.read(self.inner.get(tenant, entity, id)).await
    }

    async fn list(
        &self,
        tenant: TenantId,
        entity: Entity,
        before: Option<CrmRecordId>,
        limit: u32,
    ) -> Result<Vec<CrmRecord>, StoreError> {
        self.read(self.inner.list(tenant, entity, before, limit)).await
    }

    async fn timeline(
        &self,
        tenant: TenantId,
        id: CrmRecordId,
        field: Option<&str>,
        limit: u32,
    ) -> Result<Vec<CrmEntry>, StoreError> {
        self.read(self.inner.timeline(tenant, id, field, limit)).await
    }
}

#[async_trait(?Send)]
impl<P: Archive> Archive for Shaky<P> {
    async fn put(&self, key: &str, media_type: &str, body: Vec<u8>) -> Result<(), StoreError> {
        self.write(self.inner.put(key, media_type, body)).await
    }

    async fn put_if(
        &self,
        key: &str,
        media_type: &str,
        body: Vec<u8>,
        seen: Option<&ObjectVersion>,
    ) -> Result<bool, StoreError> {
        self.write(self.inner.put_if(key, media_type, body, seen)).await
    }

    async fn get(&self, key: &str) -> Result<Option<ArchivedObject>, StoreError> {
        self.read(self.inner.get(key)).await
    }

    async fn version(&self, key: &str) -> Result<Option<ObjectVersion>, StoreError> {
        self.read(self.inner.version(key)).await
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        self.write(self.inner.delete(keys)).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ListedObject>, StoreError> {
        self.read(self.inner.list(prefix, after, limit)).await
    }
}

#[async_trait(?Send)]
impl<P: PassageIndex> PassageIndex for Shaky<P> {
    async fn upsert(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        origin: &Origin,
        passages: &[EmbeddedPassage],
    ) -> Result<(), StoreError> {
        let mut passages = passages.to_vec();
        if self.mistake == Mistake::DoublesPassages {
            let nth = self.upserts.replace(self.upserts.get() + 1);
            passages.iter_mut().for_each(|passage| passage.id.push_str(&format!("#{nth}")));
        }
        self.write(self.inner.upsert(tenant, trace, origin, &passages)).await
    }

    async fn search(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        wanted: &Wanted,
    ) -> Result<Vec<IndexHit>, StoreError> {
        self.read(self.inner.search(tenant, trace, wanted)).await
    }

    async fn forget(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_id: Option<EventId>,
        at_most: u32,
    ) -> Result<Forgotten, StoreError> {
        self.write(self.inner.forget(tenant, trace, event_id, at_most)).await
    }
}

#[async_trait(?Send)]
impl<P: Notifier> Notifier for Shaky<P> {
    async fn signals_ready(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_id: EventId,
        run: u32,
    ) -> Result<(), StoreError> {
        let told = self.write(self.inner.signals_ready(tenant, trace, event_id, run)).await;
        if self.mistake == Mistake::TellsOnce { Ok(()) } else { told }
    }

    async fn notices_raised(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_id: EventId,
        notices: &[Notice],
    ) -> Result<(), StoreError> {
        let told = self.write(self.inner.notices_raised(tenant, trace, event_id, notices)).await;
        if self.mistake == Mistake::TellsOnce { Ok(()) } else { told }
    }

    async fn event_settled(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event: &SettledEvent,
    ) -> Result<(), StoreError> {
        let told = self.write(self.inner.event_settled(tenant, trace, event)).await;
        if self.mistake == Mistake::TellsOnce { Ok(()) } else { told }
    }
}

#[async_trait(?Send)]
impl<P: WorkflowStarter> WorkflowStarter for Shaky<P> {
    async fn start(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        key: &str,
        workflow: &str,
        params: &serde_json::Value,
    ) -> Result<Result<String, String>, StoreError> {
        let nth = self.upserts.replace(self.upserts.get() + 1);
        let another = format!("{key}#{nth}");
        let key = if self.mistake == Mistake::DoublesStarts { another.as_str() } else { key };
        self.write(self.inner.start(tenant, trace, key, workflow, params)).await
    }
}

#[async_trait(?Send)]
impl<P: RuleStore> RuleStore for Shaky<P> {
    async fn create(
        &self,
        tenant: TenantId,
        rule: &Rule,
        key: Option<&CreationKey>,
        most: u32,
    ) -> Result<RuleCreated, StoreError> {
        self.write(self.inner.create(tenant, rule, key, most)).await
    }

    async fn get(&self, tenant: TenantId, rule_id: RuleId) -> Result<Option<Rule>, StoreError> {
        self.read(self.inner.get(tenant, rule_id)).await
    }

    async fn list(
        &self,
        tenant: TenantId,
        before: Option<RuleId>,
        limit: u32,
    ) -> Result<Vec<Rule>, StoreError> {
        self.read(self.inner.list(tenant, before, limit)).await
    }

    async fn enabled(&self, tenant: TenantId) -> Result<Vec<Rule>, StoreError> {
        self.read(self.inner.enabled(tenant)).await
    }

    async fn replace(
        &self,
        tenant: TenantId,
        rule_id: RuleId,
        version: u32,
        draft: &RuleDraft,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(self.inner.replace(tenant, rule_id, version, draft, now)).await
    }

    async fn delete(&self, tenant: TenantId, rule_id: RuleId) -> Result<bool, StoreError> {
        self.write(self.inner.delete(tenant, rule_id)).await
    }

    async fn raise(&self, tenant: TenantId, notices: &[Notice]) -> Result<(), StoreError> {
        self.write(self.inner.raise(tenant, notices)).await
    }

    async fn raised_of(&self, tenant: TenantId, event_id: EventId) -> Result<Vec<Notice>, StoreError> {
        self.read(self.inner.raised_of(tenant, event_id)).await
    }

    async fn has_raised(
        &self,
        tenant: TenantId,
        rule_id: RuleId,
        account: Option<&str>,
        since: Timestamp,
        besides: EventId,
    ) -> Result<bool, StoreError> {
        self.read(self.inner.has_raised(tenant, rule_id, account, since, besides)).await
    }

    async fn notices(&self, tenant: TenantId, query: &NoticeQuery) -> Result<Vec<Notice>, StoreError> {
        self.read(self.inner.notices(tenant, query)).await
    }

    async fn settle(
        &self,
        tenant: TenantId,
        list: NoticeList,
        notice_id: NoticeId,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<Notice>, StoreError> {
        self.write(self.inner.settle(tenant, list, notice_id, by, now)).await
    }
}

/// The queue before its sender: a message that is sent may be lost, or come twice.
pub(super) struct ShakyQueue {
    pub(super) queue: Queue<EventMessage>,
    pub(super) store: Store<()>,
}

#[async_trait(?Send)]
impl EventQueue for ShakyQueue {
    async fn send(&self, messages: &[EventMessage]) -> Result<(), StoreError> {
        self.store.write(|()| ()).await.map_err(silent)?;
        for message in messages {
            self.queue.send(message.clone()).await;
        }
        Ok(())
    }
}

/// The virtual time.
pub(super) struct SimClock(pub(super) Rc<dyn Runtime>);

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.now_ms())
    }
}
