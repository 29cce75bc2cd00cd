//! Histories in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::{EarlierDelivery, HistoryRecord, HistoryStore, KnownItem, NewHistory, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EndpointId, EventId, TenantId};

use super::events::MemoryEventStore;
use crate::Faults;

const STORE: &str = "MEMORY_HISTORIES";

type Key = (TenantId, EndpointId);

#[derive(Debug, Default)]
struct State {
    histories: BTreeMap<Key, HistoryRecord>,
    items: BTreeMap<(Key, String), KnownItem>,
}

/// [`HistoryStore`] in memory, over the deliveries of a store of events. Operations for [`Faults`]: `histories.` and the
/// method's name.
#[derive(Debug, Clone)]
pub struct MemoryHistories {
    state: Rc<RefCell<State>>,
    events: MemoryEventStore,
    faults: Faults,
}

impl MemoryHistories {
    /// An empty one, whose operations fail as `faults` say.
    #[must_use]
    pub fn with_faults(events: &MemoryEventStore, faults: &Faults) -> Self {
        Self { state: Rc::default(), events: events.clone(), faults: faults.clone() }
    }
}

fn same_list(one: &NewHistory, other: &NewHistory) -> bool {
    one.provider == other.provider && one.description == other.description && one.from == other.from
}

#[async_trait(?Send)]
impl HistoryStore for MemoryHistories {
    async fn put(&self, tenant: TenantId, history: &NewHistory) -> Result<(), StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            let key = (tenant, history.endpoint_id);
            let before = state.histories.get(&key).cloned();
            let mut record = HistoryRecord {
                history: history.clone(),
                recalled: None,
                run_id: None,
                updated_at: history.at,
            };
            if let Some(before) = before {
                record.history.at = before.history.at;
                if same_list(&before.history, history) {
                    record.recalled = before.recalled;
                    if before.history.base_url == history.base_url {
                        record.run_id = before.run_id;
                        record.history.walk = before.history.walk;
                    }
                }
            }
            state.histories.insert(key, record);
            Ok(())
        };
        self.faults.around(STORE, "histories.put", act).await
    }

    async fn get(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
    ) -> Result<Option<HistoryRecord>, StoreError> {
        let act = || Ok(self.state.borrow().histories.get(&(tenant, endpoint_id)).cloned());
        self.faults.around(STORE, "histories.get", act).await
    }

    async fn remove(&self, tenant: TenantId, endpoint_id: EndpointId) -> Result<bool, StoreError> {
        let act = || Ok(self.state.borrow_mut().histories.remove(&(tenant, endpoint_id)).is_some());
        self.faults.around(STORE, "histories.remove", act).await
    }

    async fn hold(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        run_id: &str,
        over: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            let Some(record) = state.histories.get_mut(&(tenant, endpoint_id)) else { return Ok(None) };
            if record.run_id.is_none() || (over.is_some() && record.run_id.as_deref() == over) {
                record.run_id = Some(run_id.to_owned());
            }
            record.updated_at = now;
            Ok(record.run_id.clone())
        };
        self.faults.around(STORE, "histories.hold", act).await
    }

    async fn walked(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        run_id: &str,
        walk: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            let record = state.histories.get_mut(&(tenant, endpoint_id));
            let Some(record) = record.filter(|record| record.run_id.as_deref() == Some(run_id)) else {
                return Ok(false);
            };
            record.history.walk = walk.to_owned();
            record.updated_at = now;
            Ok(true)
        };
        self.faults.around(STORE, "histories.walked", act).await
    }

    async fn recalled(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        up_to: EventId,
    ) -> Result<(), StoreError> {
        let act = || {
            if let Some(record) = self.state.borrow_mut().histories.get_mut(&(tenant, endpoint_id)) {
                record.recalled = record.recalled.max(Some(up_to));
            }
            Ok(())
        };
        self.faults.around(STORE, "histories.recalled", act).await
    }

    async fn deliveries(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<EarlierDelivery>, StoreError> {
        let act = || {
            let state = self.events.state.borrow();
            let events = state.events.iter().filter(|((owner, event_id), stored)| {
                *owner == tenant && *event_id > after && stored.record.event.endpoint_id == Some(endpoint_id)
            });
            let delivery = |((_, event_id), stored): (&(TenantId, EventId), &super::events::Stored)| {
                EarlierDelivery { event_id: *event_id, object_key: stored.record.event.object_key.clone() }
            };
            Ok(events.take(limit as usize).map(delivery).collect())
        };
        self.faults.around(STORE, "histories.deliveries", act).await
    }

    async fn known(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        item_ids: &[String],
    ) -> Result<Vec<KnownItem>, StoreError> {
        let act = || {
            let state = self.state.borrow();
            let key = (tenant, endpoint_id);
            Ok(item_ids.iter().filter_map(|id| state.items.get(&(key, id.clone())).cloned()).collect())
        };
        self.faults.around(STORE, "histories.known", act).await
    }

    async fn note(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        items: &[KnownItem],
        _: Timestamp,
    ) -> Result<(), StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            for item in items {
                let key = ((tenant, endpoint_id), item.item_id.clone());
                state.items.entry(key).or_insert_with(|| item.clone());
            }
            Ok(())
        };
        self.faults.around(STORE, "histories.note", act).await
    }

    async fn count(&self, tenant: TenantId, endpoint_id: EndpointId) -> Result<u64, StoreError> {
        let act = || {
            let state = self.state.borrow();
            Ok(state.items.keys().filter(|(key, _)| *key == (tenant, endpoint_id)).count() as u64)
        };
        self.faults.around(STORE, "histories.count", act).await
    }
}
