//! A stand-in for the pipeline's subscriptions. It keeps what it was asked and answers as it is told.

use std::cell::RefCell;
use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::subscriptions::{
    self as inner, CreateSubscription, CreatedSubscription, Delivery, DeliveryDetail, DeliveryPage,
    GetDelivery, GetSubscription, ListDeliveries, ListSubscriptions, RotateSecret, RotatedSecret,
    SigningSecret, Subscription, SubscriptionError, SubscriptionPage, SubscriptionStatus,
};
use contracts::{TenantCall, Timestamp};
use ids::{DeliveryId, MessageId, SubscriptionId};

/// See the module.
#[derive(Clone, Default)]
pub(crate) struct Subscribed(Rc<State>);

#[derive(Default)]
pub(crate) struct State {
    pub(crate) created: RefCell<Vec<(CreateSubscription, Option<String>)>>,
    pub(crate) rotated: RefCell<Vec<u32>>,
    pub(crate) redelivered: RefCell<Vec<DeliveryId>>,
    pub(crate) refusal: RefCell<Option<SubscriptionError>>,
}

impl std::ops::Deref for Subscribed {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

pub(crate) const SECRET: &str = "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0";

pub(crate) fn subscription_id() -> SubscriptionId {
    SubscriptionId::from_parts(1_795_330_800_000, [5; 10])
}

pub(crate) fn delivery_id() -> DeliveryId {
    DeliveryId::from_parts(1_795_330_800_000, [6; 10])
}

fn subscription() -> Subscription {
    Subscription {
        subscription_id: subscription_id(),
        url: "https://hooks.example.com/weft".into(),
        kinds: vec!["budget".into()],
        ordered_by: Some(inner::OrderedBy::Account),
        description: None,
        status: SubscriptionStatus::Active,
        disabled_reason: None,
        disabled_at: None,
        created_at: Timestamp::from_unix_ms(1_795_330_800_000),
        endpoint: None,
    }
}

fn delivery() -> Delivery {
    Delivery {
        delivery_id: delivery_id(),
        message_id: MessageId::from_parts(1_795_330_800_000, [7; 10]),
        subscription_id: subscription_id(),
        kind: "signals.created".into(),
        event_id: None,
        status: "pending".into(),
        attempts: 1,
        last_status: Some(500),
        last_error: Some("the endpoint answered 500".into()),
        next_attempt_at: Some(Timestamp::from_unix_ms(1_795_330_805_000)),
        created_at: Timestamp::from_unix_ms(1_795_330_800_000),
        settled_at: None,
        trace_id: "ab".repeat(16),
    }
}

impl Subscribed {
    fn answer<T>(&self, value: T) -> Result<T, SubscriptionError> {
        self.refusal.borrow().clone().map_or(Ok(value), Err)
    }
}

#[async_trait(?Send)]
impl inner::Subscriptions for Subscribed {
    async fn create_subscription(
        &self,
        context: &TenantCall,
        request: CreateSubscription,
    ) -> Result<CreatedSubscription, SubscriptionError> {
        self.created.borrow_mut().push((request, context.idempotency_key.clone()));
        self.answer(CreatedSubscription { subscription: subscription(), secret: SigningSecret::new(SECRET) })
    }

    async fn get_subscription(
        &self,
        _: &TenantCall,
        _: GetSubscription,
    ) -> Result<Subscription, SubscriptionError> {
        self.answer(subscription())
    }

    async fn list_subscriptions(
        &self,
        _: &TenantCall,
        _: ListSubscriptions,
    ) -> Result<SubscriptionPage, SubscriptionError> {
        self.answer(SubscriptionPage { items: vec![subscription()], next_before: Some(subscription_id()) })
    }

    async fn delete_subscription(&self, _: &TenantCall, _: GetSubscription) -> Result<(), SubscriptionError> {
        self.answer(())
    }

    async fn rotate_secret(
        &self,
        _: &TenantCall,
        request: RotateSecret,
    ) -> Result<RotatedSecret, SubscriptionError> {
        self.rotated.borrow_mut().push(request.overlap_s);
        self.answer(RotatedSecret { secret: SigningSecret::new(SECRET), previous_valid_until: None })
    }

    async fn enable_subscription(
        &self,
        _: &TenantCall,
        _: GetSubscription,
    ) -> Result<Subscription, SubscriptionError> {
        self.answer(subscription())
    }

    async fn list_deliveries(
        &self,
        _: &TenantCall,
        _: ListDeliveries,
    ) -> Result<DeliveryPage, SubscriptionError> {
        self.answer(DeliveryPage { items: vec![delivery()], next_before: None })
    }

    async fn get_delivery(
        &self,
        _: &TenantCall,
        _: GetDelivery,
    ) -> Result<DeliveryDetail, SubscriptionError> {
        self.answer(DeliveryDetail { delivery: delivery(), attempts: Vec::new(), body: "{}".into() })
    }

    async fn redeliver(&self, _: &TenantCall, request: GetDelivery) -> Result<Delivery, SubscriptionError> {
        self.redelivered.borrow_mut().push(request.delivery_id);
        self.answer(delivery())
    }
}
