//! Queues over SQLite, an endpoint that answers as a test says, a resolver, and a clock.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::rc::Rc;

use app::outbound::{QueuePorts, SubscriptionQueue, deliver_due};
use app::ports::{
    Clock, MessageSender, NoReply, OutboundReply, OutboundRequest, Resolver, StoreError,
    SubscriptionDirectory,
};
use async_trait::async_trait;
use contracts::pipeline::deliveries::{
    Configured, Deliveries, DeliveriesClient, DeliveriesContract, DeliveriesDispatch, Endpoint, Enqueue,
    Enqueued, ForgetMessages, ForgottenMessages,
};
use contracts::pipeline::subscriptions::{
    Delivery, DeliveryDetail, DeliveryPage, EndpointHealth, GetDelivery, ListDeliveries, OrderedBy,
    RotatedSecret, SubscriptionError,
};
use contracts::{Actor, TenantCall, TenantScope, Timestamp};
use domain::delivery::DeliveryPolicy;
use ids::{DeliveryId, EventId, MessageId, SubscriptionId, TenantId};
use mesh::durable::{Address, AlarmEvent, DurableObject, HandlerError, Namespace, ObjectContext, StartError};
use mesh::{CallContext, Deadline, Runtime, TraceContext, Transport};
use mesh_sim::durable::{SimulatedObjects, VirtualClock};
use storage::{DELIVERIES, ObjectAlarm, SqlDeliveryStore, SqlSubscriptionDirectory};
use test_kit::{SeededRandom, pause, run};

use crate::directory::database;

/// The object, as the pipeline's Worker wires it, over the test's ports.
#[mesh::durable(service = Deliveries, migrations = DELIVERIES)]
pub(crate) struct Queue {
    queue: SubscriptionQueue,
    ports: QueuePorts,
}

#[async_trait(?Send)]
impl DurableObject for Queue {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        let world = context.resources::<Shared>()?.clone();
        let ports = QueuePorts {
            store: Rc::new(SqlDeliveryStore::new(context.storage)),
            alarm: Rc::new(ObjectAlarm(context.alarm)),
            sender: world.receiver.clone(),
            resolver: world.resolver.clone(),
            directory: world.directory.clone(),
            clock: Rc::new(SimClock(world.clock.clone())),
            random: Rc::new(world.random.clone()),
            policy: world.policy.clone(),
            egress: egress::Policy::default(),
        };
        Ok(Self { queue: SubscriptionQueue::start(ports.clone()).map_err(StartError::other)?, ports })
    }

    async fn alarm(&self, _: AlarmEvent) -> Result<(), HandlerError> {
        Ok(deliver_due(&self.ports).await.map(drop)?)
    }
}

macro_rules! answered {
    ($($method:ident($request:ty) -> $reply:ty;)+) => {
        #[async_trait(?Send)]
        impl Deliveries for Queue {$(
            async fn $method(&self, context: &TenantCall, request: $request) -> Result<$reply, SubscriptionError> {
                self.queue.$method(context, request).await
            }
        )+}
    };
}

answered! {
    configure(Endpoint) -> Configured;
    enqueue(Enqueue) -> Enqueued;
    health(()) -> EndpointHealth;
    rotate(u32) -> RotatedSecret;
    enable(()) -> EndpointHealth;
    close(()) -> ();
    list(ListDeliveries) -> DeliveryPage;
    get(GetDelivery) -> DeliveryDetail;
    redeliver(GetDelivery) -> Delivery;
    forget(ForgetMessages) -> ForgottenMessages;
}

#[derive(Clone)]
pub(crate) struct SimClock(pub(crate) VirtualClock);

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.now_ms())
    }
}

/// What the endpoint does with the next request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Status(u16),
    RetryAfter(u16, &'static str),
    NoReply,
}

/// A request that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) at_ms: u64,
    pub(crate) id: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// The endpoint: it takes down what arrives and answers what is planned, then `usual`.
pub(crate) struct Receiver {
    clock: VirtualClock,
    pub(crate) arrived: RefCell<Vec<Arrived>>,
    pub(crate) planned: RefCell<VecDeque<Answer>>,
    pub(crate) usual: RefCell<Answer>,
    /// Turns that an answer takes, so that a test can pull the plug while it is awaited.
    pub(crate) turns: Cell<u32>,
}

#[async_trait(?Send)]
impl MessageSender for Receiver {
    async fn send(&self, request: &OutboundRequest<'_>) -> Result<OutboundReply, NoReply> {
        let header =
            |name| request.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        let arrived = Arrived {
            at_ms: self.clock.now_ms(),
            id: header("webhook-id").unwrap(),
            headers: request.headers.iter().map(|(name, value)| (name.to_string(), value.clone())).collect(),
            body: request.body.to_owned(),
        };
        self.arrived.borrow_mut().push(arrived);
        let planned = self.planned.borrow_mut().pop_front();
        let answer = planned.unwrap_or_else(|| self.usual.borrow().clone());
        for _ in 0..self.turns.get() {
            pause().await;
        }
        let reply = |status, retry_after: Option<&str>| OutboundReply {
            status,
            retry_after: retry_after.map(str::to_owned),
            excerpt: format!("answered {status}"),
        };
        match answer {
            Answer::Status(status) => Ok(reply(status, None)),
            Answer::RetryAfter(status, header) => Ok(reply(status, Some(header))),
            Answer::NoReply => Err(NoReply("the endpoint could not be reached".into())),
        }
    }
}

impl Receiver {
    /// The ids that arrived, in order.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.arrived.borrow().iter().map(|arrived| arrived.id.clone()).collect()
    }
}

/// Names and where they lead.
#[derive(Default)]
pub(crate) struct Names(pub(crate) RefCell<BTreeMap<String, Vec<IpAddr>>>, pub(crate) Cell<bool>);

#[async_trait(?Send)]
impl Resolver for Names {
    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, StoreError> {
        if self.1.get() {
            return Err(StoreError::new("RESOLVER", "down"));
        }
        Ok(self.0.borrow().get(name).cloned().unwrap_or_default())
    }
}

#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) clock: VirtualClock,
    pub(crate) receiver: Rc<Receiver>,
    pub(crate) resolver: Rc<Names>,
    pub(crate) directory: Rc<dyn SubscriptionDirectory>,
    pub(crate) random: SeededRandom,
    pub(crate) policy: DeliveryPolicy,
}

pub(crate) const START_MS: u64 = 1_795_330_800_000;
pub(crate) const URL: &str = "https://hooks.example.com/weft";

pub(crate) struct World {
    pub(crate) shared: Shared,
    pub(crate) objects: SimulatedObjects<Queue>,
    pub(crate) tenant: TenantId,
    pub(crate) subscription: SubscriptionId,
    pub(crate) ordered_by: Option<OrderedBy>,
    sent: Cell<u8>,
}

impl World {
    pub(crate) fn new(policy: DeliveryPolicy) -> Self {
        Self::seeded(1, policy)
    }

    pub(crate) fn seeded(seed: u64, policy: DeliveryPolicy) -> Self {
        let clock = VirtualClock::at(START_MS);
        let receiver = Receiver {
            clock: clock.clone(),
            arrived: RefCell::default(),
            planned: RefCell::default(),
            usual: RefCell::new(Answer::Status(204)),
            turns: Cell::new(1),
        };
        let names = Names::default();
        names.0.borrow_mut().insert("hooks.example.com".into(), vec!["1.1.1.1".parse().unwrap()]);
        let shared = Shared {
            clock: clock.clone(),
            receiver: Rc::new(receiver),
            resolver: Rc::new(names),
            directory: Rc::new(SqlSubscriptionDirectory::new(database())),
            random: SeededRandom::new(seed),
            policy,
        };
        Self {
            objects: SimulatedObjects::new(clock, shared.clone()),
            shared,
            tenant: TenantId::from_parts(START_MS, [1; 10]),
            subscription: SubscriptionId::from_parts(START_MS, [2; 10]),
            ordered_by: None,
            sent: Cell::new(0),
        }
    }

    pub(crate) fn context(&self) -> TenantCall {
        let scope = TenantScope { tenant: self.tenant, actor: Actor::Service("test".into()) };
        let deadline = Deadline::after(self.shared.clock.now_ms(), 60_000);
        CallContext::new(scope, TraceContext::from_random([8; 24]), deadline, "test")
    }

    pub(crate) fn address(&self) -> Address {
        Address::of(&self.context(), &self.subscription.to_string())
    }

    pub(crate) fn queue(&self) -> DeliveriesClient<Rc<dyn Transport>> {
        DeliveriesClient::over(self.objects.object(&self.address()))
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint { subscription_id: self.subscription, url: URL.into(), ordered_by: self.ordered_by }
    }

    /// A message that was not sent before.
    pub(crate) fn message(&self, order_key: Option<&str>) -> Enqueue {
        self.sent.set(self.sent.get() + 1);
        let number = self.sent.get();
        Enqueue {
            endpoint: self.endpoint(),
            delivery_id: DeliveryId::from_parts(START_MS + u64::from(number), [number; 10]),
            message_id: MessageId::from_parts(START_MS + u64::from(number), [number; 10]),
            kind: "signals.created".into(),
            event_id: Some(EventId::from_parts(START_MS + u64::from(number), [number; 10])),
            order_key: order_key.map(str::to_owned),
            body: format!(r#"{{"type":"signals.created","data":{{"number":{number}}}}}"#),
        }
    }

    /// Queues a message that was not sent before.
    pub(crate) fn enqueue(&self) -> Enqueue {
        self.enqueue_in_order(None)
    }

    pub(crate) fn enqueue_in_order(&self, order_key: Option<&str>) -> Enqueue {
        let message = self.message(order_key);
        assert!(!run(self.queue().enqueue(&self.context(), message.clone())).unwrap().duplicate);
        message
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, milliseconds: u64) {
        let failures = run(self.objects.pass(milliseconds));
        assert!(failures.is_empty(), "{failures:?}");
    }

    pub(crate) fn get(&self, message: &Enqueue) -> DeliveryDetail {
        let request = GetDelivery { delivery_id: message.delivery_id };
        run(self.queue().get(&self.context(), request)).unwrap()
    }

    pub(crate) fn status(&self, message: &Enqueue) -> String {
        self.get(message).delivery.status
    }

    pub(crate) fn health(&self) -> EndpointHealth {
        run(self.queue().health(&self.context(), ())).unwrap()
    }

    pub(crate) fn plan(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.receiver.planned.borrow_mut().extend(answers);
    }

    pub(crate) fn usually(&self, answer: Answer) {
        *self.shared.receiver.usual.borrow_mut() = answer;
    }
}
