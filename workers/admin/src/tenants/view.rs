//! Tenants and their keys, as operators see them.

use app::ports::{IssuedKey, TenantRecord, TenantSettings};
use ids::{KeyId, TenantId};
use serde::Serialize;
use serde_json::value::RawValue;

/// A key, as operators see it.
#[derive(Debug, Serialize)]
pub struct KeyView {
    /// Its id.
    pub id: KeyId,
    /// What operators call it.
    pub name: String,
    /// Its public half.
    pub prefix: String,
    /// What it opens.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: http_api::Timestamp,
    /// From when it is refused.
    pub expires_at: Option<http_api::Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<http_api::Timestamp>,
    /// When it was last used, to about five minutes.
    pub last_used_at: Option<http_api::Timestamp>,
    /// What it may ask for beside its tenant.
    pub limits: Option<Box<RawValue>>,
    /// The secret, in the answer that issues it and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
}

/// A tenant's keys.
#[derive(Debug, Serialize)]
pub struct KeyList {
    /// The newest first.
    pub items: Vec<KeyView>,
}

/// A tenant, as operators see it.
#[derive(Debug, Serialize)]
pub struct TenantView {
    /// Its id.
    pub id: TenantId,
    /// Its short name.
    pub slug: String,
    /// What operators call it.
    pub name: String,
    /// `active` or `suspended`.
    pub status: &'static str,
    /// Its plan.
    pub plan: String,
    /// Its own numbers beside the plan's.
    pub limits: Option<Box<RawValue>>,
    /// The origins whose pages may use its keys in a browser.
    pub allowed_origins: Vec<String>,
    /// When it was made.
    pub created_at: http_api::Timestamp,
    /// Counts the changes: give it with a change to say which state was seen.
    pub version: u32,
}

impl From<TenantRecord> for TenantView {
    fn from(record: TenantRecord) -> Self {
        let TenantRecord { tenant_id: id, slug, created_at, version, settings } = record;
        let TenantSettings { name, active, allowance, allowed_origins } = settings;
        Self {
            id,
            slug,
            name,
            status: if active { "active" } else { "suspended" },
            plan: allowance.plan,
            limits: raw(allowance.tenant),
            allowed_origins,
            created_at: time(created_at),
            version,
        }
    }
}

/// What the audit says of settings.
pub(super) fn told(settings: &TenantSettings) -> Option<String> {
    let TenantSettings { name, active, allowance, allowed_origins } = settings;
    let limits = raw(allowance.tenant.clone());
    Some(
        serde_json::json!({
            "name": name, "active": active, "plan": allowance.plan, "limits": limits,
            "allowed_origins": allowed_origins,
        })
        .to_string(),
    )
}

fn time(time: contracts::Timestamp) -> http_api::Timestamp {
    http_api::Timestamp::from_unix_ms(time.unix_ms())
}

fn raw(json: Option<String>) -> Option<Box<RawValue>> {
    json.and_then(|json| RawValue::from_string(json).ok())
}

pub(super) fn view(key: IssuedKey) -> KeyView {
    KeyView {
        id: key.key_id,
        name: key.name,
        prefix: key.prefix,
        scopes: key.scopes,
        created_at: time(key.created_at),
        expires_at: key.expires_at.map(time),
        revoked_at: key.revoked_at.map(time),
        last_used_at: key.last_used_at.map(time),
        limits: raw(key.limits),
        api_key: None,
    }
}
