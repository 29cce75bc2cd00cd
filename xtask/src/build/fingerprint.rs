//! Whether a Worker has to be built again: a hash of all that decides what its Wasm will be.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::graph::Graph;
use super::profile::Profile;
use crate::paths;
use crate::setup::{Fingerprint, Toolchain};

/// What concerns every Worker alike: compiler, tools, profiles and which of them, cargo's configuration.
///
/// # Errors
/// When the root manifest or cargo's configuration can't be read.
pub(super) fn surroundings(profile: Profile, toolchain: &Toolchain) -> Result<String> {
    let manifest = paths::root().join("Cargo.toml");
    let text =
        fs::read_to_string(&manifest).with_context(|| format!("can't read `{}`", manifest.display()))?;
    let fingerprint = Fingerprint::new()
        .text(&toolchain.identity())
        .text(&std::env::var("RUSTFLAGS").unwrap_or_default())
        .text(&profiles(&text))
        .text(profile.cargo())
        .file(&paths::root().join(".cargo/config.toml"))?
        // Each Worker carries the fingerprints of the contracts that it speaks.
        .folder(&paths::contracts(), &|path| path.extension().is_some_and(|kind| kind != "json"))?;
    Ok(fingerprint.finish())
}

/// The fingerprint of one Worker: its crates' files, its packages' versions and features, and the surroundings.
///
/// # Errors
/// When there is no such Worker or a file can't be read.
pub(super) fn of(worker: &str, graph: &Graph, surroundings: &str) -> Result<String> {
    let ingredients = graph.ingredients(worker)?;
    let mut fingerprint = Fingerprint::new().text(surroundings);
    for package in &ingredients.packages {
        fingerprint = fingerprint.text(package);
    }
    for folder in &ingredients.folders {
        fingerprint = fingerprint.folder(folder, &|path| is_no_ingredient(path, folder))?;
    }
    Ok(fingerprint.finish())
}

/// Of a crate's folder: what was made, what only tests use, and the entry module that stays beside the Wasm.
fn is_no_ingredient(path: &Path, folder: &Path) -> bool {
    let Ok(inside) = path.strip_prefix(folder) else { return true };
    let parts: Vec<&str> = inside.iter().filter_map(|part| part.to_str()).collect();
    match parts.as_slice() {
        ["build" | "target" | "node_modules" | "tests" | "benches" | "examples" | "entry.mjs"] => true,
        [.., name] => name.starts_with('.'),
        [] => false,
    }
}

/// The `[profile…]` tables of a manifest.
fn profiles(manifest: &str) -> String {
    let mut inside = false;
    let mut text = String::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.starts_with("[profile");
        }
        if inside {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_profiles_of_the_root_manifest_count() {
        let manifest = "[workspace]\nmembers = []\n\n[profile.release]\nlto = true\n[other]\nx = 1\n";
        assert_eq!(profiles(manifest), "[profile.release]\nlto = true\n");
    }

    #[test]
    fn what_a_build_makes_and_tests_use_is_left_out() {
        let folder = Path::new("/checkout/workers/gateway");
        let skipped = |path: &str| is_no_ingredient(&folder.join(path), folder);
        for path in ["build", "entry.mjs", "tests", ".DS_Store", "src/.swp"] {
            assert!(skipped(path), "{path}");
        }
        for path in ["src", "src/build", "src/lib.rs", "queries/insert.sql", "js/expose.mjs"] {
            assert!(!skipped(path), "{path}");
        }
    }
}
