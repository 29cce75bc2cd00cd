//! `/admin/api/tenants` and below: tenants, their keys, limits, origins, and whether they are active.

use app::limits::LimitOverrides;
use app::ports::{
    Allowance, Clock, Created, IssuedKey, NewKey, NewTenant, Random, Revoked, StoreError, TenantAdmin,
    TenantQuery, TenantRecord, TenantSettings,
};
use auth::{ApiKey, Scope};
use domain::rate::Plan;
use http_api::Page;
use http_api::page::PageRequest;
use http_api::request::{FromBody, FromQuery, Object, Query, TextRule, read_body, read_query};
use ids::{KeyId, TenantId};
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::audit::{Asker, unavailable};
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

/// What to change of a tenant; what is left out stays.
struct ChangeTenant {
    /// Which version was shown to whoever changes it.
    version: Option<u32>,
    name: Option<String>,
    plan: Option<Plan>,
    limits: Option<Option<String>>,
    allowed_origins: Option<Vec<String>>,
}

impl FromBody for ChangeTenant {
    fn read(object: &Object<'_>) -> Option<Self> {
        let version = object.optional_integer("version", 1, u32::MAX);
        let name = object.optional_text("name", TextRule::line(200));
        let plan = plan_in(object);
        let limits = limits_in(object, LimitOverrides::of_tenant);
        let origins = origins_in(object);
        let limits = match limits? {
            given if object.raw("limits").is_some() => Some(given),
            _ => None,
        };
        Some(Self { version, name, plan, limits, allowed_origins: origins? })
    }
}

/// A tenant to be made.
struct MakeTenant {
    slug: String,
    settings: TenantSettings,
}

impl FromBody for MakeTenant {
    fn read(object: &Object<'_>) -> Option<Self> {
        let slug = object.required_text("slug", TextRule::line(63));
        let well_formed = |slug: &str| {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            slug.starts_with(|c: char| c.is_ascii_lowercase())
                && slug.chars().all(plain)
                && !slug.ends_with('-')
        };
        if slug.as_deref().is_some_and(|slug| !well_formed(slug)) {
            let detail = "must be a lower-case letter, then lower-case letters, digits and hyphens within";
            object.refuse("slug", detail);
        }
        let name = object.required_text("name", TextRule::line(200));
        let plan = plan_in(object).unwrap_or(Plan::Standard);
        let limits = limits_in(object, LimitOverrides::of_tenant);
        let origins = origins_in(object);
        let allowance = Allowance { plan: plan.as_str().to_owned(), tenant: limits?, key: None };
        let allowed_origins = origins?.unwrap_or_default();
        let settings = TenantSettings { name: name?, active: true, allowance, allowed_origins };
        Some(Self { slug: slug?, settings })
    }
}

fn plan_in(object: &Object<'_>) -> Option<Plan> {
    object.optional_text("plan", TextRule::line(32)).and_then(|name| {
        name.parse().map_err(|error: domain::rate::UnknownPlan| object.refuse("plan", error.to_string())).ok()
    })
}

/// The origins in a body, if it has any; none where they cannot be read.
fn origins_in(object: &Object<'_>) -> Option<Option<Vec<String>>> {
    let origins = object
        .has("allowed_origins")
        .then(|| object.required_texts("allowed_origins", TextRule::line(255), MOST_NAMES));
    for origin in origins.iter().flatten().flatten() {
        if !is_origin(origin) {
            let detail = format!("has `{origin}`, which is no origin such as `https://app.example.com`");
            object.refuse("allowed_origins", detail);
        }
    }
    transposed(origins)
}

/// The query of the list.
struct Filters {
    slug: Option<String>,
    active: Option<bool>,
    page: PageRequest<TenantId>,
}

impl FromQuery for Filters {
    fn read(query: &Query) -> Option<Self> {
        let active = match query.text("status", TextRule::slug(32)).as_deref() {
            Some("active") => Some(true),
            Some("suspended") => Some(false),
            Some(_) => {
                query.refuse("status", "must be `active` or `suspended`");
                None
            }
            None => None,
        };
        Some(Self {
            slug: query.text("slug", TextRule::line(63)),
            active,
            page: query.page("tenants", &["slug", "status"]),
        })
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
fn told(settings: &TenantSettings) -> Option<String> {
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
    pub async fn issue_key(
        &self,
        asker: &Asker<'_>,
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
        found(self.store.add_key(tenant, &new, &act).await)?;
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

    /// A page of tenants, newest first.
    ///
    /// # Errors
    /// A bad query; the store does not answer.
    pub async fn list(&self, query: &str) -> Result<Page<TenantView>, Problem> {
        let Filters { slug, active, page } = read_query(query).map_err(Problem::of_query)?;
        let query = TenantQuery { slug, active, before: page.after, limit: page.limit + 1 };
        let mut records = self.store.tenants(&query).await.map_err(unavailable)?;
        let more = records.len() > page.limit as usize;
        records.truncate(page.limit as usize);
        let next = records.last().filter(|_| more).map(|record| record.tenant_id);
        Ok(page.answer(records.into_iter().map(TenantView::from).collect(), next))
    }

    /// Makes a tenant. The same request, by its idempotency key, gives the first again.
    ///
    /// # Errors
    /// A bad body; a slug that another has; a key that asked for something else; the store does not answer.
    pub async fn create(
        &self,
        asker: &Asker<'_>,
        key: Option<&str>,
        body: &[u8],
    ) -> Result<TenantView, Problem> {
        let MakeTenant { slug, settings } = read_body(body).map_err(Problem::of_body)?;
        let mut own = [0; 10];
        self.random.fill(&mut own);
        let created_at = self.clock.now();
        let tenant_id = TenantId::from_parts(created_at.unix_ms(), own);
        let mut act = asker.act("tenant.create", Some(tenant_id), tenant_id.to_string());
        act.after = told(&settings);
        let request = key.map(|key| (key.to_owned(), hex::encode(Sha256::digest(body))));
        let new = NewTenant { tenant_id, slug, settings, created_at, request };
        let record = match self.store.create(&new, &act).await.map_err(unavailable)? {
            Created::Made => {
                let NewTenant { slug, settings, .. } = new;
                TenantRecord { tenant_id, slug, created_at, version: 1, settings }
            }
            Created::Before(record) => record,
            Created::KeyReused => {
                let detail = "this idempotency key asked for another tenant before: choose a new one";
                return Err(Problem::new(Code::KeyReused, detail));
            }
            Created::SlugTaken => {
                let detail = format!("another tenant has the slug `{}`: choose a new one", new.slug);
                return Err(Problem::new(Code::SlugTaken, detail));
            }
        };
        Ok(record.into())
    }

    /// A tenant.
    ///
    /// # Errors
    /// There is no such tenant; the store does not answer.
    pub async fn show(&self, tenant: TenantId) -> Result<TenantView, Problem> {
        self.tenant(tenant).await.map(TenantView::from)
    }

    /// Changes its name, plan, limits or origins.
    ///
    /// # Errors
    /// As [`Tenants::show`]; a bad body; somebody changed it since the version that the body names.
    pub async fn change(
        &self,
        asker: &Asker<'_>,
        tenant: TenantId,
        body: &[u8],
    ) -> Result<TenantView, Problem> {
        let ChangeTenant { version, name, plan, limits, allowed_origins } =
            read_body(body).map_err(Problem::of_body)?;
        let record = self.tenant(tenant).await?;
        let mut settings = record.settings.clone();
        if let Some(name) = name {
            settings.name = name;
        }
        if let Some(plan) = plan {
            settings.allowance.plan = plan.as_str().to_owned();
        }
        if let Some(limits) = limits {
            settings.allowance.tenant = limits;
        }
        if let Some(origins) = allowed_origins {
            settings.allowed_origins = origins;
        }
        let seen = version.unwrap_or(record.version);
        self.store(asker, "tenant.change", seen, record, settings).await
    }

    /// Suspends a tenant, or resumes it: its keys and endpoints open nothing within a minute.
    ///
    /// # Errors
    /// As [`Tenants::show`].
    pub async fn set_active(
        &self,
        asker: &Asker<'_>,
        tenant: TenantId,
        active: bool,
    ) -> Result<TenantView, Problem> {
        let record = self.tenant(tenant).await?;
        let settings = TenantSettings { active, ..record.settings.clone() };
        let action = if active { "tenant.resume" } else { "tenant.suspend" };
        self.store(asker, action, record.version, record, settings).await
    }

    async fn store(
        &self,
        asker: &Asker<'_>,
        action: &str,
        seen: u32,
        record: TenantRecord,
        settings: TenantSettings,
    ) -> Result<TenantView, Problem> {
        if seen != record.version {
            return Err(stale(seen, record));
        }
        if settings == record.settings {
            return Ok(record.into());
        }
        let tenant = record.tenant_id;
        let mut act = asker.act(action, Some(tenant), tenant.to_string());
        (act.before, act.after) = (told(&record.settings), told(&settings));
        if !self.store.set(tenant, seen, &settings, &act).await.map_err(unavailable)? {
            return Err(stale(seen, self.tenant(tenant).await?));
        }
        Ok(TenantRecord { version: seen + 1, settings, ..record }.into())
    }

    async fn tenant(&self, tenant: TenantId) -> Result<TenantRecord, Problem> {
        self.store.tenant(tenant).await.map_err(unavailable)?.ok_or_else(Problem::no_tenant)
    }
}

/// Somebody else changed it in between. The document has the tenant as it is now.
fn stale(seen: u32, now: TenantRecord) -> Problem {
    let detail = format!(
        "somebody changed the tenant: version {seen} was shown, and version {} is there now; look at it and decide again",
        now.version
    );
    let current = serde_json::value::to_raw_value(&TenantView::from(now)).ok();
    Problem { current, ..Problem::new(Code::Stale, detail) }
}

fn found(outcome: Result<bool, StoreError>) -> Result<(), Problem> {
    if outcome.map_err(unavailable)? { Ok(()) } else { Err(Problem::no_tenant()) }
}
