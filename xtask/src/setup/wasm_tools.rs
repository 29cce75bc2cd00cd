//! `worker-build` and `wasm-bindgen`, compiled once from the sources that `xtask/wasm-tools` pins.
//!
//! They aren't `cargo install`ed: that compiles both with full optimization and with an HTTP client each, which
//! takes four minutes on two cores. Built plainly, the slower program costs a Worker a fraction of a second.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::stamp::{self, Fingerprint};
use crate::ui::Ui;
use crate::{paths, process};

/// The two programs.
#[derive(Clone, Debug)]
pub(super) struct WasmTools {
    pub(super) worker_build: PathBuf,
    pub(super) wasm_bindgen: PathBuf,
    /// Changes when either program would.
    pub(super) identity: String,
}

/// Compiles the tools where their sources changed.
///
/// # Errors
/// When the pinned versions don't fit the product's lock file, or the sources can't be fetched or compiled.
pub(super) fn ensure(ui: &Ui) -> Result<WasmTools> {
    let step = ui.step("Wasm tools");
    let sources = paths::root().join("xtask/wasm-tools");
    check_versions(&sources)?;
    let identity = Fingerprint::new().folder(&sources, &|path| path.ends_with("target"))?.finish();
    let folder = paths::cache().join("wasm-tools");
    let tools = WasmTools {
        worker_build: folder.join("worker-build"),
        wasm_bindgen: folder.join("wasm-bindgen"),
        identity: identity.clone(),
    };
    let mark = folder.join("stamp");
    if stamp::matches(&mark, &identity) && tools.worker_build.is_file() && tools.wasm_bindgen.is_file() {
        step.skipped("worker-build, wasm-bindgen");
        return Ok(tools);
    }
    step.note("compiling worker-build and wasm-bindgen");
    let manifest = sources.join("Cargo.toml");
    let target = folder.join("target");
    let mut build = Command::new("cargo");
    build
        .args(["build", "--locked", "--bins", "--manifest-path"])
        .arg(&manifest)
        .env("CARGO_TARGET_DIR", &target)
        .env("WORKER_BUILD_SRC", worker_build_source(&manifest)?);
    process::run_watched(&mut build, |line| step.live(line))?;
    for tool in [&tools.worker_build, &tools.wasm_bindgen] {
        let built = target.join("debug").join(tool.file_name().unwrap_or_default());
        fs::rename(&built, tool).with_context(|| format!("can't keep `{}`", tool.display()))?;
    }
    // Half a gigabyte that only a change of versions would use again, and then hardly.
    fs::remove_dir_all(&target).with_context(|| format!("can't remove `{}`", target.display()))?;
    stamp::write(&mark, &identity)?;
    step.done("worker-build, wasm-bindgen");
    Ok(tools)
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    source: Option<String>,
    manifest_path: PathBuf,
}

/// Where cargo keeps the verified source of `worker-build`: `fetch` brings it with all that the lock file names,
/// and it lies beside the source of any other package from the same registry.
fn worker_build_source(manifest: &Path) -> Result<PathBuf> {
    let mut fetch = Command::new("cargo");
    fetch.args(["fetch", "--locked", "--target", &host()?, "--manifest-path"]).arg(manifest);
    process::run_watched(&mut fetch, |_| ()).context("the sources of the Wasm tools can't be fetched")?;
    let mut command = Command::new("cargo");
    command.args(["metadata", "--locked", "--format-version", "1", "--manifest-path"]).arg(manifest);
    let metadata: Metadata = serde_json::from_str(&process::run(&mut command)?)?;
    let beside = metadata.packages.iter().find(|package| package.source.is_some());
    let lock = manifest.with_file_name("Cargo.lock");
    let version = locked_version(&lock, "worker-build")?.context("the lock file has no `worker-build`")?;
    let source = beside
        .and_then(|package| package.manifest_path.ancestors().nth(2))
        .map(|registry| registry.join(format!("worker-build-{version}")))
        .filter(|source| source.join("src/main.rs").is_file());
    source.with_context(|| format!("cargo fetched no source of `worker-build` {version}"))
}

/// The host's target triple.
fn host() -> Result<String> {
    let version = process::run(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("`rustc -vV` names no host")
}

/// A tool that doesn't match its crate builds Workers that fail at run time, so the two lock files must agree.
fn check_versions(sources: &Path) -> Result<()> {
    let product = paths::root().join("Cargo.lock");
    let tools = sources.join("Cargo.lock");
    for (library, tool) in [("wasm-bindgen", "wasm-bindgen-cli-support"), ("worker", "worker-build")] {
        let Some(wanted) = locked_version(&product, library)? else { continue };
        let pinned = locked_version(&tools, tool)?;
        if pinned.as_ref() != Some(&wanted) {
            bail!(
                "the product uses `{library}` {wanted} but `xtask/wasm-tools` pins `{tool}` {}: make both the same and run `cargo update` there",
                pinned.as_deref().unwrap_or("not at all")
            );
        }
    }
    Ok(())
}

/// The version of a package in a lock file.
fn locked_version(lock: &Path, package: &str) -> Result<Option<String>> {
    let text = fs::read_to_string(lock).with_context(|| format!("can't read `{}`", lock.display()))?;
    let name = format!("name = \"{package}\"");
    let mut lines = text.lines().skip_while(|line| *line != name);
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = "));
    Ok(version.map(|version| version.trim_matches('"').to_owned()))
}
