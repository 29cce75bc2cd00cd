//! Recalling what came by webhook: the calls that earlier deliveries brought are known before the list is walked.
//!
//! From when a history is set up, a delivery that brings a call is accepted under the call's own id, so that only those
//! before it need this. It is done once: how far it went is on record.

use history::Description;
use ids::{EndpointId, EventId};
use mesh::workflow::{StepError, StepFailure, Steps};

use super::{PATIENT, Running, Sync, connect, retryable};
use crate::ports::{EarlierDelivery, KnownItem};

/// Deliveries that one step looks through at most.
const PAGE: u32 = 50;
/// Steps of one run at most: what is older than so many deliveries is looked through by the next.
const MOST_TURNS: u32 = 400;

impl Sync {
    pub(super) async fn recall(
        &self,
        running: &Running,
        steps: &Steps,
        endpoint_id: EndpointId,
    ) -> Result<(), StepError> {
        for turn in 1..=MOST_TURNS {
            let (this, run) = (self.clone(), running.clone());
            let look = move || {
                let (this, run) = (this.clone(), run.clone());
                async move { this.recall_some(&run, endpoint_id).await }
            };
            if !running.turn(steps, turn, (1, "recall"), PATIENT, look).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Looks through some deliveries; whether there may be more.
    async fn recall_some(&self, running: &Running, endpoint_id: EndpointId) -> Result<bool, StepFailure> {
        let (tenant, store) = (running.tenant, &self.histories.store);
        let record = self.history(running, endpoint_id).await?;
        let description = connect::description_of(&record).map_err(StepFailure::Terminal)?;
        // Calls from before that day are not asked for.
        let first = EventId::from_parts(record.history.from.unix_ms(), [0; 10]);
        let after = record.recalled.unwrap_or(first);
        let found = store.deliveries(tenant, endpoint_id, after, PAGE).await.map_err(retryable)?;
        let mut items = Vec::new();
        for delivery in &found {
            items.extend(self.brought(&description, delivery, running).await?);
        }
        store.note(tenant, endpoint_id, &items, self.clock.now()).await.map_err(retryable)?;
        if let Some(last) = found.last() {
            store.recalled(tenant, endpoint_id, last.event_id).await.map_err(retryable)?;
        }
        Ok(found.len() == PAGE as usize)
    }

    /// The call that a delivery brought, if it did.
    async fn brought(
        &self,
        description: &Description,
        delivery: &EarlierDelivery,
        running: &Running,
    ) -> Result<Option<KnownItem>, StepFailure> {
        // Its bytes may be past the tenant's retention.
        let Some(object) = self.archive.get(&delivery.object_key).await.map_err(retryable)? else {
            return Ok(None);
        };
        let item_id = description.item_of_delivery(&object.body);
        Ok(item_id.map(|item_id| KnownItem {
            item_id,
            event_id: Some(delivery.event_id),
            sha256: None,
            run_id: running.run_id.clone(),
            // No page: it came before them.
            page: 0,
        }))
    }
}
