//! `/admin/api/tenants/{id}` and below: a tenant's keys, limits, origins, and whether it is active.

use app::limits::LimitOverrides;
use app::ports::{Clock, IssuedKey, NewKey, Random, StoreError, TenantAdmin, TenantSettings};
use auth::{ApiKey, Scope};
use domain::rate::Plan;
use http_api::request::{FromBody, Object, TextRule, read_body};
use ids::{KeyId, TenantId};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::answer::Answer;
use crate::problem::{Code, Problem};

/// The most scopes, and the most origins.
const MOST_NAMES: usize = 64;

/// What operators change of tenants, and what that needs of the world.
pub struct Tenants<'a> {
    /// Where it is stored.
    pub store: &'a dyn TenantAdmin,
    /// The time.
    pub clock: &'a dyn Clock,
    /// For keys.
    pub random: &'a dyn Random,
}

/// A key to be issued.
struct IssueKey {
    name: String,
    scopes: Vec<String>,
    expires_at: Option<http_api::Timestamp>,
    limits: Option<String>,
}

impl FromBody for IssueKey {
    fn read(object: &Object<'_>) -> Option<Self> {
        let name = object.required_text("name", TextRule::line(200));
        let scopes = object.required_texts("scopes", TextRule::line(64), MOST_NAMES);
        for scope in scopes.iter().flatten() {
            if scope.parse::<Scope>().is_err() {
                object.refuse("scopes", format!("has `{scope}`, which is no scope"));
            }
        }
        let expires_at = object.has("expires_at").then(|| object.required_timestamp("expires_at"));
        let limits = limits_in(object, LimitOverrides::of_key);
        Some(Self { name: name?, scopes: scopes?, expires_at: transposed(expires_at)?, limits: limits? })
    }
}

/// What a tenant may do; what is left out stays.
struct ChangeTenant {
    plan: Option<Plan>,
    limits: Option<Option<String>>,
    allowed_origins: Option<Vec<String>>,
}

impl FromBody for ChangeTenant {
    fn read(object: &Object<'_>) -> Option<Self> {
        let plan = object.optional_text("plan", TextRule::line(32)).and_then(|name| {
            name.parse()
                .map_err(|error: domain::rate::UnknownPlan| object.refuse("plan", error.to_string()))
                .ok()
        });
        let limits = limits_in(object, LimitOverrides::of_tenant)?;
        let origins = object
            .has("allowed_origins")
            .then(|| object.required_texts("allowed_origins", TextRule::line(255), MOST_NAMES));
        for origin in origins.iter().flatten().flatten() {
            if !is_origin(origin) {
                let detail = format!("has `{origin}`, which is no origin such as `https://app.example.com`");
                object.refuse("allowed_origins", detail);
            }
        }
        let limits = object.raw("limits").map(|_| limits);
        Some(Self { plan, limits, allowed_origins: transposed(origins)? })
    }
}

fn transposed<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    match value {
        Some(value) => value.map(Some),
        None => Some(None),
    }
}

/// The limits in a body as they are stored; none where they are null or left out.
fn limits_in<E: std::fmt::Display>(
    object: &Object<'_>,
    read: impl FnOnce(&str) -> Result<LimitOverrides, E>,
) -> Option<Option<String>> {
    let Some(raw) = object.raw("limits").filter(|raw| raw.get() != "null") else { return Some(None) };
    match read(raw.get()) {
        Ok(limits) => Some(serde_json::to_string(&limits).ok()),
        Err(error) => {
            object.refuse("limits", error.to_string());
            None
        }
    }
}

/// A scheme and a host with its port, as browsers send them: lower-case, nothing after.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    let plain =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | ':' | '[' | ']');
    matches!(scheme, "https" | "http") && !host.is_empty() && host.chars().all(plain)
}

#[derive(Serialize)]
struct KeyView {
    id: KeyId,
    name: String,
    prefix: String,
    scopes: Vec<String>,
    created_at: http_api::Timestamp,
    expires_at: Option<http_api::Timestamp>,
    revoked_at: Option<http_api::Timestamp>,
    last_used_at: Option<http_api::Timestamp>,
    limits: Option<Box<RawValue>>,
    /// The secret, in the answer that issues it and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<String>,
}

#[derive(Serialize)]
struct KeyList {
    items: Vec<KeyView>,
}

#[derive(Serialize)]
struct TenantView {
    id: TenantId,
    status: &'static str,
    plan: String,
    limits: Option<Box<RawValue>>,
    allowed_origins: Vec<String>,
}

fn time(time: contracts::Timestamp) -> http_api::Timestamp {
    http_api::Timestamp::from_unix_ms(time.unix_ms())
}

fn raw(json: Option<String>) -> Option<Box<RawValue>> {
    json.and_then(|json| RawValue::from_string(json).ok())
}

fn view(key: IssuedKey) -> KeyView {
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

impl Tenants<'_> {
    /// Issues a key. Its secret is in this answer and nowhere else.
    ///
    /// # Errors
    /// A bad body; there is no such tenant; the store does not answer.
    pub async fn issue_key(&self, tenant: TenantId, operator: &str, body: &[u8]) -> Result<Answer, Problem> {
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
        };
        found(self.store.add_key(tenant, &new).await)?;
        let key_id = new.key_id;
        tracing::info!(event = "audit.key_issued", operator, %tenant, %key_id, prefix = new.prefix);
        let NewKey { name, prefix, scopes, expires_at, limits, .. } = new;
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
        let shown = KeyView { api_key: Some(key.expose().to_owned()), ..view(issued) };
        Ok(Answer::json(&shown).with_status(201))
    }

    /// The tenant's keys, newest first.
    ///
    /// # Errors
    /// There is no such tenant; the store does not answer.
    pub async fn keys(&self, tenant: TenantId) -> Result<Answer, Problem> {
        self.settings(tenant).await?;
        let keys = self.store.keys(tenant).await.map_err(unavailable)?;
        Ok(Answer::json(&KeyList { items: keys.into_iter().map(view).collect() }))
    }

    /// Revokes a key, for good. The gateway refuses it within a minute.
    ///
    /// # Errors
    /// The tenant has no such key; the store does not answer.
    pub async fn revoke_key(
        &self,
        tenant: TenantId,
        operator: &str,
        key_id: KeyId,
    ) -> Result<Answer, Problem> {
        let revoked = self.store.revoke_key(tenant, key_id, self.clock.now()).await.map_err(unavailable)?;
        if !revoked {
            return Err(Problem::no_key());
        }
        tracing::info!(event = "audit.key_revoked", operator, %tenant, %key_id);
        Ok(Answer::json(&serde_json::json!({ "id": key_id, "status": "revoked" })))
    }

    /// What the tenant may do.
    ///
    /// # Errors
    /// There is no such tenant; the store does not answer.
    pub async fn show(&self, tenant: TenantId) -> Result<Answer, Problem> {
        Ok(shown(tenant, self.settings(tenant).await?))
    }

    /// Changes its plan, limits or origins.
    ///
    /// # Errors
    /// As [`Tenants::show`], and a bad body.
    pub async fn change(&self, tenant: TenantId, operator: &str, body: &[u8]) -> Result<Answer, Problem> {
        let ChangeTenant { plan, limits, allowed_origins } = read_body(body).map_err(Problem::of_body)?;
        let mut settings = self.settings(tenant).await?;
        if let Some(plan) = plan {
            settings.allowance.plan = plan.as_str().to_owned();
        }
        if let Some(limits) = limits {
            settings.allowance.tenant = limits;
        }
        if let Some(origins) = allowed_origins {
            settings.allowed_origins = origins;
        }
        self.store(tenant, operator, settings).await
    }

    /// Suspends a tenant, or resumes it: its keys and endpoints open nothing within a minute.
    ///
    /// # Errors
    /// As [`Tenants::show`].
    pub async fn set_active(
        &self,
        tenant: TenantId,
        operator: &str,
        active: bool,
    ) -> Result<Answer, Problem> {
        let settings = TenantSettings { active, ..self.settings(tenant).await? };
        self.store(tenant, operator, settings).await
    }

    async fn store(
        &self,
        tenant: TenantId,
        operator: &str,
        settings: TenantSettings,
    ) -> Result<Answer, Problem> {
        found(self.store.set(tenant, &settings).await)?;
        let TenantSettings { active, allowance, allowed_origins } = &settings;
        let (plan, limits) = (&*allowance.plan, allowance.tenant.as_deref());
        tracing::info!(
            event = "audit.tenant_changed", operator, %tenant, active, plan, limits, origins = ?allowed_origins
        );
        Ok(shown(tenant, settings))
    }

    async fn settings(&self, tenant: TenantId) -> Result<TenantSettings, Problem> {
        self.store.settings(tenant).await.map_err(unavailable)?.ok_or_else(Problem::no_tenant)
    }
}

fn shown(id: TenantId, settings: TenantSettings) -> Answer {
    let TenantSettings { active, allowance, allowed_origins } = settings;
    let status = if active { "active" } else { "suspended" };
    Answer::json(&TenantView {
        id,
        status,
        plan: allowance.plan,
        limits: raw(allowance.tenant),
        allowed_origins,
    })
}

fn found(outcome: Result<bool, StoreError>) -> Result<(), Problem> {
    if outcome.map_err(unavailable)? { Ok(()) } else { Err(Problem::no_tenant()) }
}

fn unavailable(error: StoreError) -> Problem {
    let detail = "the control database does not answer; try again in a few seconds";
    Problem::new(Code::Unavailable, detail).caused_by(&error)
}
