//! The `Deliveries` service as a subscription's own object answers it: a table of contents, and the alarm after it.

use std::cell::Cell;

use async_trait::async_trait;
use contracts::pipeline::deliveries::{
    Configured, Deliveries, Endpoint, Enqueue, Enqueued, ForgetMessages, ForgottenMessages,
};
use contracts::pipeline::subscriptions::{
    Delivery, DeliveryDetail, DeliveryPage, EndpointHealth, GetDelivery, ListDeliveries, RotatedSecret,
    SigningSecret, SubscriptionError,
};
use contracts::{TenantCall, Timestamp};

use super::deliver_due::{rearm, recover};
use super::{MOST_FORGOTTEN, QueuePorts, convert, endpoint, enqueue, invalid, read, redeliver, unavailable};
use crate::ports::StoreError;

/// [`Deliveries`] over the ports of one queue.
pub struct SubscriptionQueue {
    ports: QueuePorts,
    /// Whether this instance has set the alarm. A queue whose alarm was lost heals with the first call of any kind.
    armed: Cell<bool>,
}

impl SubscriptionQueue {
    /// Starts over what is stored. Attempts that an earlier instance was at become due again: it is gone, and what
    /// it sent is known to the receiver by its id.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails.
    pub fn start(ports: QueuePorts) -> Result<Self, StoreError> {
        recover(&ports, Timestamp::from_unix_ms(u64::MAX >> 11))?;
        Ok(Self { ports, armed: Cell::new(false) })
    }

    /// When it fails, what was written stays and the caller hears of it: the next call of any kind sets the alarm.
    async fn rearm(&self) -> Result<(), SubscriptionError> {
        self.armed.set(false);
        rearm(&self.ports).await.map_err(unavailable)?;
        self.armed.set(true);
        Ok(())
    }

    async fn ensure_armed(&self) -> Result<(), SubscriptionError> {
        if self.armed.get() { Ok(()) } else { self.rearm().await }
    }
}

#[async_trait(?Send)]
impl Deliveries for SubscriptionQueue {
    async fn configure(
        &self,
        context: &TenantCall,
        request: Endpoint,
    ) -> Result<Configured, SubscriptionError> {
        let endpoint = endpoint::configured(&self.ports, context, request)?;
        self.ensure_armed().await?;
        let secret = SigningSecret::new(endpoint.secret.expose());
        Ok(Configured { secret, health: convert::health(&self.ports, &endpoint)? })
    }

    async fn enqueue(&self, context: &TenantCall, request: Enqueue) -> Result<Enqueued, SubscriptionError> {
        let enqueued = enqueue::enqueue(&self.ports, context, request)?;
        self.rearm().await?;
        Ok(enqueued)
    }

    async fn health(&self, _: &TenantCall, (): ()) -> Result<EndpointHealth, SubscriptionError> {
        let endpoint = endpoint::existing(&self.ports)?;
        self.rearm().await?;
        convert::health(&self.ports, &endpoint)
    }

    async fn rotate(&self, _: &TenantCall, overlap_s: u32) -> Result<RotatedSecret, SubscriptionError> {
        endpoint::rotate(&self.ports, overlap_s)
    }

    async fn enable(&self, _: &TenantCall, (): ()) -> Result<EndpointHealth, SubscriptionError> {
        let endpoint = endpoint::enable(&self.ports)?;
        self.rearm().await?;
        convert::health(&self.ports, &endpoint)
    }

    async fn close(&self, _: &TenantCall, (): ()) -> Result<(), SubscriptionError> {
        endpoint::close(&self.ports)?;
        self.rearm().await
    }

    async fn list(&self, _: &TenantCall, request: ListDeliveries) -> Result<DeliveryPage, SubscriptionError> {
        self.ensure_armed().await?;
        read::list(&self.ports, request)
    }

    async fn get(&self, _: &TenantCall, request: GetDelivery) -> Result<DeliveryDetail, SubscriptionError> {
        self.ensure_armed().await?;
        read::get(&self.ports, request)
    }

    async fn redeliver(&self, _: &TenantCall, request: GetDelivery) -> Result<Delivery, SubscriptionError> {
        let delivery = redeliver::redeliver(&self.ports, request)?;
        self.rearm().await?;
        Ok(delivery)
    }

    async fn forget(
        &self,
        _: &TenantCall,
        request: ForgetMessages,
    ) -> Result<ForgottenMessages, SubscriptionError> {
        let ForgetMessages { event_ids, count_only } = request;
        if event_ids.len() > MOST_FORGOTTEN {
            return Err(invalid("/event_ids", format!("must have at most {MOST_FORGOTTEN} entries")));
        }
        if count_only {
            let messages = self.ports.store.count_of(&event_ids).map_err(unavailable)?;
            return Ok(ForgottenMessages { messages });
        }
        let messages = self.ports.store.forget(&event_ids).map_err(unavailable)?;
        // What waited behind one of them is first of its order key now.
        if messages > 0 {
            self.rearm().await?;
        }
        Ok(ForgottenMessages { messages })
    }
}
