//! The npm lock file: it must install from any registry and on any system.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Finding;
use super::files::{Files, text};

const LOCK: &str = "package-lock.json";

/// No entry says where it came from, and none that another one names is left out: npm leaves out what the registry
/// doesn't offer for the machine that wrote the file, and then refuses the file elsewhere.
pub(super) fn check(_files: &Files) -> Result<Vec<Finding>> {
    let lock: Value = serde_json::from_str(&text(LOCK)?.unwrap_or_default())
        .with_context(|| format!("can't read `{LOCK}`"))?;
    Ok(judge(&lock))
}

fn judge(lock: &Value) -> Vec<Finding> {
    let packages = lock.get("packages").and_then(Value::as_object);
    let entries: Vec<(&String, &Value)> = packages.into_iter().flatten().collect();
    let present: BTreeSet<&str> =
        entries.iter().filter_map(|(path, _)| Some(path.rsplit_once("node_modules/")?.1)).collect();
    let mut findings = Vec::new();
    for (path, entry) in entries {
        let name = if path.is_empty() { "the project" } else { path };
        if entry.get("resolved").is_some() {
            let text = format!(
                "remove `resolved` of `{name}`: `npm config set omit-lockfile-registry-resolved true`"
            );
            findings.push(Finding::new(LOCK, text));
        }
        for kind in ["dependencies", "devDependencies", "optionalDependencies"] {
            for (needed, _) in entry.get(kind).and_then(Value::as_object).into_iter().flatten() {
                if !present.contains(needed.as_str()) {
                    findings
                        .push(Finding::new(LOCK, format!("`{name}` needs `{needed}`, which has no entry")));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_left_out_or_bound_to_a_registry_is_found() {
        let entry = serde_json::json!({ "version": "1.0.0", "optionalDependencies": { "b": "1" } });
        let other = serde_json::json!({ "version": "1.0.0" });
        let lock = serde_json::json!({ "packages": { "node_modules/a": entry, "node_modules/@x/b": other } });
        assert_eq!(judge(&lock).len(), 1);
        let lock = serde_json::json!({ "packages": { "node_modules/a": entry, "node_modules/a/node_modules/b": other } });
        assert!(judge(&lock).is_empty());
        let bound = serde_json::json!({ "packages": { "node_modules/a": { "resolved": "somewhere" } } });
        assert_eq!(judge(&bound).len(), 1);
    }
}
