//! The `Subscriptions` service: the directory and the queues behind it.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::deliveries::DeliveriesClient;
use contracts::pipeline::subscriptions::{
    CreateSubscription, CreatedSubscription, Delivery, DeliveryDetail, DeliveryPage, GetDelivery,
    GetSubscription, ListDeliveries, ListSubscriptions, RotateSecret, RotatedSecret, Subscription,
    SubscriptionError, SubscriptionPage, SubscriptionStatus, Subscriptions,
};
use ids::SubscriptionId;
use mesh::durable::{Address, Namespace};
use mesh::{CallError, Transport};
use sha2::{Digest, Sha256};

use super::address::{AddressError, checked};
use super::message::may_be_of;
use super::{MAX_SUBSCRIPTIONS, convert, invalid, kinds, unavailable};
use crate::ports::{
    Clock, CreationKey, Random, Registered, Resolver, SubscriptionDirectory, SubscriptionRecord,
};

/// The longest note, in characters.
const MAX_DESCRIPTION_CHARS: usize = 200;
/// The longest overlap of two secrets: a week, in seconds.
const MAX_OVERLAP_S: u32 = 7 * 24 * 60 * 60;
/// Kinds of one subscription.
const MAX_KINDS: usize = 50;

/// [`Subscriptions`] over the directory and the queues.
#[derive(Clone)]
pub struct SubscriptionsService {
    /// The directory.
    pub directory: Rc<dyn SubscriptionDirectory>,
    /// The queues.
    pub queues: Rc<dyn Namespace>,
    /// Resolves endpoints' names.
    pub resolver: Rc<dyn Resolver>,
    /// Where endpoints may be.
    pub egress: egress::Policy,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// For ids.
    pub random: Rc<dyn Random>,
}

type Queue = DeliveriesClient<Rc<dyn Transport>>;

impl SubscriptionsService {
    fn queue(&self, context: &TenantCall, id: SubscriptionId) -> (Queue, TenantCall) {
        let address = Address::of(context, &id.to_string());
        (DeliveriesClient::over(self.queues.object(&address)), context.forwarded_by("pipeline"))
    }

    async fn existing(
        &self,
        context: &TenantCall,
        id: SubscriptionId,
    ) -> Result<SubscriptionRecord, SubscriptionError> {
        let found = self.directory.get(context.scope.tenant, id).await.map_err(unavailable)?;
        found.ok_or(SubscriptionError::NotFound)
    }

    /// A subscription with how its endpoint does; a queue that was never made is made.
    async fn with_health(
        &self,
        context: &TenantCall,
        record: SubscriptionRecord,
    ) -> Result<CreatedSubscription, SubscriptionError> {
        let (queue, call) = self.queue(context, record.subscription_id);
        let configured = queue.configure(&call, convert::endpoint(&record)).await.map_err(refusal)?;
        let subscription = convert::subscription(record, Some(configured.health));
        Ok(CreatedSubscription { subscription, secret: configured.secret })
    }

    /// The subscriptions that a delivery may be of: nearly always one, or none.
    async fn candidates(
        &self,
        context: &TenantCall,
        request: &GetDelivery,
    ) -> Result<Vec<SubscriptionId>, SubscriptionError> {
        let all =
            self.directory.list(context.scope.tenant, None, MAX_SUBSCRIPTIONS).await.map_err(unavailable)?;
        let ids = all.into_iter().map(|subscription| subscription.subscription_id);
        Ok(ids.filter(|id| may_be_of(request.delivery_id, *id)).collect())
    }

    async fn checked(&self, request: &CreateSubscription) -> Result<(), SubscriptionError> {
        if !(1..=MAX_KINDS).contains(&request.kinds.len()) {
            return Err(invalid("/kinds", format!("must have 1 to {MAX_KINDS} entries")));
        }
        if let Some(at) = request.kinds.iter().position(|kind| !kinds::is_known(kind)) {
            return Err(invalid(&format!("/kinds/{at}"), format!("must be one of {}", kinds::choice())));
        }
        let description = request.description.as_deref().unwrap_or_default();
        if description.chars().count() > MAX_DESCRIPTION_CHARS || description.contains(char::is_control) {
            let detail = format!(
                "must be at most {MAX_DESCRIPTION_CHARS} characters, none of them a control character"
            );
            return Err(invalid("/description", detail));
        }
        match checked(&*self.resolver, self.egress, &request.url).await {
            Ok(_) => Ok(()),
            Err(AddressError::Refused(error)) => Err(invalid("/url", error)),
            Err(AddressError::Unresolvable(error)) => Err(unavailable(error)),
        }
    }
}

#[async_trait(?Send)]
impl Subscriptions for SubscriptionsService {
    async fn create_subscription(
        &self,
        context: &TenantCall,
        request: CreateSubscription,
    ) -> Result<CreatedSubscription, SubscriptionError> {
        self.checked(&request).await?;
        let now = self.clock.now();
        let key = context.idempotency_key.as_ref();
        let key =
            key.map(|key| Ok(CreationKey { key: key.clone(), request_hash: hash(&request)? })).transpose()?;
        let record = SubscriptionRecord {
            subscription_id: SubscriptionId::from_parts(now.unix_ms(), self.random.for_id()),
            url: request.url,
            kinds: request.kinds,
            ordered_by: request.ordered_by,
            description: request.description,
            status: SubscriptionStatus::Active,
            disabled_reason: None,
            disabled_at: None,
            created_at: now,
        };
        let tenant = context.scope.tenant;
        let registered = self.directory.register(tenant, &record, key.as_ref(), MAX_SUBSCRIPTIONS).await;
        let record = match registered.map_err(unavailable)? {
            Registered::New => record,
            Registered::Before(record) => record,
            Registered::KeyReused => return Err(SubscriptionError::KeyReused),
            Registered::TooMany => return Err(SubscriptionError::TooMany { limit: MAX_SUBSCRIPTIONS }),
        };
        self.with_health(context, record).await
    }

    async fn get_subscription(
        &self,
        context: &TenantCall,
        request: GetSubscription,
    ) -> Result<Subscription, SubscriptionError> {
        let record = self.existing(context, request.subscription_id).await?;
        Ok(self.with_health(context, record).await?.subscription)
    }

    async fn list_subscriptions(
        &self,
        context: &TenantCall,
        request: ListSubscriptions,
    ) -> Result<SubscriptionPage, SubscriptionError> {
        let limit = request.limit.clamp(1, 200);
        let found = self.directory.list(context.scope.tenant, request.before, limit + 1).await;
        let mut found = found.map_err(unavailable)?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next_before = found.last().filter(|_| more).map(|record| record.subscription_id);
        let items = found.into_iter().map(|record| convert::subscription(record, None)).collect();
        Ok(SubscriptionPage { items, next_before })
    }

    async fn delete_subscription(
        &self,
        context: &TenantCall,
        request: GetSubscription,
    ) -> Result<(), SubscriptionError> {
        let id = request.subscription_id;
        self.existing(context, id).await?;
        // The queue first: while the directory still has it, a deletion that broke off can be asked for again.
        let (queue, call) = self.queue(context, id);
        queue.close(&call, ()).await.map_err(refusal)?;
        self.directory.remove(context.scope.tenant, id).await.map_err(unavailable)
    }

    async fn rotate_secret(
        &self,
        context: &TenantCall,
        request: RotateSecret,
    ) -> Result<RotatedSecret, SubscriptionError> {
        if request.overlap_s > MAX_OVERLAP_S {
            return Err(invalid("/overlap_seconds", format!("must be at most {MAX_OVERLAP_S}, a week")));
        }
        let record = self.existing(context, request.subscription_id).await?;
        let (queue, call) = self.queue(context, record.subscription_id);
        queue.configure(&call, convert::endpoint(&record)).await.map_err(refusal)?;
        queue.rotate(&call, request.overlap_s).await.map_err(refusal)
    }

    async fn enable_subscription(
        &self,
        context: &TenantCall,
        request: GetSubscription,
    ) -> Result<Subscription, SubscriptionError> {
        let id = request.subscription_id;
        let record = self.existing(context, id).await?;
        let (queue, call) = self.queue(context, id);
        queue.configure(&call, convert::endpoint(&record)).await.map_err(refusal)?;
        // The queue first, so that it has nothing left to report when the directory hears of this.
        let health = queue.enable(&call, ()).await.map_err(refusal)?;
        let tenant = context.scope.tenant;
        self.directory.set_status(tenant, id, None, self.clock.now()).await.map_err(unavailable)?;
        let enabled = self.existing(context, id).await?;
        Ok(convert::subscription(enabled, Some(health)))
    }

    async fn list_deliveries(
        &self,
        context: &TenantCall,
        request: ListDeliveries,
    ) -> Result<DeliveryPage, SubscriptionError> {
        let record = self.existing(context, request.subscription_id).await?;
        let (queue, call) = self.queue(context, record.subscription_id);
        queue.configure(&call, convert::endpoint(&record)).await.map_err(refusal)?;
        queue.list(&call, request).await.map_err(refusal)
    }

    async fn get_delivery(
        &self,
        context: &TenantCall,
        request: GetDelivery,
    ) -> Result<DeliveryDetail, SubscriptionError> {
        for id in self.candidates(context, &request).await? {
            let (queue, call) = self.queue(context, id);
            match queue.get(&call, request.clone()).await.map_err(refusal) {
                Err(SubscriptionError::DeliveryNotFound | SubscriptionError::NotFound) => {}
                found => return found,
            }
        }
        Err(SubscriptionError::DeliveryNotFound)
    }

    async fn redeliver(
        &self,
        context: &TenantCall,
        request: GetDelivery,
    ) -> Result<Delivery, SubscriptionError> {
        for id in self.candidates(context, &request).await? {
            let (queue, call) = self.queue(context, id);
            match queue.redeliver(&call, request.clone()).await.map_err(refusal) {
                Err(SubscriptionError::DeliveryNotFound | SubscriptionError::NotFound) => {}
                done => return done,
            }
        }
        Err(SubscriptionError::DeliveryNotFound)
    }
}

fn refusal(error: CallError<SubscriptionError>) -> SubscriptionError {
    match error {
        CallError::Refused(refusal) => refusal,
        other => SubscriptionError::Unavailable { detail: other.to_string() },
    }
}

/// SHA-256 of the request's fields, lower-case hexadecimal.
fn hash(request: &CreateSubscription) -> Result<String, SubscriptionError> {
    let text = serde_json::to_vec(request).map_err(|error| SubscriptionError::Unavailable {
        detail: format!("the request cannot be hashed: {error}"),
    })?;
    Ok(hex::encode(Sha256::digest(text)))
}
