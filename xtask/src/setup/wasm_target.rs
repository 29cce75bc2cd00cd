//! A Rust compiler with the `wasm32-unknown-unknown` target: the installed one, else `rustup`, else the
//! distribution's packages.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::packages;
use crate::process;
use crate::ui::Ui;

/// The target that Workers are compiled to.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// `rustup` answers within seconds where it can reach its server; a silent network shall not stop the set-up.
const RUSTUP_LIMIT: Duration = Duration::from_secs(90);
/// Set to `packages`, it chooses the distribution's compiler even where another would do.
const CHOICE: &str = "WEFT_WASM_RUST";

/// The compiler for Wasm.
#[derive(Clone, Debug)]
pub(super) struct WasmRust {
    /// The folder that must come first on PATH, or `None` where the host's own compiler has the target.
    pub(super) bin: Option<PathBuf>,
    /// What `rustc -vV` prints.
    pub(super) version: String,
}

/// Finds or makes the compiler.
///
/// # Errors
/// When neither `rustup` nor the distribution can supply the target.
pub(super) fn ensure(ui: &Ui) -> Result<WasmRust> {
    let step = ui.step("Wasm target");
    let packages_only = std::env::var(CHOICE).is_ok_and(|choice| choice == "packages");
    if !packages_only && installed(Path::new("rustc"))? {
        let rust = describe(None)?;
        step.skipped(rust.short_version());
        return Ok(rust);
    }
    let mut refusal = None;
    if !packages_only && packages::cached().is_none() {
        step.note(format!("rustup target add {TARGET}"));
        let mut rustup = Command::new("rustup");
        match process::run_within(rustup.args(["target", "add", TARGET]), RUSTUP_LIMIT) {
            Ok(()) if installed(Path::new("rustc"))? => {
                let rust = describe(None)?;
                step.done(format!("{}, from rustup", rust.short_version()));
                return Ok(rust);
            }
            Ok(()) => {}
            Err(error) => {
                step.note("rustup can't supply it here");
                refusal = Some(error);
            }
        }
    }
    if let Some(folder) = packages::cached() {
        let rust = describe(Some(folder))?;
        step.skipped(format!("{}, from distribution packages", rust.short_version()));
        return Ok(rust);
    }
    if !packages::available() {
        let mend =
            format!("the `{TARGET}` target is missing: run `rustup target add {TARGET}` with network access");
        return match refusal {
            Some(refusal) => Err(refusal.context(mend)),
            None => bail!(mend),
        };
    }
    let rust = describe(Some(packages::make(&step)?))?;
    step.done(format!("{}, from distribution packages", rust.short_version()));
    Ok(rust)
}

impl WasmRust {
    /// `rustc 1.95.0`, without the rest.
    fn short_version(&self) -> String {
        self.version.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
    }
}

/// Whether a compiler has the target's standard library.
pub(super) fn installed(rustc: &Path) -> Result<bool> {
    let mut command = Command::new(rustc);
    command.args(["--print", "target-libdir", "--target", TARGET]);
    let folder = process::run(&mut command).context("`rustc` doesn't run: install Rust 1.95 or later")?;
    let Ok(entries) = std::fs::read_dir(folder.trim()) else { return Ok(false) };
    let is_std = |name: &str| name.starts_with("libstd-") && name.ends_with(".rlib");
    Ok(entries.flatten().any(|entry| entry.file_name().to_str().is_some_and(is_std)))
}

fn describe(bin: Option<PathBuf>) -> Result<WasmRust> {
    let rustc = bin.as_ref().map_or_else(|| PathBuf::from("rustc"), |bin| bin.join("rustc"));
    Ok(WasmRust { version: process::run(Command::new(rustc).arg("-vV"))?, bin })
}
