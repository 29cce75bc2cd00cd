//! From a Worker's own file to what is deployed of it in an environment: names, ids, variables, hosts. It adds what an
//! environment has and takes nothing away, so that a binding is written down once.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{Environment, Ids, PREFIX};

/// From where the effective files are to the checkout's top.
const TOP: &str = "../../../";
/// In place of an id that the platform has not given yet: it passes for a text, and for nothing that is there.
const UNKNOWN: &str = "not-provisioned";
/// The binding of Vectorize's index, and the name that it has on the platform.
pub(crate) const VECTORS: (&str, &str) = ("VECTORS", "weft-vectors");

/// The effective configuration of `role`, whose own file has `base`. What has no id yet is named in `missing`.
///
/// # Errors
/// When the file lacks what every Worker's has.
pub(super) fn effective(
    environment: &Environment,
    role: &str,
    base: &Value,
    ids: &Ids,
    missing: &mut Vec<String>,
) -> Result<Value> {
    let mut config = base.clone();
    rename(&mut config, environment);
    let fields = config.as_object_mut().with_context(|| format!("`wrangler/{role}.jsonc` is no object"))?;
    fields.remove("$schema");
    for path in ["main"] {
        if let Some(Value::String(text)) = fields.get_mut(path) {
            *text = from_top(text);
        }
    }
    for (database, own) in entries(fields.get_mut("d1_databases")).zip(list(base, "d1_databases")) {
        if let Some(Value::String(folder)) = database.get_mut("migrations_dir") {
            *folder = from_top(folder);
        }
        let name = word(own, "database_name");
        database["database_id"] = known(ids.databases.get(name), name, missing);
    }
    for namespace in entries(fields.get_mut("kv_namespaces")) {
        let binding = word(namespace, "binding").to_owned();
        namespace["id"] = known(ids.namespaces.get(&binding), &binding, missing);
    }
    // Two Workers of an account that name one number share its counters.
    for limit in entries(fields.get_mut("ratelimits")) {
        let number = environment.name.number(word(limit, "namespace_id"));
        limit["namespace_id"] = number.to_string().into();
    }
    serve(environment, role, fields);
    if environment.settings.vectorize && role == "pipeline" {
        let (binding, name) = VECTORS;
        fields.insert(
            "vectorize".to_owned(),
            json!([{ "binding": binding, "index_name": environment.renamed(name) }]),
        );
    }
    if environment.settings.logpush {
        fields.insert("logpush".to_owned(), true.into());
    }
    if role == "admin" {
        let vars = fields.entry("vars").or_insert_with(|| json!({}));
        vars["ACCESS_TEAM_DOMAIN"] = ids.access_team.clone().unwrap_or_default().into();
        vars["ACCESS_AUD"] = ids.access_audience.clone().unwrap_or_default().into();
    }
    for (name, value) in environment.settings.vars.get(role).into_iter().flatten() {
        let vars = fields.entry("vars").or_insert_with(|| json!({}));
        if vars.get(name).is_none() {
            bail!("`{role}` has no variable `{name}`: `wrangler/{role}.jsonc` lists those that there are");
        }
        let text = vars[name].is_string() && !value.is_string();
        vars[name] = if text { value.to_string().into() } else { value.clone() };
    }
    let stored: Vec<Value> = environment.settings.secrets_store.get(role).into_iter().flatten().map(|name| {
        json!({ "binding": name, "secret_name": name, "store_id": known(ids.secrets_store.as_ref(), "the secrets store", missing) })
    }).collect();
    if !stored.is_empty() {
        fields.insert("secrets_store_secrets".to_owned(), stored.into());
    }
    Ok(config)
}

/// Where the Worker is reached from outside: its own host, `workers.dev`, or nowhere.
fn serve(environment: &Environment, role: &str, fields: &mut serde_json::Map<String, Value>) {
    let host = environment.settings.hosts.get(role);
    if let Some(host) = host {
        fields.insert("routes".to_owned(), json!([{ "pattern": host, "custom_domain": true }]));
    }
    fields.insert("workers_dev".to_owned(), (super::is_public(role) && host.is_none()).into());
    // A version that serves nobody yet must not be reached past Access, or past the gateway.
    fields.insert("preview_urls".to_owned(), false.into());
}

/// Gives every name of the product's that of the environment. Variables are no names.
fn rename(value: &mut Value, environment: &Environment) {
    match value {
        Value::String(text) if text.starts_with(PREFIX) => *text = environment.renamed(text),
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, environment)),
        Value::Object(fields) => {
            fields
                .iter_mut()
                .filter(|(key, _)| *key != "vars")
                .for_each(|(_, field)| rename(field, environment));
        }
        _ => {}
    }
}

/// A path that was relative to `wrangler/`, relative to where the effective file is.
fn from_top(path: &str) -> String {
    format!("{TOP}{}", path.trim_start_matches("../"))
}

fn known(id: Option<&String>, name: &str, missing: &mut Vec<String>) -> Value {
    id.map_or_else(
        || {
            missing.push(name.to_owned());
            UNKNOWN.into()
        },
        |id| id.clone().into(),
    )
}

fn entries(value: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    value.and_then(Value::as_array_mut).into_iter().flatten()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
