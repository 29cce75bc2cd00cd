//! Tenants and their keys in memory, as operators change them.

use app::ports::{
    AddedKey, Allowance, Created, IssuedKey, NewKey, NewTenant, Revoked, StoreError, StoredKey, TenantAdmin,
    TenantQuery, TenantRecord, TenantSettings,
};
use async_trait::async_trait;
use audit::Act;
use contracts::Timestamp;
use ids::{KeyId, TenantId};

use super::control::{MemoryControl, STORE, State};

impl MemoryControl {
    /// Stores a tenant, for operators; its slug is its id.
    pub fn put_tenant(&self, tenant: TenantId, settings: TenantSettings) {
        let record = TenantRecord {
            tenant_id: tenant,
            slug: tenant.to_string(),
            created_at: Timestamp::from_unix_ms(1),
            version: 1,
            settings,
        };
        self.state.borrow_mut().tenants.insert(tenant, record);
    }
}

impl State {
    fn create(&mut self, tenant: &NewTenant, act: &Act) -> Created {
        let NewTenant { tenant_id, slug, settings, created_at, request } = tenant.clone();
        if let Some((key, hash)) = &request
            && let Some((known, made)) = self.requests.get(key)
        {
            return match self.tenants.get(made) {
                Some(record) if known == hash => Created::Before(record.clone()),
                _ => Created::KeyReused,
            };
        }
        if self.tenants.values().any(|known| known.slug == slug) {
            return Created::SlugTaken;
        }
        if let Some((key, hash)) = request {
            self.requests.insert(key, (hash, tenant_id));
        }
        let record = TenantRecord { tenant_id, slug, created_at, version: 1, settings };
        self.tenants.insert(tenant_id, record);
        self.record(act);
        Created::Made
    }

    fn add_key(&mut self, tenant: TenantId, key: &NewKey, act: &Act) -> AddedKey {
        let added = self.put_new_key(tenant, key);
        if added == AddedKey::Issued {
            self.record(act);
        }
        added
    }

    /// Issues a key without an act.
    pub(super) fn put_new_key(&mut self, tenant: TenantId, key: &NewKey) -> AddedKey {
        if !self.tenants.contains_key(&tenant) {
            return AddedKey::NoTenant;
        }
        let NewKey { key_id, name, prefix, hash, scopes, expires_at, limits, created_at, request } =
            key.clone();
        if let Some((request_key, request_hash)) = request {
            if let Some((known_hash, known)) = self.key_requests.get(&(tenant, request_key.clone())) {
                let issued = self.issued.get(&(tenant, *known)).cloned();
                let same = *known_hash == request_hash;
                return issued.filter(|_| same).map_or(AddedKey::KeyReused, AddedKey::Before);
            }
            self.key_requests.insert((tenant, request_key), (request_hash, key_id));
        }
        let stored = StoredKey {
            key_id,
            tenant_id: tenant,
            tenant_active: true,
            hash,
            scopes: scopes.clone(),
            expires_at,
            revoked_at: None,
            allowance: Allowance { key: limits.clone(), ..Allowance::default() },
            allowed_origins: Vec::new(),
        };
        self.keys.insert(prefix.clone(), stored);
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
        self.issued.insert((tenant, key_id), issued);
        AddedKey::Issued
    }

    fn revoke(&mut self, tenant: TenantId, key_id: KeyId, at: Timestamp, act: &Act) -> Revoked {
        let Some(issued) = self.issued.get_mut(&(tenant, key_id)) else { return Revoked::NoKey };
        if issued.revoked_at.is_some() {
            return Revoked::Before;
        }
        issued.revoked_at = Some(at);
        for key in self.keys.values_mut().filter(|key| key.key_id == key_id) {
            key.revoked_at = Some(at);
        }
        self.record(act);
        Revoked::Now
    }
}

#[async_trait(?Send)]
impl TenantAdmin for MemoryControl {
    async fn tenants(&self, query: &TenantQuery) -> Result<Vec<TenantRecord>, StoreError> {
        let act = || {
            let TenantQuery { slug, among, active, before, limit } = query;
            let fits = |record: &&TenantRecord| {
                slug.as_ref().is_none_or(|slug| record.slug.starts_with(&**slug))
                    && among.as_ref().is_none_or(|among| among.contains(&record.tenant_id))
                    && active.is_none_or(|active| record.settings.active == active)
                    && before.is_none_or(|before| record.tenant_id < before)
            };
            let state = self.state.borrow();
            Ok(state.tenants.values().rev().filter(fits).take(*limit as usize).cloned().collect())
        };
        self.faults.around(STORE, "control.tenants", act).await
    }

    async fn tenant(&self, tenant: TenantId) -> Result<Option<TenantRecord>, StoreError> {
        let act = || Ok(self.state.borrow().tenants.get(&tenant).cloned());
        self.faults.around(STORE, "control.tenant", act).await
    }

    async fn create(&self, tenant: &NewTenant, act: &Act) -> Result<Created, StoreError> {
        let act = || Ok(self.state.borrow_mut().create(tenant, act));
        self.faults.around(STORE, "control.create", act).await
    }

    async fn set(
        &self,
        tenant: TenantId,
        version: u32,
        settings: &TenantSettings,
        act: &Act,
    ) -> Result<bool, StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            let known = state.tenants.get_mut(&tenant).filter(|known| known.version == version);
            let Some(known) = known else { return Ok(false) };
            known.settings = settings.clone();
            known.version += 1;
            state.record(act);
            Ok(true)
        };
        self.faults.around(STORE, "control.set", act).await
    }

    async fn add_key(&self, tenant: TenantId, key: &NewKey, act: &Act) -> Result<AddedKey, StoreError> {
        let act = || Ok(self.state.borrow_mut().add_key(tenant, key, act));
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

    async fn revoke_key(
        &self,
        tenant: TenantId,
        key_id: KeyId,
        at: Timestamp,
        act: &Act,
    ) -> Result<Revoked, StoreError> {
        let act = || Ok(self.state.borrow_mut().revoke(tenant, key_id, at, act));
        self.faults.around(STORE, "control.revoke_key", act).await
    }
}
