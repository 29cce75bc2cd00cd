//! Keys, endpoints and heartbeats in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::{
    ControlStore, Heartbeat, IssuedKey, ProposalRecord, StoreError, StoredEndpoint, StoredKey, TenantRecord,
};
use async_trait::async_trait;
use audit::Entry;
use contracts::Timestamp;
use ids::{EndpointId, KeyId, ProposalId, TenantId};

use super::endpoints::Detail;
use crate::Faults;

pub(super) const STORE: &str = "MEMORY_CONTROL";

/// Keys, endpoints and heartbeats in memory. Operations for [`Faults`]: `control.` and the method's name.
#[derive(Debug, Clone, Default)]
pub struct MemoryControl {
    pub(super) faults: Faults,
    pub(super) state: Rc<RefCell<State>>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) keys: BTreeMap<String, StoredKey>,
    pub(super) endpoints: BTreeMap<EndpointId, StoredEndpoint>,
    pub(super) details: BTreeMap<EndpointId, Detail>,
    heartbeats: BTreeMap<String, Heartbeat>,
    pub(super) used: BTreeMap<KeyId, Timestamp>,
    pub(super) tenants: BTreeMap<TenantId, TenantRecord>,
    /// By the request's name: the hash of what it asked for, and what it made.
    pub(super) requests: BTreeMap<String, (String, TenantId)>,
    pub(super) issued: BTreeMap<(TenantId, KeyId), IssuedKey>,
    /// The hash of each request for a key, and the key.
    pub(super) key_requests: BTreeMap<(TenantId, String), (String, KeyId)>,
    pub(super) audit: Vec<Entry>,
    pub(super) proposals: BTreeMap<ProposalId, ProposalRecord>,
}

impl MemoryControl {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..Self::default() }
    }

    /// Stores a key under its prefix, in place of the one there.
    pub fn put_key(&self, prefix: &str, key: StoredKey) {
        self.state.borrow_mut().keys.insert(prefix.to_owned(), key);
    }

    /// When a key was last used.
    #[must_use]
    pub fn last_used(&self, key_id: KeyId) -> Option<Timestamp> {
        self.state.borrow().used.get(&key_id).copied()
    }

    /// Stores an endpoint, in place of the one there.
    pub fn put_endpoint(&self, endpoint: StoredEndpoint) {
        self.state.borrow_mut().endpoints.insert(endpoint.endpoint_id, endpoint);
    }
}

#[async_trait(?Send)]
impl ControlStore for MemoryControl {
    async fn key_by_prefix(&self, prefix: &str) -> Result<Option<StoredKey>, StoreError> {
        let act = || Ok(self.state.borrow().keys.get(prefix).cloned());
        self.faults.around(STORE, "control.key_by_prefix", act).await
    }

    async fn endpoint(&self, endpoint_id: EndpointId) -> Result<Option<StoredEndpoint>, StoreError> {
        let act = || Ok(self.state.borrow().endpoints.get(&endpoint_id).cloned());
        self.faults.around(STORE, "control.endpoint", act).await
    }

    async fn touch_key(&self, tenant: TenantId, key_id: KeyId, at: Timestamp) -> Result<(), StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            if state.keys.values().any(|key| key.key_id == key_id && key.tenant_id == tenant) {
                let last = state.used.entry(key_id).or_insert(at);
                if last.unix_ms() + 300_000 <= at.unix_ms() {
                    *last = at;
                }
            }
            Ok(())
        };
        self.faults.around(STORE, "control.touch_key", act).await
    }

    async fn put_heartbeat(&self, heartbeat: &Heartbeat) -> Result<(), StoreError> {
        let act = || {
            let heartbeats = &mut self.state.borrow_mut().heartbeats;
            if heartbeats.get(&heartbeat.service).is_none_or(|known| known.seen_at <= heartbeat.seen_at) {
                heartbeats.insert(heartbeat.service.clone(), heartbeat.clone());
            }
            Ok(())
        };
        self.faults.around(STORE, "control.put_heartbeat", act).await
    }

    async fn heartbeat(&self, service: &str) -> Result<Option<Heartbeat>, StoreError> {
        let act = || Ok(self.state.borrow().heartbeats.get(service).cloned());
        self.faults.around(STORE, "control.heartbeat", act).await
    }
}
