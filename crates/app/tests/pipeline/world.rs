//! A pipeline over memory stores, with the real extractor and the real model, called through the real encoding.

use std::rc::Rc;

use app::pipeline::{CallIngest, HandoverPorts, IntakeService, PipelinePorts, TasksService, sweep};
use app::ports::{Clock, IngestInstances, InstanceState};
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
    FakeClock, Faults, Fixtures, MemoryArchive, MemoryEventStore, MemoryIndex, MemoryInstances, MemoryQueue,
    MemorySignalStore, SeededRandom,
};

pub(crate) struct World {
    pub(crate) clock: FakeClock,
    pub(crate) faults: Faults,
    pub(crate) queue: MemoryQueue,
    pub(crate) instances: MemoryInstances,
    pub(crate) index: MemoryIndex,
    pub(crate) events: MemoryEventStore,
    pub(crate) tenant: TenantId,
    pub(crate) other: TenantId,
    pub(crate) endpoint: EndpointId,
    ports: PipelinePorts,
}

thread_local! {
    static MODEL: Rc<StaticModel> = Rc::new(
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
        let ports = PipelinePorts {
            events: Rc::new(events.clone()),
            signals: Rc::new(MemorySignalStore::with_faults(&events, &faults)),
            archive: Rc::new(MemoryArchive::with_faults(&faults)),
            queue: Rc::new(queue.clone()),
            extractor: Rc::new(RulesExtractor),
            embedder: Rc::new(StaticEmbedder::lazy(|| Ok(MODEL.with(Rc::clone)))),
            index: Rc::new(index.clone()),
            clock: Rc::new(clock.clone()),
            random: Rc::new(SeededRandom::new(7)),
        };
        let (tenant, other) = (fixtures.tenant(), fixtures.tenant());
        let endpoint = EndpointId::from_parts(1, [9; 10]);
        Self { clock, faults, queue, instances, index, events, tenant, other, endpoint, ports }
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

    /// What the queue's consumer does with what waits.
    pub(crate) async fn consume(&self) {
        for message in self.queue.take() {
            // A failed start is redelivered by the platform; here the sweep has to do.
            let _ = self.instances.start(&message).await;
        }
    }

    pub(crate) async fn sweep(&self) {
        let ports = HandoverPorts {
            events: self.ports.events.clone(),
            instances: Rc::new(self.instances.clone()),
            clock: Rc::new(self.clock.clone()),
        };
        // A sweep that fails is tried again by the next cron.
        let _ = sweep(&ports).await;
    }

    /// Runs every started instance that has not ended, as the platform would.
    pub(crate) async fn run_instances(&self) {
        for message in self.instances.started() {
            if self.instances.state(message.event_id).await != Ok(InstanceState::Alive) {
                continue;
            }
            // Each on an engine of its own, asked through the port: that of a Worker is the same over a binding.
            let (sim, ports) = (Sim::calm(), self.ports.clone());
            let instances = sim.workflow(move || CallIngest(ports.clone()));
            assert_eq!(sim.run(instances.state(message.event_id)), Ok(InstanceState::Missing));
            for _ in 0..2 {
                sim.run(instances.start(&message)).expect("it starts, and a second start changes nothing");
            }
            assert_eq!(sim.run(instances.state(message.event_id)), Ok(InstanceState::Alive));
            sim.settle();
            let state = sim.run(instances.state(message.event_id)).expect("it has a state");
            self.instances.set(message.event_id, state);
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
