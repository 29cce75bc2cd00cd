//! Operators' changes of tenants and keys over SQL.

use app::ports::{Allowance, IssuedKey, NewKey, StoreError, TenantAdmin, TenantSettings};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{KeyId, TenantId};
use serde::Deserialize;

use super::SqlControl;
use crate::sql::{SqlDatabase, Statement, values};

/// The most keys of a tenant that are listed: more are a mistake, and the newest are those that matter.
const MOST_KEYS: u32 = 1_000;

#[derive(Deserialize)]
struct SettingsRow {
    status: String,
    plan: String,
    limits: Option<String>,
    allowed_origins: String,
}

impl TryFrom<SettingsRow> for TenantSettings {
    type Error = serde_json::Error;

    fn try_from(row: SettingsRow) -> Result<Self, serde_json::Error> {
        Ok(Self {
            active: row.status == "active",
            allowance: Allowance { plan: row.plan, tenant: row.limits, key: None },
            allowed_origins: serde_json::from_str(&row.allowed_origins)?,
        })
    }
}

#[derive(Deserialize)]
struct IssuedRow {
    id: KeyId,
    name: String,
    prefix: String,
    scopes: String,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    limits: Option<String>,
    created_at: Timestamp,
}

impl TryFrom<IssuedRow> for IssuedKey {
    type Error = serde_json::Error;

    fn try_from(row: IssuedRow) -> Result<Self, serde_json::Error> {
        Ok(Self {
            key_id: row.id,
            name: row.name,
            prefix: row.prefix,
            scopes: serde_json::from_str(&row.scopes)?,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
            limits: row.limits,
            created_at: row.created_at,
        })
    }
}

/// A row that says that something was there.
#[derive(Deserialize)]
struct Found {
    id: String,
}

impl<D: SqlDatabase> SqlControl<D> {
    /// Whether a statement that returns the ids of what it changed changed anything.
    async fn changed(&self, statement: Statement) -> Result<bool, StoreError> {
        let found: Option<String> = self.database.query(statement).await?.first::<Found, _>()?;
        Ok(found.is_some())
    }
}

impl From<Found> for String {
    fn from(found: Found) -> Self {
        found.id
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> TenantAdmin for SqlControl<D> {
    async fn settings(&self, tenant: TenantId) -> Result<Option<TenantSettings>, StoreError> {
        let sql = "SELECT status, plan, limits, allowed_origins FROM tenants WHERE id = ?1";
        self.database.query(Statement::new(sql, values![tenant])).await?.first::<SettingsRow, _>()
    }

    async fn set(&self, tenant: TenantId, settings: &TenantSettings) -> Result<bool, StoreError> {
        let sql = "UPDATE tenants SET status = ?2, plan = ?3, limits = ?4, allowed_origins = ?5
            WHERE id = ?1 RETURNING id";
        let TenantSettings { active, allowance, allowed_origins } = settings;
        let status = if *active { "active" } else { "suspended" };
        let origins = serde_json::json!(allowed_origins).to_string();
        let values = values![tenant, status, &*allowance.plan, allowance.tenant.clone(), origins];
        self.changed(Statement::new(sql, values)).await
    }

    async fn add_key(&self, tenant: TenantId, key: &NewKey) -> Result<bool, StoreError> {
        let sql =
            "INSERT INTO api_keys (id, tenant_id, name, prefix, hash, scopes, expires_at, limits, created_at)
            SELECT ?2, id, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM tenants WHERE id = ?1 RETURNING id";
        let NewKey { key_id, name, prefix, hash, scopes, expires_at, limits, created_at } = key;
        let scopes = serde_json::json!(scopes).to_string();
        let values = values![
            tenant,
            *key_id,
            &**name,
            &**prefix,
            &**hash,
            scopes,
            *expires_at,
            limits.clone(),
            *created_at
        ];
        self.changed(Statement::new(sql, values)).await
    }

    async fn keys(&self, tenant: TenantId) -> Result<Vec<IssuedKey>, StoreError> {
        let sql = "SELECT id, name, prefix, scopes, expires_at, revoked_at, last_used_at, limits, created_at
            FROM api_keys WHERE tenant_id = ?1 ORDER BY created_at DESC, id DESC LIMIT ?2";
        self.database.query(Statement::new(sql, values![tenant, MOST_KEYS])).await?.read::<IssuedRow, _>()
    }

    async fn revoke_key(&self, tenant: TenantId, key_id: KeyId, at: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?3)
            WHERE id = ?2 AND tenant_id = ?1 RETURNING id";
        self.changed(Statement::new(sql, values![tenant, key_id, at])).await
    }
}
