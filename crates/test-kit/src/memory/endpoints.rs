//! A tenant's own endpoints in memory: the other half of [`MemoryControl`].

use app::ports::{
    AddedEndpoint, EndpointStore, HookEndpoint, NamedRequest, NewEndpoint, Rotated, Rotation, StoreError,
    StoredEndpoint,
};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EndpointId, TenantId};

use super::control::{MemoryControl, STORE};

/// What of an endpoint only its tenant sees.
#[derive(Debug)]
pub(super) struct Detail {
    name: String,
    created_at: Timestamp,
    rotated_at: Option<Timestamp>,
    request: Option<NamedRequest>,
    rotation: Option<NamedRequest>,
}

fn record(endpoint: &StoredEndpoint, detail: &Detail) -> HookEndpoint {
    HookEndpoint {
        endpoint_id: endpoint.endpoint_id,
        source: endpoint.source.clone(),
        name: detail.name.clone(),
        secret: endpoint.secret.clone(),
        settings: endpoint.settings.clone(),
        active: endpoint.active,
        previous_until: endpoint.previous_secret.as_ref().map(|_| endpoint.previous_until),
        rotated_at: detail.rotated_at,
        created_at: detail.created_at,
    }
}

impl MemoryControl {
    fn of_tenant(&self, tenant: TenantId) -> Vec<HookEndpoint> {
        let state = self.state.borrow();
        let own = state.endpoints.values().filter(|endpoint| endpoint.tenant_id == tenant);
        own.filter_map(|endpoint| Some(record(endpoint, state.details.get(&endpoint.endpoint_id)?))).collect()
    }
}

#[async_trait(?Send)]
impl EndpointStore for MemoryControl {
    async fn add(
        &self,
        tenant: TenantId,
        endpoint: &NewEndpoint,
        most: u32,
    ) -> Result<AddedEndpoint, StoreError> {
        let act = || {
            let known = self.of_tenant(tenant);
            if let Some(request) = &endpoint.request {
                let state = self.state.borrow();
                let earlier = known.iter().find_map(|record| {
                    let named = state.details.get(&record.endpoint_id)?.request.as_ref()?;
                    (named.key == request.key).then(|| (record.clone(), named.hash == request.hash))
                });
                if let Some((record, same)) = earlier {
                    return Ok(AddedEndpoint::Existing { record: Box::new(record), same });
                }
            }
            if known.len() >= most as usize {
                return Ok(AddedEndpoint::LimitReached);
            }
            let NewEndpoint { endpoint_id, source, name, secret, settings, created_at, request } =
                endpoint.clone();
            let mut state = self.state.borrow_mut();
            let stored = StoredEndpoint {
                endpoint_id,
                tenant_id: tenant,
                tenant_active: true,
                source,
                secret,
                previous_secret: None,
                previous_until: None,
                settings,
                active: true,
                allowance: app::ports::Allowance::default(),
            };
            state.endpoints.insert(endpoint_id, stored);
            let detail = Detail { name, created_at, rotated_at: None, request, rotation: None };
            state.details.insert(endpoint_id, detail);
            Ok(AddedEndpoint::New)
        };
        self.faults.around(STORE, "endpoints.add", act).await
    }

    async fn list(
        &self,
        tenant: TenantId,
        before: Option<EndpointId>,
        limit: u32,
    ) -> Result<Vec<HookEndpoint>, StoreError> {
        let act = || {
            let mut found = self.of_tenant(tenant);
            found.retain(|record| before.is_none_or(|before| record.endpoint_id < before));
            found.reverse();
            found.truncate(limit as usize);
            Ok(found)
        };
        self.faults.around(STORE, "endpoints.list", act).await
    }

    async fn get(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
    ) -> Result<Option<HookEndpoint>, StoreError> {
        let act = || Ok(self.of_tenant(tenant).into_iter().find(|record| record.endpoint_id == endpoint_id));
        self.faults.around(STORE, "endpoints.get", act).await
    }

    async fn rotate(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        rotation: &Rotation,
    ) -> Result<Rotated, StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            let state = &mut *state;
            let endpoint = state.endpoints.get_mut(&endpoint_id).filter(|found| found.tenant_id == tenant);
            let (Some(endpoint), Some(detail)) = (endpoint, state.details.get_mut(&endpoint_id)) else {
                return Ok(Rotated::NotFound);
            };
            let named = |request: &Option<NamedRequest>| request.as_ref().map(|named| named.key.clone());
            if rotation.request.is_some() && named(&rotation.request) == named(&detail.rotation) {
                return Ok(match rotation.request == detail.rotation {
                    true => Rotated::Done(Box::new(record(endpoint, detail))),
                    false => Rotated::KeyReused,
                });
            }
            let before = std::mem::replace(&mut endpoint.secret, rotation.secret.clone());
            endpoint.previous_secret = rotation.previous_until.map(|_| before);
            endpoint.previous_until = rotation.previous_until;
            detail.rotated_at = Some(rotation.at);
            detail.rotation = rotation.request.clone();
            Ok(Rotated::Done(Box::new(record(endpoint, detail))))
        };
        self.faults.around(STORE, "endpoints.rotate", act).await
    }

    async fn remove(&self, tenant: TenantId, endpoint_id: EndpointId) -> Result<bool, StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            let own = state.endpoints.get(&endpoint_id).is_some_and(|found| found.tenant_id == tenant);
            if own {
                state.endpoints.remove(&endpoint_id);
                state.details.remove(&endpoint_id);
            }
            Ok(own)
        };
        self.faults.around(STORE, "endpoints.remove", act).await
    }
}
