//! A Rust compiler for `wasm32-unknown-unknown` whose panics unwind: the host's own with the standard library made
//! from its sources, which `rustup` adds, else the distribution's packages.
//!
//! Where neither can be had, the host's compiler with the ready-made library does: the Workers are the same except
//! that a panic stops their instance, and with it the other calls of that moment.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::{packages, wasm_std};
use crate::process;
use crate::ui::{Step, Ui};

/// The target that Workers are compiled to.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// `rustup` answers within seconds where it can reach its server; a silent network shall not stop the set-up.
const RUSTUP_LIMIT: Duration = Duration::from_secs(90);
/// Set to `packages`, it chooses the distribution's compiler even where another would do; set to `abort`, the host's
/// with the ready-made library.
const CHOICE: &str = "WEFT_WASM_RUST";

/// The compiler for Wasm.
#[derive(Clone, Debug)]
pub(super) struct WasmRust {
    /// The folder that must come first on PATH, or `None` for the host's own compiler.
    pub(super) bin: Option<PathBuf>,
    /// What `rustc -vV` prints.
    pub(super) version: String,
    library: Library,
}

/// The standard library for Wasm.
#[derive(Clone, Debug)]
enum Library {
    /// Unwinds, and lies where the compiler looks.
    Own,
    /// Unwinds, in a sysroot of ours.
    At(PathBuf),
    /// Came ready-made, and aborts.
    ReadyMade,
}

/// Finds or makes the compiler.
///
/// # Errors
/// When neither `rustup` nor the distribution can supply what is missing.
pub(super) fn ensure(ui: &Ui) -> Result<WasmRust> {
    let step = ui.step("Wasm target");
    let choice = std::env::var(CHOICE).unwrap_or_default();
    match choice.as_str() {
        "packages" => {}
        "abort" => {
            let rust = host(Library::ReadyMade)?;
            step.skipped(format!("{}, panics abort", rust.short_version()));
            return Ok(rust);
        }
        _ => {
            if let Some((rust, made)) = hosts_own(&step)? {
                let version = rust.short_version();
                if made {
                    step.done(format!("{version}, with a standard library that unwinds"));
                } else {
                    step.skipped(version);
                }
                return Ok(rust);
            }
        }
    }
    if let Some(folder) = packages::cached() {
        let rust = describe(Some(folder), Library::Own)?;
        step.skipped(format!("{}, from distribution packages", rust.short_version()));
        return Ok(rust);
    }
    if super::apt::available() {
        match packages::make(&step) {
            Ok(bin) => {
                let rust = describe(Some(bin), Library::Own)?;
                step.done(format!("{}, from distribution packages", rust.short_version()));
                return Ok(rust);
            }
            Err(error) if choice == "packages" || !installed()? => return Err(error),
            Err(error) => step.note(format!("the distribution can't supply it here: {error}")),
        }
    }
    if !installed()? {
        bail!(
            "nothing here can compile for Wasm: run `rustup component add rust-src` and `rustup target add {TARGET}` with network access"
        );
    }
    let rust = host(Library::ReadyMade)?;
    step.done(format!("{}, panics abort: `rustup component add rust-src` mends that", rust.short_version()));
    Ok(rust)
}

/// The host's compiler, with its library made from its sources, and whether that was done now. `None` where the
/// sources can't be had.
fn hosts_own(step: &Step) -> Result<Option<(WasmRust, bool)>> {
    let rust = host(Library::ReadyMade)?;
    if let Some(sysroot) = wasm_std::cached(&rust.version) {
        return Ok(Some((WasmRust { library: Library::At(sysroot), ..rust }, false)));
    }
    let mut ask = Command::new("rustc");
    let sysroot = PathBuf::from(process::run(ask.args(["--print", "sysroot"]))?.trim());
    if !wasm_std::has_sources(&sysroot) {
        if packages::cached().is_some() {
            return Ok(None);
        }
        step.note("rustup component add rust-src");
        let mut rustup = Command::new("rustup");
        let added = process::run_within(rustup.args(["component", "add", "rust-src"]), RUSTUP_LIMIT);
        if added.is_err() || !wasm_std::has_sources(&sysroot) {
            step.note("rustup can't supply it here");
            return Ok(None);
        }
    }
    let made = wasm_std::make(&sysroot, &rust.version, step)?;
    Ok(Some((WasmRust { library: Library::At(made), ..rust }, true)))
}

impl WasmRust {
    /// The compiler options of all Wasm code, as cargo's `CARGO_ENCODED_RUSTFLAGS`; `None` for the defaults.
    pub(super) fn options(&self) -> Option<OsString> {
        match &self.library {
            Library::Own => Some(wasm_std::options(None)),
            Library::At(sysroot) => Some(wasm_std::options(Some(sysroot))),
            Library::ReadyMade => None,
        }
    }

    /// `rustc 1.95.0`, without the rest.
    fn short_version(&self) -> String {
        self.version.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
    }
}

/// Whether the host's compiler has the target's ready-made library.
fn installed() -> Result<bool> {
    let mut command = Command::new("rustc");
    command.args(["--print", "target-libdir", "--target", TARGET]);
    let folder = process::run(&mut command).context("`rustc` doesn't run: install Rust 1.95 or later")?;
    let Ok(entries) = std::fs::read_dir(Path::new(folder.trim())) else { return Ok(false) };
    let is_std = |name: &str| name.starts_with("libstd-") && name.ends_with(".rlib");
    Ok(entries.flatten().any(|entry| entry.file_name().to_str().is_some_and(is_std)))
}

fn host(library: Library) -> Result<WasmRust> {
    describe(None, library).context("`rustc` doesn't run: install Rust 1.95 or later")
}

fn describe(bin: Option<PathBuf>, library: Library) -> Result<WasmRust> {
    let rustc = bin.as_ref().map_or_else(|| PathBuf::from("rustc"), |bin| bin.join("rustc"));
    Ok(WasmRust { version: process::run(Command::new(rustc).arg("-vV"))?, bin, library })
}
