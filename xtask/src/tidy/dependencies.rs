//! Which crate may use which. The table is the rule: an edge that isn't in it is a decision to take, not a slip.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Finding;
use super::files::Files;
use crate::{paths, process};

/// The workspace crates that each crate may use. Workers may use all of these; nothing may use a Worker.
const EDGES: &[(&str, &[&str])] = &[
    ("ids", &[]),
    ("ai", &[]),
    ("hostile", &[]),
    ("audit", &["ids"]),
    ("egress", &[]),
    ("history", &[]),
    ("jwt", &[]),
    ("signing", &["jwt"]),
    ("transcript", &[]),
    ("telemetry", &[]),
    ("mesh-macros", &[]),
    ("mesh-contract", &[]),
    ("mesh", &["mesh-contract", "mesh-macros"]),
    ("mesh-sim", &["mesh"]),
    ("mesh-worker", &["mesh"]),
    ("guestbook-contract", &["mesh"]),
    ("mesh-probe-contract", &["mesh"]),
    ("auth", &["ids", "jwt"]),
    ("report", &[]),
    ("schedule", &[]),
    ("http-api", &["ids"]),
    ("domain", &["ids", "schedule", "signing", "transcript"]),
    ("evaluation-rules", &["domain"]),
    ("contracts", &["ids", "mesh"]),
    (
        "app",
        &[
            "ai",
            "audit",
            "contracts",
            "domain",
            "egress",
            "evaluation-rules",
            "history",
            "ids",
            "mesh",
            "report",
            "schedule",
            "signing",
            "transcript",
        ],
    ),
    ("embedded", &["app", "contracts", "domain", "ids", "transcript"]),
    ("chat-extraction", &["app", "domain", "transcript"]),
    (
        "evaluation",
        &["app", "contracts", "domain", "embedded", "ids", "mesh", "mesh-sim", "storage", "transcript"],
    ),
    (
        "storage",
        &["app", "audit", "contracts", "domain", "embedded", "ids", "mesh", "mesh-worker", "signing"],
    ),
    (
        "host",
        &[
            "ai",
            "app",
            "chat-extraction",
            "contracts",
            "domain",
            "egress",
            "ids",
            "jwt",
            "mesh",
            "mesh-worker",
        ],
    ),
    (
        "test-kit",
        &["app", "audit", "contracts", "domain", "embedded", "ids", "mesh", "signing", "transcript"],
    ),
];

/// Crates that only run where a Worker runs, or bind to it.
const PLATFORM: [&str; 8] = [
    "worker",
    "worker-macros",
    "worker-sys",
    "wasm-bindgen",
    "wasm-bindgen-futures",
    "js-sys",
    "web-sys",
    "serde-wasm-bindgen",
];
/// The crates that may touch the platform, besides the Workers.
const PLATFORM_USERS: [&str; 4] = ["host", "mesh-worker", "storage", "telemetry"];
/// All that the contracts may use from outside the workspace: the wire is what these can say.
const CONTRACTS_EXTERNAL: [&str; 3] = ["async-trait", "serde", "thiserror"];
/// Where Workers are: the product's, and those of benchmarks, tests and examples. These wire and are used by nothing.
const WORKERS: [&str; 4] = ["workers/", "bench/", "e2e/", "examples/"];
/// Only for tests.
const TEST_ONLY: [&str; 2] = ["hostile", "test-kit"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    /// Set for a crate of this checkout.
    path: Option<PathBuf>,
}

/// Compares the manifests with the rules.
pub(super) fn check(_files: &Files) -> Result<Vec<Finding>> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(paths::root()).args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Metadata =
        serde_json::from_str(&process::run(&mut cargo)?).context("can't read what cargo metadata says")?;
    Ok(metadata.packages.iter().flat_map(judge).collect())
}

fn judge(package: &Package) -> Vec<Finding> {
    let edges: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let manifest = package.manifest_path.strip_prefix(paths::root()).unwrap_or(&package.manifest_path);
    let manifest = manifest.display().to_string();
    if manifest.starts_with("xtask/") {
        return Vec::new();
    }
    let worker = WORKERS.iter().any(|home| manifest.starts_with(home));
    let mut findings = Vec::new();
    let mut refuse = |text: String| findings.push(Finding::new(manifest.clone(), text));
    let allowed = edges.get(package.name.as_str());
    if !worker && allowed.is_none() {
        refuse(format!("give `{}` a row in `xtask/src/tidy/dependencies.rs`", package.name));
    }
    for dependency in &package.dependencies {
        let used = dependency.name.as_str();
        let for_tests = dependency.kind.as_deref() == Some("dev");
        let inside = dependency.path.is_some();
        if inside && !edges.contains_key(used) {
            refuse(format!("`{used}` is no library crate: move what is shared into one"));
        }
        if PLATFORM.contains(&used) && !worker && !PLATFORM_USERS.contains(&package.name.as_str()) {
            refuse(format!("`{used}` belongs to {} and the Workers only", PLATFORM_USERS.join(", ")));
        }
        if for_tests {
            continue;
        }
        if TEST_ONLY.contains(&used) {
            refuse(format!("`{used}` is for `[dev-dependencies]` only"));
        } else if inside && allowed.is_some_and(|allowed| !allowed.contains(&used)) {
            refuse(format!("`{}` may not use `{used}`", package.name));
        }
        if package.name == "contracts" && !inside && !CONTRACTS_EXTERNAL.contains(&used) {
            refuse(format!("contracts may use {} and not `{used}`", CONTRACTS_EXTERNAL.join(", ")));
        }
        if package.name == "domain" && (used.starts_with("serde") || used == "async-trait") {
            refuse(format!("the domain is plain rules: `{used}` belongs to what surrounds it"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found for a crate in `folder` with dependencies `(name, kind, inside)`.
    fn found(folder: &str, name: &str, dependencies: &[(&str, Option<&str>, bool)]) -> usize {
        let dependencies = dependencies.iter().map(|(name, kind, inside)| Dependency {
            name: (*name).to_owned(),
            kind: kind.map(str::to_owned),
            path: inside.then(PathBuf::new),
        });
        let manifest_path = paths::root().join(folder).join(name).join("Cargo.toml");
        judge(&Package { name: name.to_owned(), manifest_path, dependencies: dependencies.collect() }).len()
    }

    #[test]
    fn an_edge_that_is_not_in_the_table_is_refused() {
        assert_eq!(found("crates", "app", &[("domain", None, true)]), 0);
        assert_eq!(found("crates", "domain", &[("app", None, true)]), 1);
        assert_eq!(found("crates", "surprise", &[]), 1);
    }

    #[test]
    fn the_platform_stays_at_the_edge() {
        assert_eq!(found("crates", "app", &[("js-sys", None, false)]), 1);
        assert_eq!(found("crates", "app", &[("worker", Some("dev"), false)]), 1);
        assert_eq!(found("crates", "host", &[("worker", None, false)]), 0);
        assert_eq!(found("workers", "gateway", &[("worker", None, false)]), 0);
        assert_eq!(found("bench", "rpc-bench", &[("worker", None, false)]), 0);
    }

    #[test]
    fn workers_use_no_worker_and_no_test_kit() {
        assert_eq!(found("workers", "gateway", &[("pipeline", None, true)]), 1);
        assert_eq!(found("workers", "gateway", &[("test-kit", None, true)]), 1);
        assert_eq!(found("workers", "gateway", &[("test-kit", Some("dev"), true)]), 0);
    }

    #[test]
    fn contracts_and_domain_stay_plain() {
        assert_eq!(found("crates", "contracts", &[("serde", None, false), ("async-trait", None, false)]), 0);
        assert_eq!(found("crates", "contracts", &[("serde_json", None, false)]), 1);
        assert_eq!(found("crates", "contracts", &[("serde_json", Some("dev"), false)]), 0);
        assert_eq!(found("crates", "domain", &[("serde", None, false)]), 1);
    }
}
