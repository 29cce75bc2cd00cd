//! What operators change of tenants and their keys.

use async_trait::async_trait;
use contracts::Timestamp;
use ids::{KeyId, TenantId};

use super::{Allowance, StoreError};

/// A key to be issued. Its secret is its holder's alone: this has the hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Its id.
    pub key_id: KeyId,
    /// What operators call it.
    pub name: String,
    /// Its public half.
    pub prefix: String,
    /// The hash of the whole key, as text.
    pub hash: String,
    /// The scopes' names.
    pub scopes: Vec<String>,
    /// From when it is refused.
    pub expires_at: Option<Timestamp>,
    /// What it may ask for beside its tenant, as JSON.
    pub limits: Option<String>,
    /// When it is made.
    pub created_at: Timestamp,
}

/// A key, as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedKey {
    /// Its id.
    pub key_id: KeyId,
    /// What operators call it.
    pub name: String,
    /// Its public half.
    pub prefix: String,
    /// The scopes' names.
    pub scopes: Vec<String>,
    /// From when it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to about five minutes.
    pub last_used_at: Option<Timestamp>,
    /// What it may ask for beside its tenant, as JSON.
    pub limits: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a tenant may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantSettings {
    /// Whether its keys and endpoints open anything.
    pub active: bool,
    /// Its plan and its own numbers; `key` is none.
    pub allowance: Allowance,
    /// The origins whose pages may use its keys in a browser.
    pub allowed_origins: Vec<String>,
}

/// Tenants' settings and keys, written by operators.
#[async_trait(?Send)]
pub trait TenantAdmin {
    /// A tenant's settings; none where there is no such tenant.
    ///
    /// # Errors
    /// [`StoreError`], here and below, when the store does not answer.
    async fn settings(&self, tenant: TenantId) -> Result<Option<TenantSettings>, StoreError>;
    /// Replaces them. Whether there is such a tenant.
    async fn set(&self, tenant: TenantId, settings: &TenantSettings) -> Result<bool, StoreError>;
    /// Issues a key. Whether there is such a tenant.
    async fn add_key(&self, tenant: TenantId, key: &NewKey) -> Result<bool, StoreError>;
    /// The tenant's keys, newest first; revoked ones too.
    async fn keys(&self, tenant: TenantId) -> Result<Vec<IssuedKey>, StoreError>;
    /// Revokes a key of the tenant; of several times the first is kept. Whether it has such a key.
    async fn revoke_key(&self, tenant: TenantId, key_id: KeyId, at: Timestamp) -> Result<bool, StoreError>;
}
