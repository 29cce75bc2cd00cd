//! What a machine needs before a Worker can be built and run, brought about step by step.
//!
//! Each step looks first, says what it does, and does nothing the second time. Nothing is installed outside the
//! checkout, except the standard library's sources that `rustup` adds to its own toolchain, and the browser that journeys
//! and pictures of the console need.

mod apt;
mod chromium;
mod lock;
mod node;
mod packages;
mod python;
mod stamp;
mod wasm_std;
mod wasm_target;
mod wasm_tools;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, anyhow};

use crate::paths;
use crate::ui::Ui;

pub(crate) use chromium::ensure as chromium;
pub(crate) use lock::hold as lock;
pub(crate) use python::{Python, ensure as python};
pub(crate) use stamp::Fingerprint;
pub(crate) use wasm_target::TARGET as WASM_TARGET;

/// `setup` has no options: it does what is missing.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// The programs that build and run the Workers, all present and of a version that works.
#[derive(Clone, Debug)]
pub(crate) struct Toolchain {
    /// A Node.js that wrangler accepts.
    pub(crate) node: PathBuf,
    wasm_rust: wasm_target::WasmRust,
    tools: wasm_tools::WasmTools,
}

impl Toolchain {
    /// `cargo` for Wasm: its own target folder, and a compiler that has the Wasm target.
    pub(crate) fn wasm_cargo(&self) -> Command {
        let mut command = Command::new("cargo");
        self.set_wasm_environment(&mut command);
        command
    }

    /// `wasm-bindgen`, of the version that the product uses.
    pub(crate) fn wasm_bindgen(&self) -> Command {
        Command::new(&self.tools.wasm_bindgen)
    }

    /// `wasm-opt`, from npm.
    pub(crate) fn wasm_opt(&self) -> Command {
        self.npm_tool("wasm-opt")
    }

    /// `esbuild`, from npm.
    pub(crate) fn esbuild(&self) -> Command {
        self.npm_tool("esbuild")
    }

    /// Node.js, for a script named in its first argument.
    pub(crate) fn node(&self) -> Command {
        let mut command = Command::new(&self.node);
        command.env("PATH", self.path(false));
        command
    }

    /// Whether the host's own toolchain has the Wasm target, so that its clippy can look at Wasm code.
    pub(crate) fn wasm_is_native(&self) -> bool {
        self.wasm_rust.bin.is_none()
    }

    /// What identifies the compiler and the tools: a Worker built by others is built again.
    pub(crate) fn identity(&self) -> String {
        let unwinds = self.wasm_rust.options().is_some();
        format!("{}\nunwinds: {unwinds}\n{}", self.wasm_rust.version, self.tools.identity)
    }

    fn npm_tool(&self, name: &str) -> Command {
        let mut command = Command::new(paths::node_module(".bin").join(name));
        command.env("PATH", self.path(false));
        command
    }

    fn set_wasm_environment(&self, command: &mut Command) {
        command
            .env("PATH", self.path(true))
            .env("CARGO_TARGET_DIR", paths::wasm_target())
            // The exports' async functions run on the futures of `js-sys`, where they have moved to.
            .env("WASM_BINDGEN_USE_JS_SYS", "1")
            .env_remove("LD_LIBRARY_PATH");
        if let Some(options) = self.wasm_rust.options() {
            command.env("CARGO_ENCODED_RUSTFLAGS", options);
        }
    }

    fn path(&self, wasm: bool) -> OsString {
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let rust = self.wasm_rust.bin.clone().filter(|_| wasm);
        let node = self.node.parent().map(PathBuf::from);
        let folders = rust.into_iter().chain(node).chain(std::env::split_paths(&inherited));
        // Folders that came out of a PATH, or are below one that did, can be joined again.
        std::env::join_paths(folders).unwrap_or(inherited)
    }
}

/// Runs `cargo xtask setup`.
///
/// # Errors
/// As [`ensure`].
pub(crate) fn run(_args: Args, ui: &Ui) -> Result<()> {
    let toolchain = ensure(ui)?;
    if ui.json() {
        ui.result(serde_json::json!({ "node": toolchain.node }));
    }
    Ok(())
}

/// Brings about whatever is missing. The three parts don't depend on each other and run side by side: one waits
/// for the network while another compiles.
///
/// # Errors
/// When a part can't be brought about; the message says what to do by hand.
pub(crate) fn ensure(ui: &Ui) -> Result<Toolchain> {
    let _lock = lock(ui)?;
    thread::scope(|scope| {
        let npm = scope.spawn(|| node::ensure(ui));
        let rust = scope.spawn(|| wasm_target::ensure(ui));
        let tools = wasm_tools::ensure(ui);
        let joined = || anyhow!("a part of the set-up stopped unexpectedly");
        let node = npm.join().map_err(|_| joined())?.context("Node.js and its packages")?;
        let wasm_rust = rust.join().map_err(|_| joined())?.context("the Wasm target")?;
        let tools = tools.context("the Wasm tools")?;
        Ok(Toolchain { node, wasm_rust, tools })
    })
}
