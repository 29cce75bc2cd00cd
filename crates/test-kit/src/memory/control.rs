//! Keys, endpoints and heartbeats in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::{
    Allowance, ControlStore, Heartbeat, IssuedKey, NewKey, StoreError, StoredEndpoint, StoredKey,
    TenantAdmin, TenantSettings,
};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EndpointId, KeyId, TenantId};

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
    keys: BTreeMap<String, StoredKey>,
    pub(super) endpoints: BTreeMap<EndpointId, StoredEndpoint>,
    pub(super) details: BTreeMap<EndpointId, Detail>,
    heartbeats: BTreeMap<String, Heartbeat>,
    used: BTreeMap<KeyId, Timestamp>,
    tenants: BTreeMap<TenantId, TenantSettings>,
    issued: BTreeMap<(TenantId, KeyId), IssuedKey>,
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

    /// Stores a tenant, for operators.
    pub fn put_tenant(&self, tenant: TenantId, settings: TenantSettings) {
        self.state.borrow_mut().tenants.insert(tenant, settings);
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

#[async_trait(?Send)]
impl TenantAdmin for MemoryControl {
    async fn settings(&self, tenant: TenantId) -> Result<Option<TenantSettings>, StoreError> {
        let act = || Ok(self.state.borrow().tenants.get(&tenant).cloned());
        self.faults.around(STORE, "control.settings", act).await
    }

    async fn set(&self, tenant: TenantId, settings: &TenantSettings) -> Result<bool, StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            let known = state.tenants.get_mut(&tenant);
            Ok(known.map(|known| *known = settings.clone()).is_some())
        };
        self.faults.around(STORE, "control.set", act).await
    }

    async fn add_key(&self, tenant: TenantId, key: &NewKey) -> Result<bool, StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            if !state.tenants.contains_key(&tenant) {
                return Ok(false);
            }
            let NewKey { key_id, name, prefix, hash, scopes, expires_at, limits, created_at } = key.clone();
            let allowance = Allowance { key: limits.clone(), ..Allowance::default() };
            let stored = StoredKey {
                key_id,
                tenant_id: tenant,
                tenant_active: true,
                hash,
                scopes: scopes.clone(),
                expires_at,
                revoked_at: None,
                allowance,
                allowed_origins: Vec::new(),
            };
            state.keys.insert(prefix.clone(), stored);
            let (revoked_at, last_used_at) = (None, None);
            let issued = IssuedKey {
                key_id,
                name,
                prefix,
                scopes,
                expires_at,
                revoked_at,
                last_used_at,
                limits,
                created_at,
            };
            state.issued.insert((tenant, key_id), issued);
            Ok(true)
        };
        self.faults.around(STORE, "control.add_key", act).await
    }

    async fn keys(&self, tenant: TenantId) -> Result<Vec<IssuedKey>, StoreError> {
        let act = || {
            let state = self.state.borrow();
            let of_tenant = state.issued.iter().filter(|((of, _), _)| *of == tenant);
            Ok(of_tenant
                .rev()
                .map(|((_, id), key)| IssuedKey { last_used_at: state.used.get(id).copied(), ..key.clone() })
                .collect())
        };
        self.faults.around(STORE, "control.keys", act).await
    }

    async fn revoke_key(&self, tenant: TenantId, key_id: KeyId, at: Timestamp) -> Result<bool, StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            let Some(issued) = state.issued.get_mut(&(tenant, key_id)) else { return Ok(false) };
            let revoked_at = *issued.revoked_at.get_or_insert(at);
            for key in state.keys.values_mut().filter(|key| key.key_id == key_id) {
                key.revoked_at = Some(revoked_at);
            }
            Ok(true)
        };
        self.faults.around(STORE, "control.revoke_key", act).await
    }
}
