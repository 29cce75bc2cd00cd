//! `wasm-bindgen`, compiled once from the source that `xtask/wasm-tools` pins.
//!
//! It isn't `cargo install`ed: that compiles it with full optimization and with an HTTP client, which takes minutes on
//! two cores. Built plainly, the slower program costs a Worker a fraction of a second.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::stamp::{self, Fingerprint};
use crate::ui::Ui;
use crate::{paths, process};

/// The program.
#[derive(Clone, Debug)]
pub(super) struct WasmTools {
    pub(super) wasm_bindgen: PathBuf,
    /// Changes when the program would.
    pub(super) identity: String,
}

/// Compiles it where its source changed.
///
/// # Errors
/// When the pinned version doesn't fit the product's lock file, or the source can't be fetched or compiled.
pub(super) fn ensure(ui: &Ui) -> Result<WasmTools> {
    let step = ui.step("Wasm tools");
    let sources = paths::root().join("xtask/wasm-tools");
    check_version(&sources)?;
    let identity = Fingerprint::new().folder(&sources, &|path| path.ends_with("target"))?.finish();
    let folder = paths::cache().join("wasm-tools");
    let wasm_bindgen = folder.join("wasm-bindgen");
    let tools = WasmTools { wasm_bindgen: wasm_bindgen.clone(), identity: identity.clone() };
    let mark = folder.join("stamp");
    if stamp::matches(&mark, &identity) && wasm_bindgen.is_file() {
        step.skipped("wasm-bindgen");
        return Ok(tools);
    }
    step.note("compiling wasm-bindgen");
    let target = folder.join("target");
    let mut build = Command::new("cargo");
    build
        .args(["build", "--locked", "--manifest-path"])
        .arg(sources.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", &target);
    process::run_watched(&mut build, |line| step.live(line))?;
    fs::rename(target.join("debug/bindgen"), &wasm_bindgen)
        .with_context(|| format!("can't keep `{}`", wasm_bindgen.display()))?;
    // Hundreds of megabytes that only a change of versions would use again, and then hardly.
    fs::remove_dir_all(&target).with_context(|| format!("can't remove `{}`", target.display()))?;
    stamp::write(&mark, &identity)?;
    step.done("wasm-bindgen");
    Ok(tools)
}

/// A tool that doesn't match its crate builds Workers that fail at run time, so the two lock files must agree.
fn check_version(sources: &Path) -> Result<()> {
    let Some(wanted) = locked_version(&paths::root().join("Cargo.lock"), "wasm-bindgen")? else {
        return Ok(());
    };
    let pinned = locked_version(&sources.join("Cargo.lock"), "wasm-bindgen-cli-support")?;
    if pinned.as_ref() != Some(&wanted) {
        bail!(
            "the product uses `wasm-bindgen` {wanted} but `xtask/wasm-tools` pins `wasm-bindgen-cli-support` {}: make both the same and run `cargo update` there",
            pinned.as_deref().unwrap_or("not at all")
        );
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
