//! The Durable Object that holds a subscription's queue: its messages, their attempts, and the alarm that sends them.

use std::rc::Rc;

use app::outbound::{DeliverReport, QueuePorts, SubscriptionQueue, deliver_due};
use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::deliveries::{
    Configured, Deliveries, DeliveriesClient, DeliveriesContract, DeliveriesDispatch, Endpoint, Enqueue,
    Enqueued, ForgetMessages, ForgottenMessages,
};
use contracts::pipeline::subscriptions::{
    Delivery, DeliveryDetail, DeliveryPage, EndpointHealth, GetDelivery, ListDeliveries, RotatedSecret,
    SubscriptionError,
};
use host::{DohResolver, FetchSender, OutboundConfig, WorkerClock, WorkerRandom};
use mesh::durable::{AlarmEvent, DurableObject, HandlerError, ObjectContext, StartError};
use mesh_worker::Instance;
use storage::{DELIVERIES, ObjectAlarm, SqlDeliveryStore};

use crate::wiring;

#[mesh::durable(service = Deliveries, migrations = DELIVERIES, class = "SubscriptionQueue")]
pub(crate) struct SubscriptionQueueObject {
    queue: SubscriptionQueue,
    ports: QueuePorts,
}

#[async_trait(?Send)]
impl DurableObject for SubscriptionQueueObject {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        telemetry::console::init("pipeline");
        let env = context.resources::<Instance>()?.env.clone();
        let OutboundConfig { resolver, egress, policy } =
            OutboundConfig::read(&env).map_err(StartError::other)?;
        let ports = QueuePorts {
            store: Rc::new(SqlDeliveryStore::new(context.storage)),
            alarm: Rc::new(ObjectAlarm(context.alarm)),
            sender: Rc::new(FetchSender),
            resolver: Rc::new(DohResolver { url: resolver }),
            directory: Rc::new(wiring::directory(&env).map_err(StartError::other)?),
            clock: Rc::new(WorkerClock),
            random: Rc::new(WorkerRandom),
            policy,
            egress,
        };
        Ok(Self { queue: SubscriptionQueue::start(ports.clone()).map_err(StartError::other)?, ports })
    }

    async fn alarm(&self, _: AlarmEvent) -> Result<(), HandlerError> {
        let done = deliver_due(&self.ports).await;
        done.as_ref().map_or_else(|error| tracing::error!(event = "delivery.alarm_not_set", %error), log);
        Ok(done.map(drop)?)
    }
}

/// One arm for each method: they differ in nothing but their names and types.
macro_rules! answered_by_queue {
    ($($method:ident($request:ty) -> $reply:ty;)+) => {
        #[async_trait(?Send)]
        impl Deliveries for SubscriptionQueueObject {$(
            async fn $method(&self, context: &TenantCall, request: $request) -> Result<$reply, SubscriptionError> {
                self.queue.$method(context, request).await
            }
        )+}
    };
}

answered_by_queue! {
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

fn log(report: &DeliverReport) {
    let (tenant, subscription_id) =
        report.queue.map(|(tenant, id)| (tenant.to_string(), id.to_string())).unzip();
    let (tenant, subscription_id) = (tenant.unwrap_or_default(), subscription_id.unwrap_or_default());
    for attempted in &report.attempts {
        let (delivery_id, trace_id, status) = (attempted.delivery_id, &attempted.trace_id, attempted.status);
        let (attempt, duration_ms) = (attempted.attempt.number, attempted.attempt.duration_ms);
        let http_status = attempted.attempt.status;
        match &attempted.attempt.error {
            None => tracing::info!(
                event = "delivery.attempt", %tenant, %subscription_id, %delivery_id, %trace_id, %status, http_status,
                attempt, duration_ms
            ),
            Some(error) => tracing::warn!(
                event = "delivery.attempt", %tenant, %subscription_id, %delivery_id, %trace_id, %status, http_status,
                attempt, duration_ms, %error
            ),
        }
    }
    if let Some(reason) = &report.disabled {
        tracing::warn!(event = "subscription.disabled", %tenant, %subscription_id, reason);
    }
    if let Some(error) = &report.trouble {
        tracing::error!(event = "delivery.store_failed", %tenant, %subscription_id, %error);
    }
}
