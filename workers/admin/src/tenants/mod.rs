//! `/admin/api/tenants` and below: tenants, their keys, limits, origins, and whether they are active.

mod keys;
mod request;
mod view;

use app::ports::{Clock, Created, NewTenant, Random, TenantAdmin, TenantQuery, TenantRecord, TenantSettings};
use http_api::Page;
use http_api::request::{read_body, read_query};
use ids::TenantId;
use sha2::{Digest, Sha256};

pub use self::view::{KeyList, KeyView, TenantView};

use self::request::{ChangeTenant, Filters, MakeTenant};
use self::view::told;
use crate::audit::{Asker, unavailable};
use crate::problem::{Code, Problem};

/// What operators change of tenants, and what that needs of the world.
pub struct Tenants<'a> {
    /// Where it is stored.
    pub store: &'a dyn TenantAdmin,
    /// The time.
    pub clock: &'a dyn Clock,
    /// For keys.
    pub random: &'a dyn Random,
}

impl Tenants<'_> {
    /// A page of tenants, newest first.
    ///
    /// # Errors
    /// A bad query; the store does not answer.
    pub async fn list(&self, query: &str) -> Result<Page<TenantView>, Problem> {
        let Filters { slug, active, page } = read_query(query).map_err(Problem::of_query)?;
        let query = TenantQuery { slug, active, among: None, before: page.after, limit: page.limit + 1 };
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

    /// Those of these tenants that there are.
    ///
    /// # Errors
    /// The store does not answer.
    pub(crate) async fn named(&self, among: Vec<TenantId>) -> Result<Vec<TenantView>, Problem> {
        let limit = among.len() as u32;
        let query = TenantQuery { among: Some(among), limit, ..TenantQuery::default() };
        let records = self.store.tenants(&query).await.map_err(unavailable)?;
        Ok(records.into_iter().map(TenantView::from).collect())
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
