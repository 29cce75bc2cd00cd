//! The document that says which upstreams there are and what is asked of which; read once, refused whole where it is
//! wrong anywhere.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use super::{FailureClass, Upstream};

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
    #[error("the document of upstreams and routes cannot be read: {0}")]
    Form(String),
    /// It is of another version.
    #[error("`version` must be {VERSION}, and is {0}")]
    Version(u32),
    /// Things in it cannot be.
    #[error("{}", .0.join("; "))]
    Faults(Vec<String>),
}

impl Config {
    /// Reads a document.
    ///
    /// # Errors
    /// [`ConfigError`], with everything that is wrong.
    pub fn read(json: &str) -> Result<Self, ConfigError> {
        let config: Self =
            serde_json::from_str(json).map_err(|error| ConfigError::Form(error.to_string()))?;
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

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut names = HashSet::new();
        for upstream in &self.upstreams {
            let at = format!("the upstream `{}`", upstream.name);
            if upstream.name.is_empty()
                || !upstream.name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
            {
                faults.push(format!("{at} must have a name of letters, digits, `-`, `_` and `.`"));
            }
            if !names.insert(&upstream.name) {
                faults.push(format!("{at} is there twice"));
            }
            if !upstream.base_url.starts_with("https://") && !upstream.base_url.starts_with("http://") {
                faults.push(format!("{at} must have a `base_url` of http or https"));
            }
            for (what, ms) in [("first_byte_ms", upstream.first_byte_ms), ("stall_ms", upstream.stall_ms)] {
                if !(1..=LONGEST_MS).contains(&ms) {
                    faults.push(format!("{at} must have a `{what}` from 1 to {LONGEST_MS}"));
                }
            }
            if let Some(gateway) = &upstream.gateway {
                if gateway.cache_ttl_s.is_some_and(|ttl| !(60..=2_592_000).contains(&ttl)) {
                    faults.push(format!("{at} must have a `cache_ttl_s` from 60 to 2592000"));
                }
                if gateway.max_attempts.is_some_and(|attempts| !(1..=5).contains(&attempts)) {
                    faults.push(format!("{at} must have `max_attempts` from 1 to 5"));
                }
            }
        }
        let mut names = HashSet::new();
        for route in &self.routes {
            let at = format!("the route `{}`", route.name);
            if !names.insert(&route.name) {
                faults.push(format!("{at} is there twice"));
            }
            let places = route.targets.iter().chain(&route.fallbacks);
            if route.targets.is_empty() || places.clone().count() > MOST_TARGETS {
                faults
                    .push(format!("{at} must have a target, and with its fallbacks at most {MOST_TARGETS}"));
            }
            if !route.targets.is_empty() && route.targets.iter().all(|target| target.weight == 0) {
                faults.push(format!("{at} must have a target with a weight"));
            }
            for place in places.filter(|place| self.upstream(&place.upstream).is_none()) {
                faults.push(format!("{at} names the upstream `{}`, which is not there", place.upstream));
            }
            if route.first_byte_ms.is_some_and(|ms| !(1..=LONGEST_MS).contains(&ms)) {
                faults.push(format!("{at} must have a `first_byte_ms` from 1 to {LONGEST_MS}"));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_is_wrong_anywhere_is_refused_whole_and_says_all() {
        let error = Config::read(
            r#"{"version":1,"upstreams":[{"name":"a","kind":"openai","base_url":"ftp://x","stall_ms":0},{"name":"a","kind":"openai","base_url":"http://x"}],
            "routes":[{"name":"r","targets":[{"upstream":"b"}]},{"name":"s","targets":[]}]}"#,
        );
        let Err(ConfigError::Faults(faults)) = error else { panic!("{error:?}") };
        assert_eq!(faults.len(), 5, "{faults:#?}");
        assert!(faults[4].contains("must have a target"));
        assert_eq!(Config::read(r#"{"version":2,"upstreams":[]}"#), Err(ConfigError::Version(2)));
        let unknown = Config::read(r#"{"version":1,"upstreams":[],"rotues":[]}"#).unwrap_err();
        assert!(unknown.to_string().contains("rotues"), "{unknown}");
    }
}
