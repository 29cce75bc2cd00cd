//! Binding names: the constants in `host` against what `wrangler/*.jsonc` binds.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::Value;

use super::Finding;
use super::files::{Files, text};
use super::wrangler::{Config, configs, entries};

/// Where the constants are.
const CONSTANTS: &str = "crates/host/src/bindings.rs";
/// What a constant's comment says when every Worker has the binding.
const EVERYONE: &str = "all";

/// A constant with the Workers that its comment names: `/// gateway, admin: what it is`.
#[derive(Debug, PartialEq, Eq)]
struct Constant {
    value: String,
    roles: BTreeSet<String>,
}

/// Every bound name has a constant, every constant is bound, and by the Workers that its comment names.
pub(super) fn check(files: &Files) -> Result<Vec<Finding>> {
    let Some(source) = text(CONSTANTS).ok().flatten() else {
        return Ok(vec![Finding::new(CONSTANTS, "is missing: binding names are constants there")]);
    };
    Ok(compare(&constants(&source), &bound(&configs(files)?)))
}

fn compare(constants: &[Constant], bound: &BTreeMap<String, BTreeSet<String>>) -> Vec<Finding> {
    let everyone: BTreeSet<&String> = bound.values().flatten().collect();
    let mut findings = Vec::new();
    for (name, roles) in bound {
        match constants.iter().find(|constant| constant.value == *name) {
            None => findings.push(Finding::new(CONSTANTS, format!("add a constant for `{name}`"))),
            Some(constant) => {
                let all = constant.roles.contains(EVERYONE) && roles.len() == everyone.len();
                if !all && constant.roles != *roles {
                    let roles: Vec<_> = roles.iter().map(String::as_str).collect();
                    let text = format!("the comment of `{name}` must begin with `{}:`", roles.join(", "));
                    findings.push(Finding::new(CONSTANTS, text));
                }
            }
        }
    }
    for constant in constants {
        if !bound.contains_key(&constant.value) {
            findings
                .push(Finding::new(CONSTANTS, format!("no Worker binds `{}`: remove it", constant.value)));
        }
    }
    findings
}

/// The string constants of a file, each with the words before the colon of its comment.
fn constants(source: &str) -> Vec<Constant> {
    let mut comment = "";
    let mut constants = Vec::new();
    for line in source.lines() {
        if let Some(text) = line.strip_prefix("/// ") {
            // The first line of a longer comment is the one that names the Workers.
            if comment.is_empty() {
                comment = text;
            }
            continue;
        }
        if line.starts_with("pub const ")
            && line.contains(": &str")
            && let Some(value) = line.split('"').nth(1)
        {
            let names = comment.split_once(':').map(|(names, _)| names).unwrap_or_default();
            let roles = names.split(',').map(|name| name.trim().to_owned()).collect();
            constants.push(Constant { value: value.to_owned(), roles });
        }
        comment = "";
    }
    constants
}

/// Each bound name with the Workers that bind it.
fn bound(configs: &[Config]) -> BTreeMap<String, BTreeSet<String>> {
    let mut bound: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for config in configs {
        for name in names(&config.value) {
            bound.entry(name).or_default().insert(config.role.clone());
        }
    }
    bound
}

/// Every name under which a Worker's `env` gives it something: an object's `binding`, a Durable Object's `name`, a
/// variable's key. Environments repeat them and aren't looked at.
fn names(config: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (key, section) in config.as_object().into_iter().flatten() {
        match key.as_str() {
            "env" => {}
            "vars" => names.extend(section.as_object().into_iter().flatten().map(|(name, _)| name.clone())),
            "durable_objects" => {
                collect(entries(config, &["durable_objects", "bindings"]), "name", &mut names)
            }
            "queues" => collect(entries(config, &["queues", "producers"]), "binding", &mut names),
            "ratelimits" => collect(entries(config, &["ratelimits"]), "name", &mut names),
            _ if section.is_array() => collect(entries(config, &[key.as_str()]), "binding", &mut names),
            _ => collect(std::iter::once(section), "binding", &mut names),
        }
    }
    names
}

fn collect<'a>(entries: impl Iterator<Item = &'a Value>, key: &str, names: &mut BTreeSet<String>) {
    names.extend(entries.filter_map(|entry| entry.get(key)?.as_str()).map(str::to_owned));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn constants_come_with_the_workers_of_their_comment() {
        let source = "//! Names.\n\n/// gateway, admin: keys.\n/// And more: words.\npub const DB: &str = \"CONTROL_DB\";\n";
        let expect = Constant { value: "CONTROL_DB".to_owned(), roles: roles(&["admin", "gateway"]) };
        assert_eq!(constants(source), [expect]);
    }

    #[test]
    fn every_kind_of_binding_has_its_name_found() {
        let config = serde_json::json!({
            "name": "weft-x",
            "services": [{ "binding": "PIPELINE" }],
            "queues": { "producers": [{ "binding": "EVENTS" }], "consumers": [{ "queue": "q" }] },
            "durable_objects": { "bindings": [{ "name": "INDEX", "class_name": "Index" }] },
            "vars": { "ROLES": "{}" },
            "version_metadata": { "binding": "VERSION" },
        });
        assert_eq!(names(&config), roles(&["EVENTS", "INDEX", "PIPELINE", "ROLES", "VERSION"]));
    }

    #[test]
    fn a_name_on_one_side_only_is_found() {
        let bound = BTreeMap::from([
            ("A".to_owned(), roles(&["gateway"])),
            ("V".to_owned(), roles(&["admin", "gateway"])),
        ]);
        let constant =
            |value: &str, names: &[&str]| Constant { value: value.to_owned(), roles: roles(names) };
        assert!(compare(&[constant("A", &["gateway"]), constant("V", &["all"])], &bound).is_empty());
        assert_eq!(compare(&[constant("V", &["all"])], &bound).len(), 1);
        assert_eq!(compare(&[constant("A", &["admin"]), constant("V", &["all"])], &bound).len(), 1);
        let more = [constant("A", &["gateway"]), constant("V", &["all"]), constant("X", &["admin"])];
        assert_eq!(compare(&more, &bound).len(), 1);
    }
}
