//! What a Worker is bound to and set to, as its configuration says: kept with each version, so that a plan can say what
//! changes beside the code.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A Worker's surroundings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Setup {
    /// What each binding is bound to, such as `service weft-pipeline#Intake`.
    pub(super) bindings: BTreeMap<String, String>,
    /// The variables. Secrets are not among them.
    pub(super) vars: BTreeMap<String, String>,
    /// Cron lines, consumed queues and routes.
    pub(super) triggers: Vec<String>,
    /// The last migration of its Durable Object classes.
    pub(super) objects: Option<String>,
    /// Which behavior of the runtime it was built for.
    pub(super) compatibility: String,
}

/// The lists of bindings in a configuration: where, what they are called in words, the key of the binding's name, and the
/// keys that say what it is bound to.
const LISTS: [(&[&str], &str, &str, &[&str]); 13] = [
    (&["services"], "service", "binding", &["service", "entrypoint"]),
    (&["durable_objects", "bindings"], "object", "name", &["script_name", "class_name"]),
    (&["d1_databases"], "database", "binding", &["database_name", "database_id"]),
    (&["kv_namespaces"], "namespace", "binding", &["id"]),
    (&["r2_buckets"], "bucket", "binding", &["bucket_name"]),
    (&["queues", "producers"], "queue", "binding", &["queue"]),
    (&["workflows"], "workflow", "binding", &["name", "script_name", "class_name"]),
    (&["vectorize"], "index", "binding", &["index_name"]),
    (&["ratelimits"], "rate limit", "name", &["namespace_id", "simple"]),
    (&["analytics_engine_datasets"], "dataset", "binding", &["dataset"]),
    (&["pipelines"], "stream", "binding", &["stream", "pipeline"]),
    (&["secrets_store_secrets"], "secret", "binding", &["store_id", "secret_name"]),
    (&["hyperdrive"], "hyperdrive", "binding", &["id"]),
];

impl Setup {
    /// Reads a configuration.
    pub(super) fn of(config: &Value) -> Self {
        let mut bindings = BTreeMap::new();
        for (path, kind, name, target) in LISTS {
            for entry in list(config, path) {
                let parts: Vec<String> = target.iter().filter_map(|key| entry.get(key)).map(text).collect();
                bindings.insert(text(&entry[name]), format!("{kind} {}", parts.join("#")));
            }
        }
        for (key, kind) in [("browser", "browser"), ("ai", "models"), ("version_metadata", "its version")] {
            if let Some(name) = config[key]["binding"].as_str() {
                bindings.insert(name.to_owned(), kind.to_owned());
            }
        }
        let vars = config["vars"].as_object().into_iter().flatten();
        let mut triggers: Vec<String> =
            list(config, &["triggers", "crons"]).map(|line| format!("cron `{}`", text(line))).collect();
        triggers.extend(list(config, &["queues", "consumers"]).map(|consumer| {
            let mut settings = consumer.clone();
            let queue = settings.as_object_mut().and_then(|object| object.remove("queue"));
            format!("queue `{}` {settings}", queue.as_ref().map(text).unwrap_or_default())
        }));
        triggers.extend(list(config, &["routes"]).map(|route| format!("route {route}")));
        let flags = list(config, &["compatibility_flags"]).map(text);
        let compatibility = std::iter::once(text(&config["compatibility_date"])).chain(flags);
        Self {
            bindings,
            vars: vars.map(|(name, value)| (name.clone(), text(value))).collect(),
            triggers,
            objects: list(config, &["migrations"]).last().map(|migration| text(&migration["tag"])),
            compatibility: compatibility.collect::<Vec<_>>().join(" "),
        }
    }

    /// What is other than before, a line each.
    pub(super) fn changes(&self, before: &Self) -> Vec<String> {
        let mut lines = compared("binding", &before.bindings, &self.bindings);
        lines.extend(compared("variable", &before.vars, &self.vars));
        let gone = before.triggers.iter().filter(|line| !self.triggers.contains(line));
        lines.extend(gone.map(|line| format!("- {line}")));
        let come = self.triggers.iter().filter(|line| !before.triggers.contains(line));
        lines.extend(come.map(|line| format!("+ {line}")));
        if self.objects != before.objects {
            let tag = |tag: &Option<String>| tag.clone().unwrap_or_else(|| "none".to_owned());
            lines.push(format!("~ object classes {} -> {}", tag(&before.objects), tag(&self.objects)));
        }
        if self.compatibility != before.compatibility {
            lines.push(format!("~ compatibility {} -> {}", before.compatibility, self.compatibility));
        }
        lines
    }
}

fn compared(what: &str, before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let mut lines: Vec<String> = gone.map(|name| format!("- {what} {name}")).collect();
    for (name, target) in after {
        match before.get(name) {
            None => lines.push(format!("+ {what} {name} = {}", short(target))),
            Some(old) if old != target => {
                lines.push(format!("~ {what} {name}: {} -> {}", short(old), short(target)));
            }
            Some(_) => {}
        }
    }
    lines
}

/// A value as it fits a line.
fn short(value: &str) -> String {
    let line = value.replace('\n', " ");
    if line.chars().count() > 48 { line.chars().take(47).chain(['…']).collect() } else { line }
}

fn list<'a>(config: &'a Value, path: &[&str]) -> impl Iterator<Item = &'a Value> {
    let found = path.iter().try_fold(config, |value, key| value.get(key));
    found.and_then(Value::as_array).into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_changes_beside_the_code_is_told_line_by_line() {
        let before = Setup::of(&json!({
            "compatibility_date": "2026-11-01",
            "services": [{ "binding": "JOBS", "service": "weft-scheduler", "entrypoint": "Jobs" }],
            "vars": { "LIMIT": "1", "OLD": "x" },
            "triggers": { "crons": ["* * * * *"] },
            "migrations": [{ "tag": "v1" }],
        }));
        let after = Setup::of(&json!({
            "compatibility_date": "2026-11-01",
            "services": [{ "binding": "JOBS", "service": "weft-scheduler", "entrypoint": "Work" }],
            "vars": { "LIMIT": "2", "NEW": "y" },
            "queues": { "consumers": [{ "queue": "q", "max_retries": 5 }] },
            "migrations": [{ "tag": "v1" }, { "tag": "v2" }],
        }));
        assert_eq!(
            after.changes(&before),
            [
                "~ binding JOBS: service weft-scheduler#Jobs -> service weft-scheduler#Work",
                "- variable OLD",
                "~ variable LIMIT: 1 -> 2",
                "+ variable NEW = y",
                "- cron `* * * * *`",
                "+ queue `q` {\"max_retries\":5}",
                "~ object classes v1 -> v2",
            ]
        );
        assert_eq!(after.changes(&after), Vec::<String>::new());
    }

    #[test]
    fn every_binding_of_the_product_is_seen() {
        for (role, config) in crate::deploy::base_configs() {
            let setup = Setup::of(&config);
            let text = config.to_string();
            let names = text.matches("\"binding\":").count() + list(&config, &["ratelimits"]).count();
            let names = names + list(&config, &["durable_objects", "bindings"]).count();
            assert_eq!(setup.bindings.len(), names, "{role}");
        }
    }
}
