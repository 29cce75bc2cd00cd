//! What operators change of tenants and their keys.

use async_trait::async_trait;
use audit::Act;
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
    /// The client's own name of the request, and a hash of what it asked for.
    pub request: Option<(String, String)>,
}

/// What came of issuing a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddedKey {
    /// It is issued.
    Issued,
    /// The same request issued this one before.
    Before(IssuedKey),
    /// A request of this name asked for something else before.
    KeyReused,
    /// There is no such tenant.
    NoTenant,
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

/// What operators may change of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantSettings {
    /// What operators call it.
    pub name: String,
    /// Whether its keys and endpoints open anything.
    pub active: bool,
    /// Its plan and its own numbers; `key` is none.
    pub allowance: Allowance,
    /// The origins whose pages may use its keys in a browser.
    pub allowed_origins: Vec<String>,
}

/// A tenant as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRecord {
    /// Its id.
    pub tenant_id: TenantId,
    /// Its short name, unique and for good.
    pub slug: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// How often its settings were written, the first time included.
    pub version: u32,
    /// The settings.
    pub settings: TenantSettings,
}

/// A tenant to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTenant {
    /// Its id.
    pub tenant_id: TenantId,
    /// Its short name.
    pub slug: String,
    /// Its settings.
    pub settings: TenantSettings,
    /// When it is made.
    pub created_at: Timestamp,
    /// The client's own name of the request, and a hash of what it asked for.
    pub request: Option<(String, String)>,
}

/// What came of making a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// It was made.
    Made,
    /// The same request made this one before.
    Before(TenantRecord),
    /// A request of this name asked for something else before.
    KeyReused,
    /// Another tenant has the slug.
    SlugTaken,
}

/// What came of revoking a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// It is revoked from now on.
    Now,
    /// It was before.
    Before,
    /// The tenant has no such key.
    NoKey,
}

/// Which tenants to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantQuery {
    /// Those whose slug begins so.
    pub slug: Option<String>,
    /// Only these.
    pub among: Option<Vec<TenantId>>,
    /// Active ones only, or suspended ones only.
    pub active: Option<bool>,
    /// Those made before this one.
    pub before: Option<TenantId>,
    /// At most so many.
    pub limit: u32,
}

/// Tenants' settings and keys, written by operators. Every change takes the act that goes into the audit with it: both
/// are written, or neither.
#[async_trait(?Send)]
pub trait TenantAdmin {
    /// Tenants, newest first.
    ///
    /// # Errors
    /// [`StoreError`], here and below, when the store does not answer.
    async fn tenants(&self, query: &TenantQuery) -> Result<Vec<TenantRecord>, StoreError>;
    /// A tenant; none where there is no such tenant.
    async fn tenant(&self, tenant: TenantId) -> Result<Option<TenantRecord>, StoreError>;
    /// Makes a tenant.
    async fn create(&self, tenant: &NewTenant, act: &Act) -> Result<Created, StoreError>;
    /// Replaces its settings where they are of `version` still. Whether they were.
    async fn set(
        &self,
        tenant: TenantId,
        version: u32,
        settings: &TenantSettings,
        act: &Act,
    ) -> Result<bool, StoreError>;
    /// Issues a key.
    async fn add_key(&self, tenant: TenantId, key: &NewKey, act: &Act) -> Result<AddedKey, StoreError>;
    /// The tenant's keys, newest first; revoked ones too.
    async fn keys(&self, tenant: TenantId) -> Result<Vec<IssuedKey>, StoreError>;
    /// Revokes a key of the tenant. A second time changes nothing, and is not an act.
    async fn revoke_key(
        &self,
        tenant: TenantId,
        key_id: KeyId,
        at: Timestamp,
        act: &Act,
    ) -> Result<Revoked, StoreError>;
}
