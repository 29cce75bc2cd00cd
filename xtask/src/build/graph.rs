//! The part of cargo's package graph that goes into a Worker, as the Wasm target sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::setup::{self, Toolchain};
use crate::{paths, process};

/// Packages and what each depends on.
pub(super) struct Graph {
    packages: BTreeMap<String, Package>,
    nodes: BTreeMap<String, Node>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    manifest_path: PathBuf,
    /// `None` for a package of this checkout.
    source: Option<String>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    crate_types: Vec<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    features: Vec<String>,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

/// What goes into a Worker.
pub(super) struct Ingredients {
    /// Folders of this checkout's crates.
    pub(super) folders: Vec<PathBuf>,
    /// Every other package with its version and features.
    pub(super) packages: Vec<String>,
}

impl Graph {
    /// Asks cargo.
    ///
    /// # Errors
    /// When a manifest can't be read or the lock file can't be made to fit.
    pub(super) fn load(toolchain: &Toolchain) -> Result<Self> {
        let mut cargo = toolchain.wasm_cargo();
        cargo.current_dir(paths::root()).args([
            "metadata",
            "--format-version",
            "1",
            "--filter-platform",
            setup::WASM_TARGET,
        ]);
        Self::parse(&process::run(&mut cargo)?)
    }

    fn parse(metadata: &str) -> Result<Self> {
        let metadata: Metadata =
            serde_json::from_str(metadata).context("can't read what cargo metadata says")?;
        let key = |package: Package| (package.id.clone(), package);
        let packages = metadata.packages.into_iter().map(key).collect();
        let nodes = metadata.resolve.nodes.into_iter().map(|node| (node.id.clone(), node)).collect();
        Ok(Self { packages, nodes })
    }

    /// The names of the product's Workers, which are those in `workers/`, in order.
    pub(super) fn product(&self) -> Vec<String> {
        let home = paths::workers();
        let mut names: Vec<String> = self
            .workers()
            .filter(|package| package.folder().parent() == Some(&home))
            .map(|package| package.name.clone())
            .collect();
        names.sort();
        names
    }

    /// The names of every Worker of this checkout, in order: the product's, and those of benchmarks, tests and
    /// examples.
    pub(super) fn every(&self) -> Vec<String> {
        let mut names: Vec<String> = self.workers().map(|package| package.name.clone()).collect();
        names.sort();
        names
    }

    /// The folder of a Worker's crate.
    ///
    /// # Errors
    /// When there is no such Worker.
    pub(super) fn folder(&self, worker: &str) -> Result<&Path> {
        self.find(worker).map(Package::folder)
    }

    /// A Worker is a package of this checkout that compiles to a Wasm module of its own.
    fn workers(&self) -> impl Iterator<Item = &Package> {
        let module = |target: &Target| target.crate_types.iter().any(|kind| kind == "cdylib");
        self.packages
            .values()
            .filter(move |package| package.source.is_none() && package.targets.iter().any(module))
    }

    fn find(&self, worker: &str) -> Result<&Package> {
        let found = self.workers().find(|package| package.name == worker);
        found
            .with_context(|| format!("there is no Worker `{worker}`; there are: {}", self.every().join(", ")))
    }

    /// What goes into `worker`, itself included. What only its tests need doesn't count.
    ///
    /// # Errors
    /// When there is no such Worker.
    pub(super) fn ingredients(&self, worker: &str) -> Result<Ingredients> {
        let root = self.find(worker)?;
        let mut seen = BTreeSet::new();
        let mut open = vec![root.id.as_str()];
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let node =
                self.nodes.get(id).with_context(|| format!("cargo metadata doesn't resolve `{id}`"))?;
            let needed = |dependency: &&Dependency| {
                dependency.dep_kinds.iter().any(|kind| kind.kind.as_deref() != Some("dev"))
            };
            open.extend(node.deps.iter().filter(needed).map(|dependency| dependency.pkg.as_str()));
        }
        let mut ingredients = Ingredients { folders: Vec::new(), packages: Vec::new() };
        for id in seen {
            match self.packages.get(id) {
                Some(package) if package.source.is_none() => {
                    ingredients.folders.push(package.folder().to_path_buf());
                }
                _ => {
                    let features = self.nodes.get(id).map(|node| node.features.join(",")).unwrap_or_default();
                    ingredients.packages.push(format!("{id} {features}"));
                }
            }
        }
        Ok(ingredients)
    }
}

impl Package {
    fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        let package = |name: &str, folder: &str, source: Option<&str>| {
            let manifest = paths::root().join(folder).join("Cargo.toml");
            let kind = if folder.starts_with("crates") { "lib" } else { "cdylib" };
            let targets = [serde_json::json!({ "crate_types": [kind] })];
            serde_json::json!({ "id": name, "name": name, "manifest_path": manifest, "source": source, "targets": targets })
        };
        let node = |id: &str, deps: &[(&str, Option<&str>)]| {
            let dep = |(pkg, kind): &(&str, Option<&str>)| serde_json::json!({ "pkg": pkg, "dep_kinds": [{ "kind": kind }] });
            let deps: Vec<_> = deps.iter().map(dep).collect();
            serde_json::json!({ "id": id, "features": ["std"], "deps": deps })
        };
        let metadata = serde_json::json!({
            "packages": [
                package("gateway", "workers/gateway", None),
                package("rpc-bench", "bench/rust", None),
                package("app", "crates/app", None),
                package("test-kit", "crates/test-kit", None),
                package("serde", "elsewhere", Some("registry")),
            ],
            "resolve": { "nodes": [
                node("gateway", &[("app", None), ("test-kit", Some("dev"))]),
                node("rpc-bench", &[]),
                node("app", &[("serde", None)]),
                node("test-kit", &[("serde", None)]),
                node("serde", &[]),
            ] },
        });
        Graph::parse(&metadata.to_string()).unwrap()
    }

    #[test]
    fn only_workers_in_the_workers_folder_are_the_products() {
        assert_eq!(graph().product(), ["gateway"]);
        assert_eq!(graph().every(), ["gateway", "rpc-bench"]);
    }

    #[test]
    fn a_worker_is_found_wherever_its_folder_is() {
        let graph = graph();
        assert_eq!(graph.folder("rpc-bench").unwrap(), paths::root().join("bench/rust"));
        let ingredients = graph.ingredients("rpc-bench").unwrap();
        assert_eq!(ingredients.folders, [paths::root().join("bench/rust")]);
        assert!(graph.folder("app").is_err(), "a library is no Worker");
    }

    #[test]
    fn what_only_tests_need_is_no_ingredient() {
        let ingredients = graph().ingredients("gateway").unwrap();
        assert_eq!(
            ingredients.folders,
            [paths::root().join("crates/app"), paths::root().join("workers/gateway")]
        );
        assert_eq!(ingredients.packages, ["serde std"]);
    }

    #[test]
    fn an_unknown_worker_is_refused_with_the_known_ones() {
        let refused = graph().ingredients("getaway").map(|_| ()).unwrap_err().to_string();
        assert!(refused.contains("`getaway`") && refused.contains("gateway"), "{refused}");
    }
}
