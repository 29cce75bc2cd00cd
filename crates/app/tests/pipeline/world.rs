//! A pipeline over memory stores, with the real extractor and the real model, called through the real encoding.

use std::cell::Cell;
use std::rc::Rc;

use app::pipeline::{
    CallIngest, CrmChange, Delivery, EventInstances, HandoverPorts, IntakeService, PipelinePorts,
    TasksService, Verdict, bury, hand_over, sweep,
};
use app::ports::{
    Clock, EventMessage, ExtractError, Extraction, Extractor, IngestInstances, InstanceState, ModelCall,
    SignalStore, Spending, StoreError,
};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::{
    EventDetail, GetEvent, IngestEvent, IngestEventError, IngestReceipt, IntakeClient, IntakeDispatch,
    ListSignals, Signal, TasksClient, TasksDispatch,
};
use contracts::{Actor, TenantCall, TenantScope};
use embedded::adapters::{RulesExtractor, StaticEmbedder};
use embedded::embedding::StaticModel;
use ids::{EndpointId, EventId, TenantId};
use mesh::loopback::Loopback;
use mesh::{CallContext, CallError, Deadline, TraceContext};
use mesh_sim::Sim;
use test_kit::{
    FakeClock, Faults, Fixtures, MemoryArchive, MemoryCrm, MemoryEventStore, MemoryHistories, MemoryIndex,
    MemoryInstances, MemoryNotifier, MemoryQueue, MemoryRules, MemorySignalStore, MemoryStarts, MemoryUsage,
    SeededRandom,
};
use transcript::Document;

pub(crate) struct World {
    pub(crate) clock: FakeClock,
    pub(crate) faults: Faults,
    pub(crate) queue: MemoryQueue,
    pub(crate) instances: MemoryInstances,
    pub(crate) index: MemoryIndex,
    pub(crate) events: MemoryEventStore,
    pub(crate) archive: MemoryArchive,
    pub(crate) notifier: MemoryNotifier,
    pub(crate) crm: MemoryCrm,
    pub(crate) signal_store: Rc<dyn SignalStore>,
    pub(crate) rules: MemoryRules,
    pub(crate) starts: MemoryStarts,
    pub(crate) tenant: TenantId,
    pub(crate) other: TenantId,
    pub(crate) endpoint: EndpointId,
    extractor: Counting,
    pub(crate) usage: MemoryUsage,
    pub(crate) histories: MemoryHistories,
    pub(crate) ports: PipelinePorts,
}

/// The real extractor, and how often it was asked to extract.
#[derive(Clone, Default)]
struct Counting(Rc<Cell<u32>>);

#[async_trait(?Send)]
impl Extractor for Counting {
    async fn prefilter(&self, document: &Document) -> Result<Vec<(usize, usize)>, StoreError> {
        RulesExtractor.prefilter(document).await
    }

    async fn extract(
        &self,
        document: &Document,
        turns: &[(usize, usize)],
        spending: &Spending,
    ) -> Result<Extraction, ExtractError> {
        self.0.set(self.0.get() + 1);
        // It costs as if a model had been asked.
        spending.note(ModelCall { model: "counting".into(), tokens_in: 100, tokens_out: 5, cost_nanos: 7 });
        RulesExtractor.extract(document, turns, spending).await
    }
}

thread_local! {
    /// The real model, made once a thread.
    pub(crate) static MODEL: Rc<StaticModel> = Rc::new(
        StaticModel::new(
            include_bytes!("../../../embedded/model/static-minilm.safetensors").as_slice(),
            include_str!("../../../embedded/model/vocab.txt"),
        )
        .expect("the model is whole"),
    );
}

impl World {
    pub(crate) fn new() -> Self {
        let (clock, faults, fixtures) = (FakeClock::default(), Faults::default(), Fixtures::new(1));
        let queue = MemoryQueue::with_faults(&faults);
        let instances = MemoryInstances::with_faults(&faults);
        let index = MemoryIndex::with_faults(&faults);
        let events = MemoryEventStore::with_faults(&faults);
        let (archive, notifier) = (MemoryArchive::with_faults(&faults), MemoryNotifier::with_faults(&faults));
        let signal_store: Rc<dyn SignalStore> = Rc::new(MemorySignalStore::with_faults(&events, &faults));
        let (rules, starts) = (MemoryRules::with_faults(&faults), MemoryStarts::with_faults(&faults));
        let extractor = Counting::default();
        let usage = MemoryUsage::default();
        let histories = MemoryHistories::with_faults(&events, &faults);
        let ports = PipelinePorts {
            events: Rc::new(events.clone()),
            histories: Rc::new(histories.clone()),
            signals: signal_store.clone(),
            rules: Rc::new(rules.clone()),
            starter: Rc::new(starts.clone()),
            archive: Rc::new(archive.clone()),
            queue: Rc::new(queue.clone()),
            extractor: Rc::new(extractor.clone()),
            usage: Rc::new(usage.clone()),
            embedder: Rc::new(StaticEmbedder::lazy(|| Ok(MODEL.with(Rc::clone)))),
            index: Rc::new(index.clone()),
            notifiers: Rc::new([Rc::new(notifier.clone())]),
            clock: Rc::new(clock.clone()),
            random: Rc::new(SeededRandom::new(7)),
        };
        let (tenant, other) = (fixtures.tenant(), fixtures.tenant());
        let endpoint = EndpointId::from_parts(1, [9; 10]);
        Self {
            clock,
            faults: faults.clone(),
            queue,
            instances,
            index,
            events,
            archive,
            notifier,
            crm: MemoryCrm::with_faults(&faults),
            signal_store,
            rules,
            starts,
            tenant,
            other,
            endpoint,
            extractor,
            usage,
            histories,
            ports,
        }
    }

    pub(crate) fn context(&self, tenant: TenantId, actor: Actor) -> TenantCall {
        let deadline = Deadline::after(self.clock.now().unix_ms(), 30_000);
        CallContext::new(TenantScope { tenant, actor }, TraceContext::from_random([5; 24]), deadline, "test")
    }

    pub(crate) fn intake(&self) -> IntakeClient<Loopback> {
        let clock = self.clock.clone();
        let dispatch = IntakeDispatch(IntakeService(self.ports.clone()));
        IntakeClient::over(Loopback::new(dispatch, move || clock.now().unix_ms()))
    }

    pub(crate) fn tasks(&self) -> TasksClient<Loopback> {
        let clock = self.clock.clone();
        let dispatch = TasksDispatch(TasksService(self.ports.clone()));
        TasksClient::over(Loopback::new(dispatch, move || clock.now().unix_ms()))
    }

    /// A delivery through the endpoint.
    pub(crate) async fn deliver(
        &self,
        delivery_id: Option<&str>,
        body: &str,
    ) -> Result<IngestReceipt, CallError<IngestEventError>> {
        let context = self.context(self.tenant, Actor::Endpoint(self.endpoint));
        self.intake().ingest_event(&context, event(delivery_id, body)).await
    }

    /// How often anything was extracted.
    pub(crate) fn extractions(&self) -> u32 {
        self.extractor.0.get()
    }

    pub(crate) fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What the queue's consumer does with what waits.
    pub(crate) async fn consume(&self) {
        let waiting: Vec<_> =
            self.queue.take().into_iter().map(|message| self.delivery(message, 1)).collect();
        // A failed start is redelivered by the platform; here the sweep has to do.
        hand_over(&self.handover(), &waiting).await;
    }

    pub(crate) fn delivery(&self, message: EventMessage, attempt: u32) -> Delivery {
        let message_id = message.event_id.to_string();
        Delivery { message_id, sent_at: self.clock.now(), attempt, body: Ok(message) }
    }

    /// What the consumer of the dead-letter queue does with these messages.
    pub(crate) async fn bury(&self, messages: Vec<EventMessage>) -> Vec<Verdict> {
        let deliveries: Vec<_> = messages.into_iter().map(|message| self.delivery(message, 1)).collect();
        bury(&self.handover(), &deliveries).await
    }

    pub(crate) fn handover(&self) -> HandoverPorts {
        HandoverPorts {
            events: self.ports.events.clone(),
            letters: Rc::new(self.events.clone()),
            instances: Rc::new(self.instances.clone()),
            notifiers: self.ports.notifiers.clone(),
            clock: Rc::new(self.clock.clone()),
        }
    }

    pub(crate) async fn sweep(&self) {
        // A sweep that fails is tried again by the next cron.
        let _ = sweep(&self.handover()).await;
    }

    /// Runs every started instance that has not ended, as the platform would.
    pub(crate) async fn run_instances(&self) {
        for message in self.instances.started() {
            let EventMessage { event_id, run, workflow, .. } = message;
            if self.instances.state(workflow, event_id, run).await != Ok(InstanceState::Alive) {
                continue;
            }
            // Each on an engine of its own, asked through the port: that of a Worker is the same over a binding.
            let (sim, ports) = (Sim::calm(), self.ports.clone());
            let records: Rc<dyn app::ports::CrmStore> = Rc::new(self.crm.clone());
            let crm_change = CrmChange { ports: ports.clone(), records };
            let instances = EventInstances {
                calls: sim.workflow(move || CallIngest(ports.clone())),
                crm_changes: sim.workflow(move || crm_change.clone()),
            };
            assert_eq!(sim.run(instances.state(workflow, event_id, run)), Ok(InstanceState::Missing));
            for _ in 0..2 {
                let started = sim.run(instances.start(std::slice::from_ref(&message)));
                assert_eq!(started, Ok(vec![Ok(())]), "it starts, and a second start changes nothing");
            }
            assert_ne!(sim.run(instances.state(workflow, event_id, run)), Ok(InstanceState::Missing));
            sim.settle();
            let state = sim.run(instances.state(workflow, event_id, run)).expect("it has a state");
            self.instances.set(event_id, state);
        }
    }

    pub(crate) async fn event(&self, event_id: EventId) -> EventDetail {
        let context = self.context(self.tenant, Actor::Endpoint(self.endpoint));
        self.intake().get_event(&context, GetEvent { event_id }).await.expect("the event is there")
    }

    pub(crate) async fn signals(&self, tenant: TenantId) -> Vec<Signal> {
        let context = self.context(tenant, Actor::Endpoint(self.endpoint));
        let request = ListSignals { limit: 200, ..ListSignals::default() };
        self.intake().list_signals(&context, request).await.expect("signals can be listed").items
    }
}

pub(crate) fn event(delivery_id: Option<&str>, body: &str) -> IngestEvent {
    IngestEvent {
        source: "standard".into(),
        kind: "call.completed".into(),
        subject: None,
        occurred_at: None,
        endpoint_id: None,
        delivery_id: delivery_id.map(str::to_owned),
        media_type: "application/json".into(),
        body: body.as_bytes().to_vec().into(),
    }
}

/// A short call with something in it.
pub(crate) const CALL: &str = r#"{"type": "call.completed", "data": {"title": "Intro", "account": {"name": "Norrsken"},
    "participants": [{"name": "Ada", "side": "internal"}, {"name": "Bo", "side": "external"}],
    "turns": [
        {"speaker": "Ada", "start_ms": 0, "end_ms": 4000, "text": "Thanks for making the time today, how was the train?"},
        {"speaker": "Bo", "start_ms": 4100, "end_ms": 9000, "text": "We have a budget of 80,000 euros approved for this year."},
        {"speaker": "Bo", "start_ms": 9100, "end_ms": 15000, "text": "Our biggest problem is that we lose two days every month fixing invoices by hand."}
    ]}}"#;
