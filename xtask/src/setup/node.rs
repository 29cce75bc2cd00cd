//! Node.js and the npm packages: `npm ci` from the committed lock file, and a Node.js new enough for wrangler.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::stamp::{self, Fingerprint};
use crate::ui::Ui;
use crate::{paths, process};

/// The oldest Node.js that wrangler starts with.
const OLDEST_NODE: (u32, u32) = (22, 12);

/// Installs the packages where the lock file changed, and gives a Node.js that works.
///
/// # Errors
/// When npm is missing or fails, or no Node.js is new enough.
pub(super) fn ensure(ui: &Ui) -> Result<PathBuf> {
    let step = ui.step("npm packages");
    let fingerprint = Fingerprint::new()
        .file(&paths::root().join("package.json"))?
        .file(&paths::root().join("package-lock.json"))?
        .finish();
    // In the folder that it vouches for, so that both go together.
    let mark = paths::node_module(".weft-stamp");
    if stamp::matches(&mark, &fingerprint) {
        let (node, version) = usable_node()?;
        step.skipped(format!("Node.js {version}"));
        return Ok(node);
    }
    step.note("npm ci");
    let mut npm = Command::new("npm");
    npm.current_dir(paths::root()).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    if let Err(error) = process::run(&mut npm) {
        return Err(match error.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
            Some(std::io::ErrorKind::NotFound) => {
                error.context("npm is missing: install Node.js 20 or later, which brings it")
            }
            _ => error.context("`npm ci` failed: check that this machine reaches an npm registry"),
        });
    }
    let (node, version) = usable_node()?;
    stamp::write(&mark, &fingerprint)?;
    step.done(format!("Node.js {version}"));
    Ok(node)
}

/// The Node.js that npm installed, or the system's where that one doesn't run here.
fn usable_node() -> Result<(PathBuf, String)> {
    let mut found = Vec::new();
    for candidate in [paths::node_module("node/bin/node"), PathBuf::from("node")] {
        let Ok(version) = process::run(Command::new(&candidate).arg("--version")) else { continue };
        let version = version.trim().trim_start_matches('v').to_owned();
        if major_minor(&version).is_some_and(|version| version >= OLDEST_NODE) {
            return Ok((on_path(candidate).context("can't find `node` on PATH")?, version));
        }
        found.push(version);
    }
    let (major, minor) = OLDEST_NODE;
    match found.first() {
        Some(version) => bail!(
            "Node.js {version} is too old for wrangler: install {major}.{minor} or later, or let npm run the install script of its `node` package"
        ),
        None => bail!("Node.js is missing: install {major}.{minor} or later"),
    }
}

/// The full path of a program, because its folder goes first on the PATH of what runs under it.
fn on_path(program: PathBuf) -> Option<PathBuf> {
    if program.is_absolute() {
        return Some(program);
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(&program)).find(|candidate| candidate.is_file())
}

fn major_minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(major_minor("22.9.0").is_some_and(|version| version < OLDEST_NODE));
        assert!(major_minor("22.12.0").is_some_and(|version| version >= OLDEST_NODE));
        assert!(major_minor("24.1.0").is_some_and(|version| version >= OLDEST_NODE));
        assert_eq!(major_minor("unknown"), None);
    }
}
