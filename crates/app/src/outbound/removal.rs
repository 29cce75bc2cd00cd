//! Removing messages for good, from the queue of every subscription of a tenant.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::deliveries::{DeliveriesClient, ForgetMessages};
use contracts::{Actor, TenantCall, TenantScope};
use ids::{EventId, SubscriptionId, TenantId};
use mesh::durable::{Address, Namespace};
use mesh::{CallContext, Deadline, TraceContext, Transport};

use super::{MAX_SUBSCRIPTIONS, MOST_FORGOTTEN};
use crate::ports::{Clock, MessageRemoval, StoreError, SubscriptionDirectory};

/// How long a queue has, in milliseconds.
const PATIENCE_MS: u64 = 25_000;
const QUEUES: &str = "SUBSCRIPTION_QUEUE";

/// [`MessageRemoval`] over the directory and the queues. A queue that was deleted has forgotten everything already.
#[derive(Clone)]
pub struct QueueRemoval {
    /// The subscriptions.
    pub directory: Rc<dyn SubscriptionDirectory>,
    /// Their queues.
    pub queues: Rc<dyn Namespace>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

#[async_trait(?Send)]
impl MessageRemoval for QueueRemoval {
    async fn forget(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: &[EventId],
    ) -> Result<u32, StoreError> {
        self.each(tenant, trace, event_ids, false).await
    }

    async fn left(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: &[EventId],
    ) -> Result<u32, StoreError> {
        self.each(tenant, trace, event_ids, true).await
    }

    async fn close(&self, tenant: TenantId, trace: TraceContext) -> Result<(), StoreError> {
        for subscription_id in self.subscriptions(tenant).await? {
            let context = self.context(tenant, trace);
            let closed = self.queue(&context, subscription_id).close(&context, ()).await;
            closed.map_err(|error| StoreError::new(QUEUES, error))?;
        }
        Ok(())
    }
}

impl QueueRemoval {
    async fn each(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: &[EventId],
        count_only: bool,
    ) -> Result<u32, StoreError> {
        let mut messages = 0;
        for subscription_id in self.subscriptions(tenant).await? {
            for event_ids in event_ids.chunks(MOST_FORGOTTEN) {
                let request = ForgetMessages { event_ids: event_ids.to_vec(), count_only };
                let context = self.context(tenant, trace);
                let forgotten = self.queue(&context, subscription_id).forget(&context, request).await;
                messages += forgotten.map_err(|error| StoreError::new(QUEUES, error))?.messages;
            }
        }
        Ok(messages)
    }

    async fn subscriptions(&self, tenant: TenantId) -> Result<Vec<SubscriptionId>, StoreError> {
        let all = self.directory.list(tenant, None, MAX_SUBSCRIPTIONS).await?;
        Ok(all.into_iter().map(|subscription| subscription.subscription_id).collect())
    }

    fn queue(
        &self,
        context: &TenantCall,
        subscription_id: SubscriptionId,
    ) -> DeliveriesClient<Rc<dyn Transport>> {
        let address = Address::of(context, &subscription_id.to_string());
        DeliveriesClient::over(self.queues.object(&address))
    }

    fn context(&self, tenant: TenantId, trace: TraceContext) -> TenantCall {
        let deadline = Deadline::after(self.clock.now().unix_ms(), PATIENCE_MS);
        let scope = TenantScope { tenant, actor: Actor::Service("pipeline".into()) };
        CallContext::new(scope, trace, deadline, "pipeline")
    }
}
