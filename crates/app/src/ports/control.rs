//! What the edge must know before it lets anybody in: keys, endpoints and signs of life.

use std::fmt;

use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EndpointId, KeyId, TenantId};
use signing::Settings;

use super::StoreError;

/// What a tenant and a key may ask for, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The tenant's plan.
    pub plan: String,
    /// The tenant's own numbers, as JSON.
    pub tenant: Option<String>,
    /// The key's, as JSON.
    pub key: Option<String>,
}

impl Default for Allowance {
    /// The standard plan and nothing else.
    fn default() -> Self {
        Self { plan: "standard".into(), tenant: None, key: None }
    }
}

/// An API key as stored. Plain data: whether it opens anything is for the caller's rules to say.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// The key's own id.
    pub key_id: KeyId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Whether that tenant is active; a suspended tenant's keys open nothing.
    pub tenant_active: bool,
    /// The hash of the whole key, as text.
    pub hash: String,
    /// The scopes' names.
    pub scopes: Vec<String>,
    /// From when it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// What it and its tenant may ask for.
    pub allowance: Allowance,
    /// The origins whose pages may use the tenant's keys in a browser.
    pub allowed_origins: Vec<String>,
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKey")
            .field("key_id", &self.key_id)
            .field("tenant_id", &self.tenant_id)
            .field("tenant_active", &self.tenant_active)
            .field("scopes", &self.scopes)
            .field("expires_at", &self.expires_at)
            .field("revoked_at", &self.revoked_at)
            .finish_non_exhaustive()
    }
}

/// A webhook endpoint as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEndpoint {
    /// The endpoint's own id.
    pub endpoint_id: EndpointId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Whether that tenant is active; a suspended tenant's endpoints accept nothing.
    pub tenant_active: bool,
    /// The provider, or `standard`.
    pub source: String,
    /// What its webhooks are signed with.
    pub secret: EndpointSecret,
    /// What they were signed with before, while a rotation is under way.
    pub previous_secret: Option<EndpointSecret>,
    /// Until when that is accepted; `None` for until the next rotation.
    pub previous_until: Option<Timestamp>,
    /// What else deliveries are judged by.
    pub settings: Settings,
    /// Whether the endpoint itself is switched on.
    pub active: bool,
    /// What its tenant may be sent.
    pub allowance: Allowance,
}

/// A webhook's signing secret. It cannot be formatted: `Debug` shows dots.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointSecret(String);

impl EndpointSecret {
    /// Wraps a secret.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself: to verify with, never to show.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EndpointSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EndpointSecret(…)")
    }
}

/// The last sign of life of a Worker that nobody below it may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// The Worker's name.
    pub service: String,
    /// Its build's version.
    pub version: String,
    /// What it serves, in one line.
    pub contract: String,
    /// When it was seen.
    pub seen_at: Timestamp,
}

/// How old, in milliseconds, an endpoint may be that is asked for as a fresh one. It bounds what refused deliveries cost.
pub const ENDPOINT_FRESH_MS: u64 = 5_000;

/// Keys, endpoints and heartbeats. Reads by credential are the one place where a tenant comes *out* of a store.
#[async_trait(?Send)]
pub trait ControlStore {
    /// The key with this public prefix.
    async fn key_by_prefix(&self, prefix: &str) -> Result<Option<StoredKey>, StoreError>;
    /// One endpoint.
    async fn endpoint(&self, endpoint_id: EndpointId) -> Result<Option<StoredEndpoint>, StoreError>;
    /// One endpoint, not older than [`ENDPOINT_FRESH_MS`], for a delivery that the remembered one refuses: its secret
    /// may just have been changed.
    async fn fresh_endpoint(&self, endpoint_id: EndpointId) -> Result<Option<StoredEndpoint>, StoreError> {
        self.endpoint(endpoint_id).await
    }
    /// Notes that a key was used. Of uses within five minutes the first is kept.
    async fn touch_key(&self, tenant: TenantId, key_id: KeyId, at: Timestamp) -> Result<(), StoreError>;
    /// Notes a sign of life. An older one than is known changes nothing.
    async fn put_heartbeat(&self, heartbeat: &Heartbeat) -> Result<(), StoreError>;
    /// The last sign of life of a service.
    async fn heartbeat(&self, service: &str) -> Result<Option<Heartbeat>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_and_no_hash_is_ever_formatted() {
        let key = StoredKey {
            key_id: KeyId::from_parts(1, [1; 10]),
            tenant_id: TenantId::from_parts(1, [2; 10]),
            tenant_active: true,
            hash: "the-hash".into(),
            scopes: vec!["events:write".into()],
            expires_at: None,
            revoked_at: None,
            allowance: Allowance::default(),
            allowed_origins: Vec::new(),
        };
        assert!(!format!("{key:?}").contains("the-hash"));
        let endpoint = StoredEndpoint {
            endpoint_id: EndpointId::from_parts(1, [3; 10]),
            tenant_id: key.tenant_id,
            tenant_active: true,
            source: "standard".into(),
            secret: EndpointSecret::new("the-secret"),
            previous_secret: Some(EndpointSecret::new("the-secret-before")),
            previous_until: None,
            settings: Settings::None,
            active: true,
            allowance: Allowance::default(),
        };
        assert!(!format!("{endpoint:?}").contains("the-secret"));
        assert_eq!(endpoint.secret.expose(), "the-secret");
    }
}
