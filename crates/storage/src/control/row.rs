//! Rows of the control database, which are also what the cache holds, and their conversion to the ports' records.

use app::ports::{Allowance, EndpointSecret, Heartbeat, StoredEndpoint, StoredKey};
use contracts::Timestamp;
use ids::{EndpointId, KeyId, TenantId};
use serde::{Deserialize, Serialize};
use signing::Settings;

const ACTIVE: &str = "active";

/// A status as stored, of what can only be on or off.
fn status(active: bool, off: &str) -> String {
    if active { ACTIVE.to_owned() } else { off.to_owned() }
}

#[derive(Serialize, Deserialize)]
pub(super) struct KeyRow {
    id: KeyId,
    tenant_id: TenantId,
    tenant_status: String,
    hash: String,
    scopes: String,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    plan: String,
    tenant_limits: Option<String>,
    key_limits: Option<String>,
    allowed_origins: String,
}

impl TryFrom<KeyRow> for StoredKey {
    type Error = serde_json::Error;

    fn try_from(row: KeyRow) -> Result<Self, serde_json::Error> {
        Ok(Self {
            key_id: row.id,
            tenant_id: row.tenant_id,
            tenant_active: row.tenant_status == ACTIVE,
            hash: row.hash,
            scopes: serde_json::from_str(&row.scopes)?,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            allowance: Allowance { plan: row.plan, tenant: row.tenant_limits, key: row.key_limits },
            allowed_origins: serde_json::from_str(&row.allowed_origins)?,
        })
    }
}

impl From<&StoredKey> for KeyRow {
    fn from(key: &StoredKey) -> Self {
        Self {
            id: key.key_id,
            tenant_id: key.tenant_id,
            tenant_status: status(key.tenant_active, "suspended"),
            hash: key.hash.clone(),
            scopes: serde_json::json!(key.scopes).to_string(),
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
            plan: key.allowance.plan.clone(),
            tenant_limits: key.allowance.tenant.clone(),
            key_limits: key.allowance.key.clone(),
            allowed_origins: serde_json::json!(key.allowed_origins).to_string(),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct EndpointRow {
    id: EndpointId,
    tenant_id: TenantId,
    tenant_status: String,
    source: String,
    secret: String,
    previous_secret: Option<String>,
    previous_valid_until: Option<Timestamp>,
    settings: Option<String>,
    status: String,
    plan: String,
    tenant_limits: Option<String>,
}

/// Settings as stored.
pub(super) fn settings(text: Option<&str>) -> Result<Settings, serde_json::Error> {
    text.map_or(Ok(Settings::None), serde_json::from_str)
}

/// Settings to store; nothing where there are none.
pub(super) fn settings_text(settings: &Settings) -> Option<String> {
    (*settings != Settings::None).then(|| serde_json::json!(settings).to_string())
}

impl TryFrom<EndpointRow> for StoredEndpoint {
    type Error = serde_json::Error;

    fn try_from(row: EndpointRow) -> Result<Self, serde_json::Error> {
        Ok(Self {
            endpoint_id: row.id,
            tenant_id: row.tenant_id,
            tenant_active: row.tenant_status == ACTIVE,
            source: row.source,
            secret: EndpointSecret::new(row.secret),
            previous_secret: row.previous_secret.map(EndpointSecret::new),
            previous_until: row.previous_valid_until,
            settings: settings(row.settings.as_deref())?,
            active: row.status == ACTIVE,
            allowance: Allowance { plan: row.plan, tenant: row.tenant_limits, key: None },
        })
    }
}

impl From<&StoredEndpoint> for EndpointRow {
    fn from(endpoint: &StoredEndpoint) -> Self {
        Self {
            id: endpoint.endpoint_id,
            tenant_id: endpoint.tenant_id,
            tenant_status: status(endpoint.tenant_active, "suspended"),
            source: endpoint.source.clone(),
            secret: endpoint.secret.expose().to_owned(),
            previous_secret: endpoint.previous_secret.as_ref().map(|secret| secret.expose().to_owned()),
            previous_valid_until: endpoint.previous_until,
            settings: settings_text(&endpoint.settings),
            status: status(endpoint.active, "disabled"),
            plan: endpoint.allowance.plan.clone(),
            tenant_limits: endpoint.allowance.tenant.clone(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct HeartbeatRow {
    service: String,
    version: String,
    contract: String,
    seen_at: Timestamp,
}

impl From<HeartbeatRow> for Heartbeat {
    fn from(row: HeartbeatRow) -> Self {
        let HeartbeatRow { service, version, contract, seen_at } = row;
        Self { service, version, contract, seen_at }
    }
}
