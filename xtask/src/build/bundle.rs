//! From a compiled Worker to the folder that its entry module imports: bindings, `wasm-opt`, panic recovery, all by
//! `worker-build`.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, anyhow};

use super::graph::Graph;
use super::packages;
use crate::process;
use crate::setup::Toolchain;

/// Prints a file's length before and after gzip at the highest level.
const SIZES: &str = "const bytes = require('node:fs').readFileSync(process.argv[1]);\
     console.log(bytes.length, require('node:zlib').gzipSync(bytes, { level: 9 }).length);";

fn wasm(folder: &Path) -> PathBuf {
    folder.join("build/index_bg.wasm")
}

/// Whether a Worker's folder holds a finished build.
pub(super) fn exists(folder: &Path) -> bool {
    wasm(folder).is_file() && wasm(folder).with_file_name("index.js").is_file()
}

/// Bundles the `stale` Workers, as many at a time as there are cores. `all` are the packages of the cargo call that
/// compiled them, so that the one inside `worker-build` has nothing left to do.
///
/// # Errors
/// When `worker-build` fails for one of them; the message says why.
pub(super) fn make(stale: &[&String], all: &[String], graph: &Graph, toolchain: &Toolchain) -> Result<()> {
    let queue = Mutex::new(stale.iter());
    let next = || queue.lock().ok()?.next().copied();
    let work = || -> Result<()> {
        while let Some(worker) = next() {
            let mut command = toolchain.worker_build();
            command.arg("--release").arg(graph.folder(worker)?).args(packages(all));
            process::run(&mut command).with_context(|| format!("can't bundle `{worker}`"))?;
        }
        Ok(())
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..cores.min(stale.len())).map(|_| scope.spawn(work)).collect();
        let stopped = |_| anyhow!("bundling stopped unexpectedly");
        threads.into_iter().try_for_each(|thread| thread.join().map_err(stopped)?)
    })
}

/// The Wasm's bytes, and its bytes after gzip.
///
/// # Errors
/// When the build isn't there.
pub(super) fn sizes(folder: &Path, toolchain: &Toolchain) -> Result<(u64, u64)> {
    let path = wasm(folder);
    let raw = fs::metadata(&path).with_context(|| format!("`{}` is missing", path.display()))?.len();
    let printed = process::run(toolchain.node().args(["--eval", SIZES]).arg(&path))?;
    let gzip = printed.split_whitespace().nth(1).and_then(|gzip| gzip.parse().ok());
    Ok((raw, gzip.with_context(|| format!("can't measure `{}`", path.display()))?))
}
