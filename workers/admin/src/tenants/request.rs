//! What operators send of tenants and their keys.

use app::limits::LimitOverrides;
use app::ports::{Allowance, TenantSettings};
use auth::Scope;
use domain::rate::Plan;
use http_api::page::PageRequest;
use http_api::request::{FromBody, FromQuery, Object, Query, TextRule};
use ids::TenantId;

/// The most scopes, and the most origins.
const MOST_NAMES: usize = 64;

/// A key to be issued.
pub(super) struct IssueKey {
    pub(super) name: String,
    pub(super) scopes: Vec<String>,
    pub(super) expires_at: Option<http_api::Timestamp>,
    pub(super) limits: Option<String>,
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
pub(super) struct ChangeTenant {
    /// Which version was shown to whoever changes it.
    pub(super) version: Option<u32>,
    pub(super) name: Option<String>,
    pub(super) plan: Option<Plan>,
    pub(super) limits: Option<Option<String>>,
    pub(super) allowed_origins: Option<Vec<String>>,
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
pub(super) struct MakeTenant {
    pub(super) slug: String,
    pub(super) settings: TenantSettings,
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
pub(super) struct Filters {
    pub(super) slug: Option<String>,
    pub(super) active: Option<bool>,
    pub(super) page: PageRequest<TenantId>,
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
