//! Operators' changes of tenants and keys over SQL.

use app::ports::{
    AddedKey, Allowance, Created, IssuedKey, NewKey, NewTenant, Revoked, StoreError, TenantAdmin,
    TenantQuery, TenantRecord, TenantSettings,
};
use async_trait::async_trait;
use audit::Act;
use contracts::Timestamp;
use ids::{KeyId, TenantId};
use serde::Deserialize;

use super::SqlControl;
use super::audit::Condition;
use crate::sql::{SqlDatabase, Statement, Value, values};

/// The most keys of a tenant that are listed: more are a mistake, and the newest are those that matter.
const MOST_KEYS: u32 = 1_000;

/// What is read of a tenant.
const COLUMNS: &str = "id, slug, name, status, plan, limits, allowed_origins, created_at, version";

#[derive(Deserialize)]
struct TenantRow {
    id: TenantId,
    slug: String,
    name: String,
    status: String,
    plan: String,
    limits: Option<String>,
    allowed_origins: String,
    created_at: Timestamp,
    version: u32,
}

impl TryFrom<TenantRow> for TenantRecord {
    type Error = serde_json::Error;

    fn try_from(row: TenantRow) -> Result<Self, serde_json::Error> {
        Ok(Self {
            tenant_id: row.id,
            slug: row.slug,
            created_at: row.created_at,
            version: row.version,
            settings: TenantSettings {
                name: row.name,
                active: row.status == "active",
                allowance: Allowance { plan: row.plan, tenant: row.limits, key: None },
                allowed_origins: serde_json::from_str(&row.allowed_origins)?,
            },
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

/// A row that has one text.
#[derive(Deserialize)]
struct TextRow {
    text: Option<String>,
}

impl From<TextRow> for Option<String> {
    fn from(row: TextRow) -> Self {
        row.text
    }
}

fn status(active: bool) -> &'static str {
    if active { "active" } else { "suspended" }
}

/// The tenant as it was found, where a statement asks by `condition` on `?1`.
fn select(condition: &str, value: impl Into<Value>) -> Statement {
    Statement::new(&format!("SELECT {COLUMNS} FROM tenants WHERE {condition} ?1"), values![value.into()])
}

impl<D: SqlDatabase> SqlControl<D> {
    /// The tenant that the request of this name made, with the hash of what it asked for.
    /// What the request of a new key issued before, if it did.
    async fn issued_by(&self, tenant: TenantId, key: &NewKey) -> Result<Option<AddedKey>, StoreError> {
        let Some((request_key, request_hash)) = &key.request else { return Ok(None) };
        let of = || values![tenant, &**request_key];
        let key = "SELECT id, name, prefix, scopes, expires_at, revoked_at, last_used_at, limits, created_at
            FROM api_keys WHERE tenant_id = ?1 AND request_key = ?2";
        let hash = "SELECT request_hash AS text FROM api_keys WHERE tenant_id = ?1 AND request_key = ?2";
        let answers =
            self.database.batch(vec![Statement::new(key, of()), Statement::new(hash, of())]).await?;
        let [key, hash] = &*answers else { return Ok(None) };
        let hash: Option<Option<String>> = hash.first::<TextRow, _>()?;
        let same = hash.flatten().is_some_and(|known| known == *request_hash);
        let known = key.first::<IssuedRow, IssuedKey>()?;
        Ok(known.map(|key| if same { AddedKey::Before(key) } else { AddedKey::KeyReused }))
    }

    async fn made_by(&self, key: &str) -> Result<Option<(TenantRecord, Option<String>)>, StoreError> {
        let hash =
            Statement::new("SELECT request_hash AS text FROM tenants WHERE request_key = ?1", values![key]);
        let answers = self.database.batch(vec![select("request_key =", key), hash]).await?;
        let [record, hash] = &*answers else { return Ok(None) };
        let hash: Option<Option<String>> = hash.first::<TextRow, _>()?;
        Ok(record.first::<TenantRow, TenantRecord>()?.map(|record| (record, hash.flatten())))
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> TenantAdmin for SqlControl<D> {
    async fn tenants(&self, query: &TenantQuery) -> Result<Vec<TenantRecord>, StoreError> {
        let TenantQuery { slug, among, active, before, limit } = query;
        // A slug has letters, digits and hyphens: `~` stands after all of them.
        let until = slug.as_ref().map(|slug| format!("{slug}~"));
        let sql = format!("SELECT {COLUMNS} FROM tenants WHERE 1");
        let mut select = Statement::new(&sql, Vec::new());
        if let Some(among) = among {
            select.values.push(serde_json::json!(among).to_string().into());
            select.sql.push_str(" AND id IN (SELECT value FROM json_each(?1))");
        }
        let select = select
            .and_if("slug >=", slug.clone())
            .and_if("slug <", until)
            .and_if("status =", active.map(status))
            .and_if("id <", *before)
            .newest(*limit);
        self.database.query(select).await?.read::<TenantRow, _>()
    }

    async fn tenant(&self, tenant: TenantId) -> Result<Option<TenantRecord>, StoreError> {
        self.database.query(select("id =", tenant)).await?.first::<TenantRow, _>()
    }

    async fn create(&self, tenant: &NewTenant, act: &Act) -> Result<Created, StoreError> {
        let NewTenant { tenant_id, slug, settings, created_at, request } = tenant;
        let (key, hash) = request.clone().unzip();
        if let Some(key) = &key
            && let Some((record, known)) = self.made_by(key).await?
        {
            return Ok(if known == hash { Created::Before(record) } else { Created::KeyReused });
        }
        let TenantSettings { name, active, allowance, allowed_origins } = settings;
        let sql = "INSERT INTO tenants
                (id, slug, name, status, plan, limits, allowed_origins, created_at, request_key, request_hash)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE NOT EXISTS (SELECT 1 FROM tenants WHERE slug = ?2)";
        let values = values![
            *tenant_id,
            &**slug,
            &**name,
            status(*active),
            &*allowance.plan,
            allowance.tenant.clone(),
            serde_json::json!(allowed_origins).to_string(),
            *created_at,
            key.clone(),
            hash.clone()
        ];
        let free = Condition::new("NOT EXISTS (SELECT 1 FROM tenants WHERE slug = ?)", values![&**slug]);
        if self.act(act, &free, Statement::new(sql, values)).await? {
            return Ok(Created::Made);
        }
        // Of the same request twice at once, the later one finds what the earlier made.
        let made = match &key {
            Some(key) => self.made_by(key).await?,
            None => None,
        };
        Ok(match made {
            Some((record, known)) if known == hash => Created::Before(record),
            _ => Created::SlugTaken,
        })
    }

    async fn set(
        &self,
        tenant: TenantId,
        version: u32,
        settings: &TenantSettings,
        act: &Act,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE tenants
            SET name = ?3, status = ?4, plan = ?5, limits = ?6, allowed_origins = ?7, version = version + 1
            WHERE id = ?1 AND version = ?2";
        let TenantSettings { name, active, allowance, allowed_origins } = settings;
        let origins = serde_json::json!(allowed_origins).to_string();
        let (plan, limits) = (&*allowance.plan, allowance.tenant.clone());
        let values = values![tenant, version, &**name, status(*active), plan, limits, origins];
        let shown = Condition::new(
            "EXISTS (SELECT 1 FROM tenants WHERE id = ? AND version = ?)",
            values![tenant, version],
        );
        self.act(act, &shown, Statement::new(sql, values)).await
    }

    async fn add_key(&self, tenant: TenantId, key: &NewKey, act: &Act) -> Result<AddedKey, StoreError> {
        if let Some(before) = self.issued_by(tenant, key).await? {
            return Ok(before);
        }
        let sql = "INSERT INTO api_keys
                (id, tenant_id, name, prefix, hash, scopes, expires_at, limits, created_at, request_key, request_hash)
            SELECT ?2, id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM tenants WHERE id = ?1
                AND NOT EXISTS (SELECT 1 FROM api_keys WHERE tenant_id = ?1 AND request_key = ?10)";
        let NewKey { key_id, name, prefix, hash, scopes, expires_at, limits, created_at, request } = key;
        let scopes = serde_json::json!(scopes).to_string();
        let (request_key, request_hash) = request.clone().unzip();
        let values = values![
            tenant,
            *key_id,
            &**name,
            &**prefix,
            &**hash,
            scopes,
            *expires_at,
            limits.clone(),
            *created_at,
            request_key.clone(),
            request_hash
        ];
        let free = Condition::new(
            "EXISTS (SELECT 1 FROM tenants WHERE id = ?)
                AND NOT EXISTS (SELECT 1 FROM api_keys WHERE tenant_id = ? AND request_key = ?)",
            values![tenant, tenant, request_key],
        );
        if self.act(act, &free, Statement::new(sql, values)).await? {
            return Ok(AddedKey::Issued);
        }
        // The same request came twice at once, and the other was first.
        Ok(self.issued_by(tenant, key).await?.unwrap_or(AddedKey::NoTenant))
    }

    async fn keys(&self, tenant: TenantId) -> Result<Vec<IssuedKey>, StoreError> {
        let sql = "SELECT id, name, prefix, scopes, expires_at, revoked_at, last_used_at, limits, created_at
            FROM api_keys WHERE tenant_id = ?1 ORDER BY created_at DESC, id DESC LIMIT ?2";
        self.database.query(Statement::new(sql, values![tenant, MOST_KEYS])).await?.read::<IssuedRow, _>()
    }

    async fn revoke_key(
        &self,
        tenant: TenantId,
        key_id: KeyId,
        at: Timestamp,
        act: &Act,
    ) -> Result<Revoked, StoreError> {
        let sql =
            "UPDATE api_keys SET revoked_at = ?3 WHERE id = ?2 AND tenant_id = ?1 AND revoked_at IS NULL";
        let open = Condition::new(
            "EXISTS (SELECT 1 FROM api_keys WHERE tenant_id = ? AND id = ? AND revoked_at IS NULL)",
            values![tenant, key_id],
        );
        if self.act(act, &open, Statement::new(sql, values![tenant, key_id, at])).await? {
            return Ok(Revoked::Now);
        }
        let sql = "SELECT id AS text FROM api_keys WHERE tenant_id = ?1 AND id = ?2";
        let known = self.database.query(Statement::new(sql, values![tenant, key_id])).await?;
        Ok(if known.is_empty() { Revoked::NoKey } else { Revoked::Before })
    }
}
