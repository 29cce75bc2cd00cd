//! Environments: where the Workers run besides one's own machine. Each has the Workers' own files (`wrangler/*.jsonc`),
//! under names of its own, and what `wrangler/environments/` says of it.
//!
//! Wrangler's own `env` sections inherit no binding, so that each would be a copy of all of them. The effective files are
//! made instead, into `.weft/environments/<name>/`, whenever wrangler is to read them.

mod effective;
mod ids;
mod name;
mod settings;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{jsonc, paths};

pub(crate) use effective::VECTORS;
pub(crate) use ids::{Ids, shown as ids_file};
pub(crate) use name::EnvironmentName;
#[cfg(test)]
pub(crate) use settings::Operators;
pub(crate) use settings::{Required, Secret, Settings};

/// What the product's names begin with in the Workers' own files.
pub(crate) const PREFIX: &str = "weft-";
/// The Workers that answer requests from outside.
const PUBLIC: [&str; 2] = ["admin", "gateway"];

/// Whether a Worker answers requests from outside.
fn is_public(role: &str) -> bool {
    PUBLIC.contains(&role)
}

/// An environment: its name, its settings, and the Workers' own files by role.
pub(crate) struct Environment {
    pub(crate) name: EnvironmentName,
    pub(crate) settings: Settings,
    bases: BTreeMap<String, Value>,
    secrets: BTreeMap<String, Vec<Secret>>,
}

/// What is deployed of a Worker.
pub(crate) struct WorkerConfig {
    /// `gateway`, `scheduler`, `pipeline` or `admin`.
    pub(crate) role: String,
    /// The Worker's name on the platform.
    pub(crate) name: String,
    /// The effective configuration.
    pub(crate) value: Value,
    /// Where wrangler reads it, once [`Environment::write`] has been there.
    pub(crate) path: PathBuf,
}

/// All Workers of an environment.
pub(crate) struct Effective {
    /// In order of their roles.
    pub(crate) workers: Vec<WorkerConfig>,
    /// What has no id yet: provisioning is due.
    pub(crate) missing: Vec<String>,
}

impl Environment {
    /// Reads an environment.
    ///
    /// # Errors
    /// When a file of `wrangler/` can't be read.
    pub(crate) fn read(name: EnvironmentName) -> Result<Self> {
        let settings = settings::settings(name.kind())?;
        let mut bases = BTreeMap::new();
        for entry in fs::read_dir(paths::wrangler()).context("can't read `wrangler/`")? {
            let path = entry?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if let Some(role) = file.strip_suffix(".jsonc") {
                let text =
                    fs::read_to_string(&path).with_context(|| format!("can't read `wrangler/{file}`"))?;
                let value = jsonc::parse(&text).with_context(|| format!("`wrangler/{file}`"))?;
                bases.insert(role.to_owned(), value);
            }
        }
        Ok(Self { name, settings, bases, secrets: settings::secrets()? })
    }

    /// The product's name `weft-x` as this environment has it: `weft-staging-x`.
    pub(crate) fn renamed(&self, name: &str) -> String {
        format!("{PREFIX}{}-{}", self.name, name.trim_start_matches(PREFIX))
    }

    /// A Worker's name on the platform.
    pub(crate) fn worker(&self, role: &str) -> String {
        self.renamed(role)
    }

    /// What all names of this environment on the platform begin with.
    #[cfg(test)]
    pub(crate) fn prefix(&self) -> String {
        format!("{PREFIX}{}-", self.name)
    }

    /// The Workers' own files, by role.
    pub(crate) fn bases(&self) -> &BTreeMap<String, Value> {
        &self.bases
    }

    /// The host of a public Worker: its own, or below the account's subdomain of `workers.dev`.
    pub(crate) fn host(&self, role: &str, subdomain: Option<&str>) -> Option<String> {
        let own = self.settings.hosts.get(role).cloned();
        own.or_else(|| subdomain.map(|subdomain| format!("{}.{subdomain}.workers.dev", self.worker(role))))
    }

    /// The effective configurations.
    ///
    /// # Errors
    /// When a setting names what no Worker has.
    pub(crate) fn effective(&self, ids: &Ids) -> Result<Effective> {
        for role in self
            .settings
            .vars
            .keys()
            .chain(self.settings.hosts.keys())
            .chain(self.settings.secrets_store.keys())
        {
            if !self.bases.contains_key(role) {
                anyhow::bail!(
                    "`wrangler/environments/{}.jsonc` names `{role}`, which is no Worker",
                    self.name.kind()
                );
            }
        }
        let folder = paths::root().join(".weft/environments").join(self.name.to_string());
        let mut missing = Vec::new();
        let mut workers = Vec::new();
        for (role, base) in &self.bases {
            workers.push(WorkerConfig {
                role: role.clone(),
                name: self.worker(role),
                value: effective::effective(self, role, base, ids, &mut missing)?,
                path: folder.join(format!("{role}.json")),
            });
        }
        missing.sort();
        missing.dedup();
        Ok(Effective { workers, missing })
    }

    /// Writes the effective configurations where wrangler reads them.
    ///
    /// # Errors
    /// As [`Environment::effective`], and when a file can't be written.
    pub(crate) fn write(&self, ids: &Ids) -> Result<Effective> {
        let effective = self.effective(ids)?;
        for worker in &effective.workers {
            if let Some(folder) = worker.path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&worker.path, format!("{:#}\n", worker.value))
                .with_context(|| format!("can't write `{}`", worker.path.display()))?;
        }
        Ok(effective)
    }

    /// Roles of the list of secrets that no Worker has.
    pub(crate) fn strangers(&self) -> impl Iterator<Item = &String> {
        self.secrets.keys().filter(|role| !self.bases.contains_key(*role))
    }

    /// A Worker's secrets in this environment, each with whether it can't do without: those of the list, and those that
    /// its routes of models name.
    pub(crate) fn secrets(&self, config: &WorkerConfig) -> Vec<(Secret, bool)> {
        let variable = |name: &str| config.value["vars"][name].as_str().unwrap_or_default().to_owned();
        let mut found: Vec<(Secret, bool)> = Vec::new();
        for secret in self.secrets.get(&config.role).into_iter().flatten() {
            let needed = match &secret.required {
                Required::Never => false,
                Required::Always => true,
                Required::With(name) => !variable(name).is_empty(),
            };
            found.push((secret.clone(), needed));
        }
        let routes: Value = serde_json::from_str(&variable("AI_ROUTES")).unwrap_or_default();
        for upstream in routes["upstreams"].as_array().into_iter().flatten() {
            for name in
                [&upstream["key"], &upstream["gateway"]["token"]].into_iter().filter_map(Value::as_str)
            {
                if found.iter().all(|(secret, _)| secret.name != name) {
                    let purpose =
                        format!("the upstream `{}` of `AI_ROUTES`", upstream["name"].as_str().unwrap_or("?"));
                    found.push((Secret { name: name.to_owned(), purpose, required: Required::Always }, true));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn environments() -> [Environment; 3] {
        ["staging", "production", "preview-a/b"].map(|name| Environment::read(name.parse().unwrap()).unwrap())
    }

    /// The texts of a value with the keys that lead to them.
    fn texts(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
        match value {
            Value::String(text) => found.push((path.to_owned(), text.clone())),
            Value::Array(items) => items.iter().for_each(|item| texts(item, path, found)),
            Value::Object(fields) => {
                fields.iter().for_each(|(key, field)| texts(field, &format!("{path}/{key}"), found));
            }
            _ => {}
        }
    }

    #[test]
    fn every_name_carries_the_environment_and_fits_the_platform() {
        for environment in environments() {
            for worker in environment.effective(&Ids::default()).unwrap().workers {
                let mut found = Vec::new();
                texts(&worker.value, "", &mut found);
                for (path, text) in
                    found.iter().filter(|(path, text)| text.starts_with(PREFIX) && !path.starts_with("/vars"))
                {
                    assert!(text.starts_with(&environment.prefix()), "{path} is {text}");
                    assert!(text.len() <= 63, "{path} is {text}");
                }
                assert_eq!(worker.value["name"], worker.name.as_str());
            }
        }
    }

    #[test]
    fn an_environment_takes_no_binding_away() {
        let count = |value: &Value| {
            let lists = [
                "services",
                "d1_databases",
                "kv_namespaces",
                "r2_buckets",
                "workflows",
                "migrations",
                "ratelimits",
            ];
            lists.map(|list| value[list].as_array().map_or(0, Vec::len))
        };
        for environment in environments() {
            for worker in environment.effective(&Ids::default()).unwrap().workers {
                let base = &environment.bases()[&worker.role];
                assert_eq!(count(base), count(&worker.value), "{}", worker.role);
                assert_eq!(
                    base["queues"]["consumers"][0]["max_batch_size"],
                    worker.value["queues"]["consumers"][0]["max_batch_size"]
                );
            }
        }
    }

    #[test]
    fn paths_lead_from_the_effective_file_to_what_the_own_file_names() {
        let [environment, ..] = environments();
        for worker in environment.effective(&Ids::default()).unwrap().workers {
            let folder = worker.path.parent().unwrap();
            // Made for the check alone: a path through a folder that is not there leads nowhere.
            fs::create_dir_all(folder).unwrap();
            assert!(folder.join(worker.value["main"].as_str().unwrap()).is_file(), "{}", worker.role);
            for database in worker.value["d1_databases"].as_array().into_iter().flatten() {
                assert!(folder.join(database["migrations_dir"].as_str().unwrap()).is_dir());
            }
        }
    }

    #[test]
    fn ids_are_filled_in_and_what_has_none_is_named() {
        let [environment, ..] = environments();
        let mut ids = Ids { access_audience: Some("tag".into()), ..Ids::default() };
        ids.databases.insert("weft-control".into(), "one".into());
        let effective = environment.effective(&ids).unwrap();
        let [admin, gateway, ..] = effective.workers.as_slice() else { panic!("four Workers") };
        assert_eq!(admin.value["d1_databases"][0]["database_id"], "one");
        assert_eq!(gateway.value["d1_databases"][0]["database_id"], "one");
        assert_eq!(admin.value["vars"]["ACCESS_AUD"], "tag");
        assert_eq!(effective.missing, ["ANSWERS", "CACHE", "weft-data", "weft-schedule"]);
    }

    #[test]
    fn counters_of_rate_limits_are_not_shared_between_environments() {
        let numbers = environments().map(|environment| {
            let effective = environment.effective(&Ids::default()).unwrap();
            let gateway = effective.workers.into_iter().find(|worker| worker.role == "gateway").unwrap();
            gateway.value["ratelimits"][0]["namespace_id"].as_str().unwrap().parse::<u32>().unwrap()
        });
        assert!(numbers[0] != numbers[1] && numbers[1] != numbers[2] && numbers[0] != numbers[2]);
    }

    #[test]
    fn variables_are_overridden_and_unknown_ones_refused() {
        let [mut environment, ..] = environments();
        let vars = |name: &str, value: Value| {
            BTreeMap::from([("admin".to_owned(), BTreeMap::from([(name.to_owned(), value)]))])
        };
        environment.settings.vars = vars("ACCESS_ROLES", json!({ "a@example.com": "viewer" }));
        let admin = &environment.effective(&Ids::default()).unwrap().workers[0];
        assert_eq!(admin.value["vars"]["ACCESS_ROLES"], r#"{"a@example.com":"viewer"}"#);
        environment.settings.vars = vars("ACCES_ROLES", json!("{}"));
        assert!(environment.effective(&Ids::default()).is_err());
    }

    #[test]
    fn a_secret_is_required_where_something_asks_for_it() {
        let [environment, ..] = environments();
        let mut effective = environment.effective(&Ids::default()).unwrap();
        let pipeline = effective.workers.iter_mut().find(|worker| worker.role == "pipeline").unwrap();
        let routes = json!({ "upstreams": [{ "name": "azure", "key": "AZURE_KEY", "gateway": { "token": "TOKEN" } }] });
        pipeline.value["vars"]["AI_ROUTES"] = routes.to_string().into();
        let secrets = environment.secrets(pipeline);
        let needed: Vec<&str> =
            secrets.iter().filter(|(_, needed)| *needed).map(|(secret, _)| secret.name.as_str()).collect();
        assert_eq!(needed, ["AZURE_KEY", "TOKEN"]);
    }
}
