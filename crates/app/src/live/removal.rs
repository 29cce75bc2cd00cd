//! Removing entries for good from a tenant's feed.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::live::{FEED, ForgetEntries, LiveFeedClient};
use contracts::{Actor, TenantScope};
use ids::{EventId, TenantId};
use mesh::durable::{Address, Namespace};
use mesh::{CallContext, Deadline, TraceContext};

use crate::ports::{Clock, FeedRemoval, StoreError};

/// How long a feed has, in milliseconds.
const PATIENCE_MS: u64 = 25_000;
/// Events that a feed is asked about at once.
const MOST_EVENTS: usize = 100;

/// [`FeedRemoval`] over the feeds.
#[derive(Clone)]
pub struct LiveRemoval {
    /// The feeds.
    pub feeds: Rc<dyn Namespace>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

#[async_trait(?Send)]
impl FeedRemoval for LiveRemoval {
    async fn forget(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: Option<&[EventId]>,
    ) -> Result<u32, StoreError> {
        self.each(tenant, trace, event_ids, false).await
    }

    async fn left(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: Option<&[EventId]>,
    ) -> Result<u32, StoreError> {
        self.each(tenant, trace, event_ids, true).await
    }
}

impl LiveRemoval {
    async fn each(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: Option<&[EventId]>,
        count_only: bool,
    ) -> Result<u32, StoreError> {
        let Some(event_ids) = event_ids else {
            return self.ask(tenant, trace, ForgetEntries { event_ids: None, count_only }).await;
        };
        let mut entries = 0;
        for event_ids in event_ids.chunks(MOST_EVENTS) {
            let request = ForgetEntries { event_ids: Some(event_ids.to_vec()), count_only };
            entries += self.ask(tenant, trace, request).await?;
        }
        Ok(entries)
    }

    async fn ask(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        request: ForgetEntries,
    ) -> Result<u32, StoreError> {
        let deadline = Deadline::after(self.clock.now().unix_ms(), PATIENCE_MS);
        let scope = TenantScope { tenant, actor: Actor::Service("pipeline".into()) };
        let context = CallContext::new(scope, trace, deadline, "pipeline");
        let feed = LiveFeedClient::over(self.feeds.object(&Address::of(&context, FEED)));
        let forgotten = feed.forget(&context, request).await;
        forgotten.map(|forgotten| forgotten.entries).map_err(|error| StoreError::new("LIVE_FEED", error))
    }
}
