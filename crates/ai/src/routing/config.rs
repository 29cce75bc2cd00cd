//! The document that says which upstreams there are and what is asked of which; read once, refused whole where it is
//! wrong anywhere.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use super::{FailureClass, Upstream};
use crate::cache::RouteCache;
use crate::fault::Fault;
use crate::openai::LONGEST_MODEL;

/// The version of the document that this reads.
const VERSION: u32 = 1;
/// The longest chain of fallbacks.
const MOST_TARGETS: usize = 8;
/// The longest wait that can be set, in milliseconds.
const LONGEST_MS: u64 = 600_000;

/// See the module.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The form of this document: 1.
    pub version: u32,
    /// The document's own edition, for explanations and logs.
    #[serde(default)]
    pub revision: String,
    /// The servers.
    pub upstreams: Vec<Upstream>,
    /// Names that stand for models, for every tenant: `fast`, `best`, `cheap`.
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
    /// What is particular to a tenant, by its id.
    #[serde(default)]
    pub tenants: BTreeMap<String, TenantRules>,
    /// The first whose conditions hold decides.
    #[serde(default)]
    pub routes: Vec<Route>,
}

/// What is particular to a tenant.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantRules {
    /// Its own aliases, before everybody's.
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
    /// The models that it may ask, where not all.
    #[serde(default)]
    pub models: Option<Vec<String>>,
    /// The largest request in tokens, by its upper bound.
    #[serde(default)]
    pub max_input_tokens: Option<u64>,
}

/// A rule of what is asked of which upstream.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Its name in explanations, metrics and answers' headers.
    pub name: String,
    /// What must hold.
    #[serde(default)]
    pub when: When,
    /// One of these is asked first, by weight.
    pub targets: Vec<Place>,
    /// Then these, in order, each of which may be asked after a failure of `on`.
    #[serde(default)]
    pub fallbacks: Vec<Place>,
    /// The failures after which the next is asked.
    #[serde(default = "every_class")]
    pub on: Vec<FailureClass>,
    /// How long the first of an answer may take, in place of the upstream's own time.
    #[serde(default)]
    pub first_byte_ms: Option<u64>,
    /// After how long without the first of an answer the next candidate is asked as well, in milliseconds. The first to
    /// begin answers, and the other is left. Both are paid.
    #[serde(default)]
    pub hedge_after_ms: Option<u64>,
    /// For how long its answers may be given again; none where only a request can ask for that.
    #[serde(default)]
    pub cache: Option<RouteCache>,
}

/// Conditions, all of which must hold; what is left out does.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// One of these models is asked for, after aliases.
    #[serde(default)]
    pub models: Vec<String>,
    /// One of these tenants asks.
    #[serde(default)]
    pub tenants: Vec<String>,
    /// Its plan is one of these.
    #[serde(default)]
    pub plans: Vec<String>,
    /// The request has at least so many tokens, by its upper bound.
    #[serde(default)]
    pub min_input_tokens: Option<u64>,
    /// It has at most so many.
    #[serde(default)]
    pub max_input_tokens: Option<u64>,
    /// It is to be streamed, or is not to be.
    #[serde(default)]
    pub stream: Option<bool>,
}

/// A model of an upstream.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The upstream's name.
    pub upstream: String,
    /// The model's own name there; the one that was asked for where it is left out.
    #[serde(default)]
    pub model: Option<String>,
    /// Its share among the targets.
    #[serde(default = "one")]
    pub weight: u32,
}

fn every_class() -> Vec<FailureClass> {
    FailureClass::ALL.to_vec()
}

const fn one() -> u32 {
    1
}

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It is not of the form.
    #[error("the document of upstreams and routes cannot be read: at `{pointer}`: {detail}")]
    Form {
        /// Where, as a JSON pointer.
        pointer: String,
        /// What is wrong there.
        detail: String,
    },
    /// It is of another version.
    #[error("`/version` must be {VERSION}, and is {0}")]
    Version(u32),
    /// Things in it cannot be.
    #[error("{}", .0.iter().map(|fault| format!("`{}` {}", fault.pointer, fault.detail)).collect::<Vec<_>>().join("; "))]
    Faults(Vec<Fault>),
}

impl Config {
    /// Reads a document.
    ///
    /// # Errors
    /// [`ConfigError`], with everything that is wrong.
    pub fn read(json: &str) -> Result<Self, ConfigError> {
        let mut reader = serde_json::Deserializer::from_str(json);
        let config: Self = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            ConfigError::Form { pointer: pointer(error.path()), detail: error.inner().to_string() }
        })?;
        reader
            .end()
            .map_err(|error| ConfigError::Form { pointer: String::new(), detail: error.to_string() })?;
        if config.version != VERSION {
            return Err(ConfigError::Version(config.version));
        }
        let faults = config.faults();
        if faults.is_empty() { Ok(config) } else { Err(ConfigError::Faults(faults)) }
    }

    /// The simplest one: an upstream that takes any model's name.
    #[must_use]
    pub fn of(upstream: Upstream) -> Self {
        Self { version: VERSION, upstreams: vec![upstream], ..Self::default() }
    }

    /// The upstream of a name.
    #[must_use]
    pub fn upstream(&self, name: &str) -> Option<&Upstream> {
        self.upstreams.iter().find(|upstream| upstream.name == name)
    }

    /// Whether something in it is called so: an alias, a model of an upstream, or what a route is for.
    #[must_use]
    pub fn names(&self, model: &str) -> bool {
        let known = |name: &String| name == model;
        self.aliases.keys().any(known)
            || self.tenants.values().any(|rules| rules.aliases.keys().any(known))
            || self.upstreams.iter().any(|upstream| upstream.models.iter().any(known))
            || self.routes.iter().any(|route| route.when.models.iter().any(known))
    }

    /// What a name stands for: by the tenant's own aliases, then by everybody's, else itself.
    #[must_use]
    pub fn stands_for<'a>(&'a self, tenant: &str, name: &'a str) -> &'a str {
        let own = self.tenants.get(tenant).and_then(|rules| rules.aliases.get(name));
        own.or_else(|| self.aliases.get(name)).map_or(name, String::as_str)
    }

    fn faults(&self) -> Vec<Fault> {
        let mut faults = Faults(Vec::new());
        let mut names = HashSet::new();
        for (place, upstream) in self.upstreams.iter().enumerate() {
            let at = format!("/upstreams/{place}");
            if !names.insert(&upstream.name) {
                faults.add(&at, "/name", format!("is there twice: `{}`", upstream.name));
            }
            upstream_faults(upstream, &at, &mut faults);
        }
        for (alias, model) in &self.aliases {
            model_fault(model, &format!("/aliases/{alias}"), &mut faults);
        }
        for (tenant, rules) in &self.tenants {
            for (alias, model) in &rules.aliases {
                model_fault(model, &format!("/tenants/{tenant}/aliases/{alias}"), &mut faults);
            }
        }
        let mut names = HashSet::new();
        for (place, route) in self.routes.iter().enumerate() {
            let at = format!("/routes/{place}");
            if !names.insert(&route.name) {
                faults.add(&at, "/name", format!("is there twice: `{}`", route.name));
            }
            self.route_faults(route, &at, &mut faults);
        }
        faults.0
    }

    fn route_faults(&self, route: &Route, at: &str, faults: &mut Faults) {
        if route.targets.is_empty() || route.targets.len() + route.fallbacks.len() > MOST_TARGETS {
            let detail = format!("must have one at least, and with the fallbacks at most {MOST_TARGETS}");
            faults.add(at, "/targets", detail);
        }
        if !route.targets.is_empty() && route.targets.iter().all(|target| target.weight == 0) {
            faults.add(at, "/targets", "must have one with a weight");
        }
        for (list, places) in [("targets", &route.targets), ("fallbacks", &route.fallbacks)] {
            for (place, target) in places.iter().enumerate() {
                if self.upstream(&target.upstream).is_none() {
                    let detail = format!("names the upstream `{}`, which is not there", target.upstream);
                    faults.add(at, &format!("/{list}/{place}/upstream"), detail);
                }
                if let Some(model) = &target.model {
                    model_fault(model, &format!("{at}/{list}/{place}/model"), faults);
                }
            }
        }
        if let Some(fault) = route.cache.as_ref().and_then(RouteCache::fault) {
            faults.add(at, "/cache", fault);
        }
        for (what, ms) in [("/first_byte_ms", route.first_byte_ms), ("/hedge_after_ms", route.hedge_after_ms)]
        {
            if ms.is_some_and(|ms| !(1..=LONGEST_MS).contains(&ms)) {
                faults.add(at, what, format!("must be from 1 to {LONGEST_MS}"));
            }
        }
        if route.when.min_input_tokens > route.when.max_input_tokens && route.when.max_input_tokens.is_some()
        {
            faults.add(at, "/when/min_input_tokens", "must not be above `max_input_tokens`");
        }
    }
}

/// What a server is asked for has a name that a budget takes.
fn model_fault(model: &str, at: &str, faults: &mut Faults) {
    if model.is_empty() || model.len() > LONGEST_MODEL || model.contains(char::is_control) {
        faults.add(at, "", format!("must be the name of a model, 1 to {LONGEST_MODEL} bytes"));
    }
}

fn upstream_faults(upstream: &Upstream, at: &str, faults: &mut Faults) {
    let named = upstream.name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if upstream.name.is_empty() || !named {
        faults.add(at, "/name", "must be of letters, digits, `-`, `_` and `.`");
    }
    if !upstream.base_url.starts_with("https://") && !upstream.base_url.starts_with("http://") {
        faults.add(at, "/base_url", "must be of http or https");
    }
    for (what, ms) in [("/first_byte_ms", upstream.first_byte_ms), ("/stall_ms", upstream.stall_ms)] {
        if !(1..=LONGEST_MS).contains(&ms) {
            faults.add(at, what, format!("must be from 1 to {LONGEST_MS}"));
        }
    }
    let Some(gateway) = &upstream.gateway else { return };
    if gateway.cache_ttl_s.is_some_and(|ttl| !(60..=2_592_000).contains(&ttl)) {
        faults.add(at, "/gateway/cache_ttl_s", "must be from 60 to 2592000");
    }
    if gateway.max_attempts.is_some_and(|attempts| !(1..=5).contains(&attempts)) {
        faults.add(at, "/gateway/max_attempts", "must be from 1 to 5");
    }
}

/// What is wrong, by JSON pointers.
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, at: &str, below: &str, detail: impl Into<String>) {
        self.0.push(Fault { pointer: format!("{at}{below}"), detail: detail.into() });
    }
}

/// A path of the reader's as a JSON pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&part);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_is_wrong_anywhere_is_refused_whole_and_says_all() {
        let error = Config::read(
            r#"{"version":1,"upstreams":[{"name":"a","kind":"openai","base_url":"ftp://x","stall_ms":0},{"name":"a","kind":"openai","base_url":"http://x"}],
            "aliases":{"fast":""},"tenants":{"t":{"aliases":{"slow":"a\nb"}}},
            "routes":[{"name":"r","targets":[{"upstream":"b","model":""}],"hedge_after_ms":0},{"name":"s","targets":[],"cache":{"ttl_s":59}}]}"#,
        );
        let Err(ConfigError::Faults(faults)) = error else { panic!("{error:?}") };
        let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        let expect = [
            "/upstreams/0/base_url",
            "/upstreams/0/stall_ms",
            "/upstreams/1/name",
            "/aliases/fast",
            "/tenants/t/aliases/slow",
            "/routes/0/targets/0/upstream",
            "/routes/0/targets/0/model",
            "/routes/0/hedge_after_ms",
            "/routes/1/targets",
            "/routes/1/cache",
        ];
        assert_eq!(pointers, expect, "{faults:#?}");
        assert_eq!(Config::read(r#"{"version":2,"upstreams":[]}"#), Err(ConfigError::Version(2)));
        let unknown = Config::read(r#"{"version":1,"upstreams":[],"rotues":[]}"#).unwrap_err();
        assert!(unknown.to_string().contains("rotues"), "{unknown}");
        let wrong = r#"{"version":1,"upstreams":[],"routes":[{"name":"r","targets":[{"upstream":1}]}]}"#;
        let Err(ConfigError::Form { pointer, .. }) = Config::read(wrong) else { panic!("it cannot be read") };
        assert_eq!(pointer, "/routes/0/targets/0/upstream");
        assert!(matches!(Config::read(r#"{"version":1,"upstreams":[]} x"#), Err(ConfigError::Form { .. })));
    }
}
