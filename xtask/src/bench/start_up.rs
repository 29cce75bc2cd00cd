//! How long the Wasm of each of the product's Workers takes to start: compile and instantiate, by the runtime's engine.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use super::figures::median;
use super::runtime::Runtime;
use super::{contender, load};
use crate::build::Built;
use crate::paths;
use crate::setup::Toolchain;
use crate::ui::Step;

/// The measure's name.
pub(super) const NAME: &str = "start-up";
/// What a Worker's start-up shall stay below, in milliseconds.
pub(super) const TARGET_MS: f64 = 15.0;
/// Starts in one sample: the runtime's clock counts whole milliseconds.
const BATCH: u32 = 4;

/// One Worker's start-up.
#[derive(Debug, Clone, Serialize)]
pub(super) struct StartUp {
    /// The Worker.
    pub(super) worker: String,
    /// The first in a new process, in milliseconds.
    pub(super) first_ms: f64,
    /// The fastest of those after it, in milliseconds: what is left when nothing else wants the processor.
    pub(super) fastest_ms: f64,
    /// The median of those after it, in milliseconds.
    pub(super) median_ms: f64,
    /// All samples after the first, in milliseconds.
    pub(super) samples_ms: Vec<f64>,
}

/// Measures each Worker in a process of its own.
///
/// # Errors
/// When the runtime doesn't take the Wasm.
pub(super) fn measure(
    built: &[Built],
    folder: &Path,
    rounds: u32,
    toolchain: &Toolchain,
    step: &Step,
) -> Result<Vec<StartUp>> {
    let mut measured = Vec::new();
    for Built { name, .. } in built {
        step.note(name.clone());
        let runtime = start(name, folder.join(name), toolchain)
            .with_context(|| format!("can't time the start of `{name}`"))?;
        let ask = |times: u32| -> Result<f64> {
            let answer = load::ask(runtime.port(), &load::Request::get(&format!("/{times}")))?;
            answer.parse().with_context(|| format!("`{answer}` is no time"))
        };
        let first_ms = ask(1)?;
        let samples_ms = (0..rounds).map(|_| ask(BATCH)).collect::<Result<Vec<f64>>>()?;
        let median_ms = median(samples_ms.clone()).unwrap_or(first_ms);
        let fastest_ms = samples_ms.iter().copied().fold(first_ms, f64::min);
        measured.push(StartUp { worker: name.clone(), first_ms, fastest_ms, median_ms, samples_ms });
    }
    Ok(measured)
}

fn start(worker: &str, folder: PathBuf, toolchain: &Toolchain) -> Result<Runtime> {
    fs::create_dir_all(&folder).with_context(|| format!("can't create `{}`", folder.display()))?;
    contender::bundle(&paths::root().join("bench/ts/start_up.ts"), &folder.join("worker.mjs"))?;
    let wasm = paths::workers().join(worker).join("build/index_bg.wasm");
    fs::copy(&wasm, folder.join("worker.bin")).with_context(|| format!("`{}` is missing", wasm.display()))?;
    let config = folder.join("config.capnp");
    fs::write(&config, CONFIG.replace("$DATE", &contender::compatibility_date()?))
        .with_context(|| format!("can't write `{}`", config.display()))?;
    Runtime::serve(&config, &folder.join("log"), toolchain)
}

/// `unsafeEval` is what lets a Worker compile Wasm while it runs, which none but this one does.
const CONFIG: &str = r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "timer", worker = .timer)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "timer")],
);
const timer :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "worker.bin", data = embed "worker.bin"),
  ],
  compatibilityDate = "$DATE",
  bindings = [(name = "UNSAFE", unsafeEval = void)],
);
"#;
