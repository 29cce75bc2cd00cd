//! Issuing, listing and revoking a tenant's keys.

use app::ports::{AddedKey, IssuedKey, NewKey, Revoked};
use auth::ApiKey;
use http_api::request::read_body;
use ids::{KeyId, TenantId};
use sha2::{Digest, Sha256};

use super::Tenants;
use super::request::IssueKey;
use super::view::{KeyList, KeyView, view};
use crate::audit::{Asker, unavailable};
use crate::problem::{Code, Problem};

impl Tenants<'_> {
    /// Issues a key. Its secret is in this answer and nowhere else: the same request again, by its idempotency key, gives
    /// the key without it.
    ///
    /// # Errors
    /// A bad body; there is no such tenant; an idempotency key that asked for something else; the store does not answer.
    pub async fn issue_key(
        &self,
        asker: &Asker<'_>,
        request: Option<&str>,
        tenant: TenantId,
        body: &[u8],
    ) -> Result<KeyView, Problem> {
        let IssueKey { name, scopes, expires_at, limits } = read_body(body).map_err(Problem::of_body)?;
        let (mut secret, mut own) = ([0; 41], [0; 10]);
        self.random.fill(&mut secret);
        self.random.fill(&mut own);
        let key = ApiKey::generate(secret);
        let created_at = self.clock.now();
        let new = NewKey {
            key_id: KeyId::from_parts(created_at.unix_ms(), own),
            name,
            prefix: key.prefix().to_owned(),
            hash: key.hash().to_string(),
            scopes,
            expires_at: expires_at.map(|time| contracts::Timestamp::from_unix_ms(time.unix_ms())),
            limits,
            created_at,
            request: request.map(|request| (request.to_owned(), hex::encode(Sha256::digest(body)))),
        };
        let mut act = asker.act("key.issue", Some(tenant), new.key_id.to_string());
        let NewKey { key_id, name, prefix, scopes, expires_at, limits, .. } = new.clone();
        let issued = IssuedKey {
            key_id,
            name,
            prefix,
            scopes,
            expires_at,
            revoked_at: None,
            last_used_at: None,
            limits,
            created_at,
        };
        let shown = view(issued);
        act.after = serde_json::to_string(&shown).ok();
        match self.store.add_key(tenant, &new, &act).await.map_err(unavailable)? {
            AddedKey::Issued => {}
            AddedKey::Before(known) => return Ok(view(known)),
            AddedKey::KeyReused => {
                let detail = "this idempotency key asked for another API key before: choose a new one";
                return Err(Problem::new(Code::KeyReused, detail));
            }
            AddedKey::NoTenant => return Err(Problem::no_tenant()),
        }
        Ok(KeyView { api_key: Some(key.expose().to_owned()), ..shown })
    }

    /// The tenant's keys, newest first.
    ///
    /// # Errors
    /// There is no such tenant; the store does not answer.
    pub async fn keys(&self, tenant: TenantId) -> Result<KeyList, Problem> {
        self.tenant(tenant).await?;
        let keys = self.store.keys(tenant).await.map_err(unavailable)?;
        Ok(KeyList { items: keys.into_iter().map(view).collect() })
    }

    /// The tenant's keys that open something now.
    ///
    /// # Errors
    /// As [`Tenants::keys`].
    pub(crate) async fn open_keys(&self, tenant: TenantId) -> Result<Vec<IssuedKey>, Problem> {
        let now = self.clock.now();
        let mut keys = self.store.keys(tenant).await.map_err(unavailable)?;
        keys.retain(|key| key.revoked_at.is_none() && key.expires_at.is_none_or(|at| at > now));
        Ok(keys)
    }

    /// A key that opens what another does, to be stored, and the same with its secret, to be shown.
    pub(crate) fn replacement(&self, of: &IssuedKey) -> (NewKey, KeyView) {
        let (mut secret, mut own) = ([0; 41], [0; 10]);
        self.random.fill(&mut secret);
        self.random.fill(&mut own);
        let (key, created_at) = (ApiKey::generate(secret), self.clock.now());
        let IssuedKey { name, scopes, expires_at, limits, .. } = of.clone();
        let new = NewKey {
            key_id: KeyId::from_parts(created_at.unix_ms(), own),
            name,
            prefix: key.prefix().to_owned(),
            hash: key.hash().to_string(),
            scopes,
            expires_at,
            limits,
            created_at,
            request: None,
        };
        let NewKey { key_id, name, prefix, scopes, expires_at, limits, .. } = new.clone();
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
        (new, KeyView { api_key: Some(key.expose().to_owned()), ..view(issued) })
    }

    /// Revokes a key, for good. The gateway refuses it within a minute.
    ///
    /// # Errors
    /// The tenant has no such key; the store does not answer.
    pub async fn revoke_key(
        &self,
        asker: &Asker<'_>,
        tenant: TenantId,
        key_id: KeyId,
    ) -> Result<(), Problem> {
        let mut act = asker.act("key.revoke", Some(tenant), key_id.to_string());
        (act.before, act.after) = (Some(r#"{"revoked":false}"#.into()), Some(r#"{"revoked":true}"#.into()));
        let now = self.clock.now();
        match self.store.revoke_key(tenant, key_id, now, &act).await.map_err(unavailable)? {
            Revoked::NoKey => Err(Problem::no_key()),
            Revoked::Now | Revoked::Before => Ok(()),
        }
    }
}
