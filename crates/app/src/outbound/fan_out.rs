//! From what became of an event to a message in the queue of each subscription that wants it.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::deliveries::{DeliveriesClient, Enqueue};
use contracts::pipeline::rules::{Notice, NoticeKind};
use contracts::pipeline::subscriptions::{OrderedBy, SubscriptionError, SubscriptionStatus};
use contracts::{Actor, TenantCall, TenantScope};
use futures_util::future::join_all;
use ids::{EventId, TenantId};
use mesh::durable::{Address, Namespace};
use mesh::{CallContext, CallError, Deadline, TraceContext};

use super::message::{Message, delivery_id};
use super::{MAX_SUBSCRIPTIONS, convert};
use crate::ports::{
    Clock, EventRecord, EventStore, Notifier, SettledEvent, SignalQuery, SignalRecord, SignalStore,
    StoreError, SubscriptionDirectory, SubscriptionRecord,
};

/// How long the queues have to take a message, in milliseconds.
const PATIENCE_MS: u64 = 25_000;
/// Signals read at once.
const PAGE: u32 = 200;
/// The largest message, in bytes: what one row of a queue holds, with room for the rest of it.
const MAX_BODY_BYTES: usize = 1_500_000;
const QUEUES: &str = "SUBSCRIPTION_QUEUE";

/// Tells subscriptions. Telling again changes nothing: ids of messages and deliveries follow from what they tell.
#[derive(Clone)]
pub struct FanOut {
    /// The subscriptions.
    pub directory: Rc<dyn SubscriptionDirectory>,
    /// Their queues.
    pub queues: Rc<dyn Namespace>,
    /// Events.
    pub events: Rc<dyn EventStore>,
    /// Their signals.
    pub signals: Rc<dyn SignalStore>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

#[async_trait(?Send)]
impl Notifier for FanOut {
    async fn signals_ready(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_id: EventId,
        _run: u32,
    ) -> Result<(), StoreError> {
        let subscriptions = self.active(tenant).await?;
        if subscriptions.is_empty() {
            return Ok(());
        }
        let signals = self.signals_of(tenant, event_id).await?;
        let Some(event) = self.event(tenant, event_id).await? else { return Ok(()) };
        if signals.is_empty() {
            return Ok(());
        }
        self.send(tenant, trace, &subscriptions, &Message::Signals { event: Box::new(event), signals }).await
    }

    async fn notices_raised(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_id: EventId,
        notices: &[Notice],
    ) -> Result<(), StoreError> {
        let subscriptions = self.active(tenant).await?;
        if subscriptions.is_empty() {
            return Ok(());
        }
        let Some(event) = self.event(tenant, event_id).await? else { return Ok(()) };
        let told = |notice: &&Notice| matches!(notice.kind, NoticeKind::Alert | NoticeKind::Task);
        for notice in notices.iter().filter(told) {
            let message =
                Message::Raised { event: Box::new(event.clone()), notice: Box::new(notice.clone()) };
            self.send(tenant, trace, &subscriptions, &message).await?;
        }
        Ok(())
    }

    async fn event_settled(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        settled: &SettledEvent,
    ) -> Result<(), StoreError> {
        let subscriptions = self.active(tenant).await?;
        if subscriptions.is_empty() {
            return Ok(());
        }
        let Some(event) = self.event(tenant, settled.event_id).await? else { return Ok(()) };
        let message = Message::Settled { event: Box::new(event), settled: settled.clone() };
        self.send(tenant, trace, &subscriptions, &message).await
    }
}

impl FanOut {
    async fn active(&self, tenant: TenantId) -> Result<Vec<SubscriptionRecord>, StoreError> {
        let mut all = self.directory.list(tenant, None, MAX_SUBSCRIPTIONS).await?;
        all.retain(|subscription| subscription.status == SubscriptionStatus::Active);
        Ok(all)
    }

    async fn event(&self, tenant: TenantId, event_id: EventId) -> Result<Option<EventRecord>, StoreError> {
        self.events.get(tenant, event_id).await
    }

    /// Every signal of an event, in the order of the text.
    async fn signals_of(&self, tenant: TenantId, event_id: EventId) -> Result<Vec<SignalRecord>, StoreError> {
        let mut signals: Vec<SignalRecord> = Vec::new();
        loop {
            let before = signals.last().map(|record| record.signal.signal_id);
            let query =
                SignalQuery { event_id: Some(event_id), before, limit: PAGE, ..SignalQuery::default() };
            let page = self.signals.list(tenant, &query).await?;
            let more = page.len() == PAGE as usize;
            signals.extend(page);
            if !more {
                break;
            }
        }
        signals.sort_by_key(|record| (record.signal.finding.evidence.start, record.signal.signal_id));
        Ok(signals)
    }

    /// Puts the message into the queue of each that wants it. One that cannot be reached keeps none of the others from
    /// theirs; the error says that it has to be told again.
    async fn send(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        subscriptions: &[SubscriptionRecord],
        message: &Message,
    ) -> Result<(), StoreError> {
        let message_id = message.id();
        let sent = subscriptions.iter().map(|subscription| async move {
            let Some(body) = self.body(message, subscription)? else { return Ok(()) };
            let request = Enqueue {
                endpoint: convert::endpoint(subscription),
                delivery_id: delivery_id(subscription.subscription_id, message_id),
                message_id,
                kind: message.kind().to_owned(),
                event_id: Some(message.event().event.event_id),
                order_key: order_key(subscription, message.event()),
                body,
            };
            let context = self.context(tenant, trace);
            let address = Address::of(&context, &subscription.subscription_id.to_string());
            let queue = DeliveriesClient::over(self.queues.object(&address));
            match queue.enqueue(&context, request).await {
                // It was deleted since the directory was read.
                Ok(_) | Err(CallError::Refused(SubscriptionError::NotFound)) => Ok(()),
                Err(error) => Err(StoreError::new(QUEUES, error)),
            }
        });
        join_all(sent).await.into_iter().collect()
    }

    fn body(
        &self,
        message: &Message,
        subscription: &SubscriptionRecord,
    ) -> Result<Option<String>, StoreError> {
        let body = message.body(&subscription.kinds).map_err(|error| StoreError::new(QUEUES, error))?;
        // 500 signals with their words have a tenth of this; a larger one would fail again and again.
        if let Some(body) = body.as_ref().filter(|body| body.len() > MAX_BODY_BYTES) {
            let (event_id, bytes) = (message.event().event.event_id, body.len());
            let subscription_id = subscription.subscription_id;
            tracing::error!(event = "delivery.too_large", %event_id, %subscription_id, bytes);
            return Ok(None);
        }
        Ok(body)
    }

    fn context(&self, tenant: TenantId, trace: TraceContext) -> TenantCall {
        let deadline = Deadline::after(self.clock.now().unix_ms(), PATIENCE_MS);
        let scope = TenantScope { tenant, actor: Actor::Service("pipeline".into()) };
        CallContext::new(scope, trace, deadline, "pipeline")
    }
}

fn order_key(subscription: &SubscriptionRecord, event: &EventRecord) -> Option<String> {
    let event_key = || format!("event:{}", event.event.event_id);
    match subscription.ordered_by? {
        OrderedBy::Event => Some(event_key()),
        // Where no account is known there is nothing to keep in order but the event.
        OrderedBy::Account => {
            Some(event.account.as_ref().map_or_else(event_key, |account| format!("account:{account}")))
        }
    }
}
