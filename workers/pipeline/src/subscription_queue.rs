//! The Durable Object that holds a subscription's queue: its messages, their attempts, and the alarm that sends them.

use std::rc::Rc;

use app::outbound::{DeliverReport, QueuePorts, SubscriptionQueue, deliver_due, spans_of};
use app::ports::SpanSink;
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
    instance: Instance,
}

#[async_trait(?Send)]
impl DurableObject for SubscriptionQueueObject {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        telemetry::console::init("pipeline");
        let instance = context.resources::<Instance>()?.clone();
        let env = instance.env.clone();
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
        let queue = SubscriptionQueue::start(ports.clone()).map_err(StartError::other)?;
        Ok(Self { queue, ports, instance })
    }

    async fn alarm(&self, _: AlarmEvent) -> Result<(), HandlerError> {
        let done = deliver_due(&self.ports).await;
        done.as_ref().map_or_else(|error| tracing::error!(event = "delivery.alarm_not_set", %error), log);
        if let Ok(report) = &done {
            self.tell_spans(report);
        }
        Ok(done.map(drop)?)
    }
}

impl SubscriptionQueueObject {
    /// Keeps the attempts as spans of their traces, behind the alarm.
    fn tell_spans(&self, report: &DeliverReport) {
        let Some((tenant, _)) = report.queue else { return };
        let spans = spans_of(report);
        if spans.is_empty() {
            return;
        }
        let env = self.instance.env.clone();
        let keep = async move {
            let kept = match wiring::trace_store(&env) {
                Ok(store) => store.record(tenant, spans).await.map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            if let Err(error) = kept {
                tracing::warn!(event = "spans.not_kept", %tenant, error);
            }
        };
        if let Err(error) = self.instance.wait_until(keep) {
            tracing::warn!(event = "spans.not_kept", %tenant, %error);
        }
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
        let (delivery_id, trace_id, status) =
            (attempted.delivery_id, attempted.trace.trace_id(), attempted.status);
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
