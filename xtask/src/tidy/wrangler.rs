//! Rules about `wrangler/*.jsonc`: what the Workers bind, and whom they call.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Finding;
use super::files::{Files, text};
use crate::{jsonc, paths};

/// The snapshot of who calls whom: a new edge is seen in review.
const GRAPH: &str = "xtask/tests/service_graph.txt";
/// What the product's names on the platform begin with.
const PREFIX: &str = "weft-";
/// The oldest date with which errors keep their fields between Workers.
const OLDEST_DATE: &str = "2026-04-21";

/// One Worker's configuration.
pub(super) struct Config {
    /// The file, from the repository's top.
    pub(super) path: String,
    /// The Worker's role: the file's name without its ending.
    pub(super) role: String,
    pub(super) value: Value,
}

/// The configurations, in order of their names.
///
/// # Errors
/// When one can't be read.
pub(super) fn configs(files: &Files) -> Result<Vec<Config>> {
    let mut configs = Vec::new();
    for path in files.ending(".jsonc") {
        let file = path.strip_prefix("wrangler/").and_then(|file| file.strip_suffix(".jsonc"));
        // What is in a folder below is about environments.
        if let Some(role) = file.filter(|file| !file.contains('/')) {
            let value = jsonc::parse(&text(path)?.unwrap_or_default())
                .with_context(|| format!("can't read `{path}`"))?;
            configs.push(Config { path: path.to_owned(), role: role.to_owned(), value });
        }
    }
    Ok(configs)
}

/// The entries of an array in a configuration, by a path such as `["queues", "producers"]`.
pub(super) fn entries<'a>(value: &'a Value, path: &[&str]) -> impl Iterator<Item = &'a Value> {
    let found = path.iter().try_fold(value, |value, key| value.get(key));
    found.and_then(Value::as_array).into_iter().flatten()
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Whom each Worker calls: the role, the callee's role and the entrypoint.
pub(super) fn calls(configs: &[Config]) -> BTreeSet<(String, String, String)> {
    let role = |name: &str| name.strip_prefix(PREFIX).unwrap_or(name).to_owned();
    let of = |config: &Config| -> Vec<_> {
        entries(&config.value, &["services"])
            .map(|service| {
                let entrypoint = service.get("entrypoint").and_then(Value::as_str).unwrap_or("default");
                (config.role.clone(), role(word(service, "service")), entrypoint.to_owned())
            })
            .collect()
    };
    configs.iter().flat_map(of).collect()
}

fn snapshot(calls: &BTreeSet<(String, String, String)>) -> String {
    calls.iter().map(|(from, to, entrypoint)| format!("{from} -> {to} {entrypoint}\n")).collect()
}

/// Writes the snapshot.
///
/// # Errors
/// When a configuration can't be read or the snapshot can't be written.
pub(super) fn bless(files: &Files) -> Result<()> {
    let path = paths::root().join(GRAPH);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, snapshot(&calls(&configs(files)?))).with_context(|| format!("can't write `{GRAPH}`"))
}

/// The graph of calls has no cycle, so that callees can always be deployed first, and equals the snapshot.
pub(super) fn call_graph(files: &Files) -> Result<Vec<Finding>> {
    let configs = configs(files)?;
    let calls = calls(&configs);
    let mut findings = Vec::new();
    for (from, to, _) in &calls {
        if !configs.iter().any(|config| config.role == *to) {
            let text = format!("`{to}` is called and has no configuration in `wrangler/`");
            findings.push(Finding::new(format!("wrangler/{from}.jsonc"), text));
        }
    }
    if let Some(cycle) = cycle(&calls) {
        findings.push(Finding::new("wrangler/", format!("no order of deployment suits this cycle: {cycle}")));
    }
    let kept = fs::read_to_string(paths::root().join(GRAPH)).unwrap_or_default();
    if kept != snapshot(&calls) {
        findings.push(Finding::new(
            GRAPH,
            "differs from `services` in `wrangler/`: run `cargo xtask tidy --bless`",
        ));
    }
    Ok(findings)
}

/// A cycle as text, where there is one: Workers that nothing calls are taken away until none is left.
fn cycle(calls: &BTreeSet<(String, String, String)>) -> Option<String> {
    let mut edges: BTreeSet<(&str, &str)> =
        calls.iter().map(|(from, to, _)| (from.as_str(), to.as_str())).collect();
    loop {
        let called: BTreeSet<&str> = edges.iter().map(|(_, to)| *to).collect();
        let calling: BTreeSet<&str> = edges.iter().map(|(from, _)| *from).collect();
        let before = edges.len();
        edges.retain(|(from, to)| called.contains(from) && calling.contains(to));
        if edges.is_empty() {
            return None;
        }
        if edges.len() == before {
            let edges: Vec<String> = edges.iter().map(|(from, to)| format!("{from} -> {to}")).collect();
            return Some(edges.join(", "));
        }
    }
}

/// The configurations agree with each other and with the sources.
pub(super) fn agree(files: &Files) -> Result<Vec<Finding>> {
    let configs = configs(files)?;
    let mut findings: Vec<Finding> = configs.iter().flat_map(|config| alone(config, files)).collect();
    let dates: BTreeMap<&str, &str> = configs
        .iter()
        .map(|config| (word(&config.value, "compatibility_date"), config.path.as_str()))
        .collect();
    if dates.len() > 1 {
        let dates: Vec<_> = dates.keys().copied().collect();
        let text = format!("`compatibility_date` must be the same everywhere, and is {}", dates.join(", "));
        findings.push(Finding::new("wrangler/", text));
    }
    findings.extend(shared_resources(&configs));
    Ok(findings)
}

/// What can be said of one configuration by itself.
fn alone(config: &Config, files: &Files) -> Vec<Finding> {
    let Config { path, role, value } = config;
    let mut findings = Vec::new();
    let mut refuse = |text: String| findings.push(Finding::new(path.clone(), text));
    let name = format!("{PREFIX}{role}");
    if word(value, "name") != name {
        refuse(format!("`name` must be `{name}`"));
    }
    let main = format!("../workers/{role}/entry.mjs");
    if word(value, "main") != main {
        refuse(format!("`main` must be `{main}`"));
    }
    let date = word(value, "compatibility_date");
    if date < OLDEST_DATE {
        refuse(format!(
            "`compatibility_date` must be {OLDEST_DATE} or later: before, errors lose their fields"
        ));
    }
    let observability = value.get("observability");
    let sampled = observability.and_then(|section| section.get("head_sampling_rate")).and_then(Value::as_f64);
    let enabled = observability.and_then(|section| section.get("enabled")) == Some(&Value::Bool(true));
    if !enabled || sampled != Some(1.0) {
        refuse("`observability` must be enabled with `head_sampling_rate` 1".to_owned());
    }
    for name in platform_names(value) {
        let rest = name.strip_prefix(PREFIX).unwrap_or_default();
        let plain = |character: char| {
            character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-'
        };
        if rest.is_empty() || !rest.chars().all(plain) {
            refuse(format!("`{name}` must be `{PREFIX}` and lower-case words with hyphens"));
        }
    }
    let classes: BTreeSet<&str> = entries(value, &["durable_objects", "bindings"])
        .filter(|binding| binding.get("script_name").is_none())
        .map(|binding| word(binding, "class_name"))
        .collect();
    let created: BTreeSet<&str> = entries(value, &["migrations"])
        .flat_map(|migration| entries(migration, &["new_sqlite_classes"]))
        .filter_map(Value::as_str)
        .collect();
    for class in classes.difference(&created) {
        refuse(format!("`{class}` must be created in `migrations` under `new_sqlite_classes`"));
    }
    if entries(value, &["migrations"]).any(|migration| migration.get("new_classes").is_some()) {
        refuse("a Durable Object class must have SQLite storage: use `new_sqlite_classes`".to_owned());
    }
    for database in entries(value, &["d1_databases"]) {
        let folder = word(database, "migrations_dir");
        if !files.has(folder.trim_start_matches("../")) {
            refuse(format!("`migrations_dir` names `{folder}`, where there is nothing"));
        }
    }
    findings
}

/// The names of what the Worker owns on the platform.
fn platform_names(value: &Value) -> Vec<&str> {
    let lists: [(&[&str], &str); 6] = [
        (&["d1_databases"], "database_name"),
        (&["r2_buckets"], "bucket_name"),
        (&["queues", "producers"], "queue"),
        (&["queues", "consumers"], "queue"),
        (&["queues", "consumers"], "dead_letter_queue"),
        (&["workflows"], "name"),
    ];
    let mut names = Vec::new();
    for (path, key) in lists {
        names.extend(entries(value, path).filter_map(|entry| entry.get(key)?.as_str()));
    }
    names
}

/// A database, namespace or bucket that two Workers bind must be the same one in both, and a queue that one sends to
/// must have a consumer.
fn shared_resources(configs: &[Config]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut databases: BTreeMap<&str, &Value> = BTreeMap::new();
    let mut consumed = BTreeSet::new();
    for config in configs {
        for database in entries(&config.value, &["d1_databases"]) {
            let first = databases.entry(word(database, "binding")).or_insert(database);
            if *first != database {
                let text = format!("`{}` is another database elsewhere", word(database, "binding"));
                findings.push(Finding::new(config.path.clone(), text));
            }
        }
        consumed
            .extend(entries(&config.value, &["queues", "consumers"]).map(|consumer| word(consumer, "queue")));
    }
    for config in configs {
        for producer in entries(&config.value, &["queues", "producers"]) {
            let queue = word(producer, "queue");
            if !consumed.contains(queue) {
                findings
                    .push(Finding::new(config.path.clone(), format!("nothing consumes the queue `{queue}`")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(edges: &[(&str, &str)]) -> BTreeSet<(String, String, String)> {
        edges.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned(), "Jobs".to_owned())).collect()
    }

    #[test]
    fn a_graph_with_an_order_of_deployment_has_no_cycle() {
        assert_eq!(
            cycle(&edges(&[("admin", "gateway"), ("gateway", "pipeline"), ("admin", "pipeline")])),
            None
        );
    }

    #[test]
    fn a_cycle_is_named_without_what_only_leads_to_it() {
        let found = cycle(&edges(&[("admin", "gateway"), ("gateway", "pipeline"), ("pipeline", "gateway")]));
        assert_eq!(found.as_deref(), Some("gateway -> pipeline, pipeline -> gateway"));
    }

    #[test]
    fn two_workers_with_one_binding_must_mean_one_database() {
        let config = |role: &str, id: &str| Config {
            path: format!("wrangler/{role}.jsonc"),
            role: role.to_owned(),
            value: serde_json::json!({ "d1_databases": [{ "binding": "CONTROL_DB", "database_id": id }] }),
        };
        assert!(shared_resources(&[config("admin", "1"), config("gateway", "1")]).is_empty());
        assert_eq!(shared_resources(&[config("admin", "1"), config("gateway", "2")]).len(), 1);
    }
}
