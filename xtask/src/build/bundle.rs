//! From a compiled Worker to the folder that its entry module imports: `wasm-bindgen`, `wasm-opt`, and the default
//! entrypoint of the mesh, in one module by `esbuild`.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, anyhow};

use super::graph::Graph;
use super::profile::Profile;
use crate::setup::{self, Toolchain};
use crate::{paths, process};

/// Prints a file's length before and after gzip at the highest level.
const SIZES: &str = "const bytes = require('node:fs').readFileSync(process.argv[1]);\
     console.log(bytes.length, require('node:zlib').gzipSync(bytes, { level: 9 }).length);";

/// What the runtime understands beyond the first version of WebAssembly, and the compiler makes use of. Named one by
/// one, so that a newer `wasm-opt` doesn't choose an encoding that the runtime doesn't know yet.
const FEATURES: [&str; 7] = [
    "bulk-memory",
    "exception-handling",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];

fn wasm(folder: &Path) -> PathBuf {
    folder.join("build/index_bg.wasm")
}

/// Whether a Worker's folder holds a finished build.
pub(super) fn exists(folder: &Path) -> bool {
    wasm(folder).is_file() && wasm(folder).with_file_name("index.js").is_file()
}

/// Bundles the `stale` Workers, as many at a time as there are cores.
///
/// # Errors
/// When a tool fails for one of them; the message says why.
pub(super) fn make(stale: &[&String], profile: Profile, graph: &Graph, toolchain: &Toolchain) -> Result<()> {
    let queue = Mutex::new(stale.iter());
    let next = || queue.lock().ok()?.next().copied();
    let work = || -> Result<()> {
        while let Some(worker) = next() {
            let folder = graph.folder(worker)?;
            bundle(worker, folder, profile, toolchain).with_context(|| format!("can't bundle `{worker}`"))?;
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

fn bundle(worker: &str, folder: &Path, profile: Profile, toolchain: &Toolchain) -> Result<()> {
    // Made beside its place, so that a running mesh never reads half a build.
    let staging = folder.join(".build");
    remove(&staging)?;
    fs::create_dir_all(&staging)?;
    fs::write(staging.join(".gitignore"), "*\n")?;
    let compiled = paths::wasm_target().join(setup::WASM_TARGET).join(profile.cargo());
    let module = compiled.join(worker.replace('-', "_")).with_extension("wasm");
    process::run(toolchain.wasm_bindgen().args([&module, &staging]))?;

    if profile.is_optimized() {
        optimize(&staging.join("index_bg.wasm"), toolchain)?;
    }

    let bindings = staging.join("index.js");
    let text = fs::read_to_string(&bindings)
        .with_context(|| format!("wasm-bindgen made no `{}`", bindings.display()))?;
    // The runtime hands out a compiled module at a plain import.
    fs::write(staging.join("bindings.js"), text.replace("import source ", "import "))?;
    let front = paths::root().join("crates/mesh-worker/js/front.mjs");
    let front = serde_json::to_string(&front)?;
    fs::write(
        staging.join("worker.js"),
        format!(
            "import * as rust from \"./bindings.js\";\nimport {{ front }} from {front};\n\
             export * from \"./bindings.js\";\nexport default front(rust);\n"
        ),
    )?;
    let mut esbuild = toolchain.esbuild();
    esbuild.current_dir(&staging).args([
        "worker.js",
        "--bundle",
        "--format=esm",
        "--minify",
        "--outfile=index.js",
        "--allow-overwrite",
        "--external:./index_bg.wasm",
        "--external:cloudflare:*",
        "--log-level=warning",
    ]);
    process::run(&mut esbuild)?;
    for name in ["bindings.js", "worker.js"] {
        fs::remove_file(staging.join(name))?;
    }
    remove(&staging.join("snippets"))?;
    let place = folder.join("build");
    remove(&place)?;
    fs::rename(&staging, &place).with_context(|| format!("can't write `{}`", place.display()))
}

fn optimize(module: &Path, toolchain: &Toolchain) -> Result<()> {
    let mut optimize = toolchain.wasm_opt();
    optimize.arg(module).arg("-o").arg(module).arg("-O");
    optimize.args(FEATURES.map(|feature| format!("--enable-{feature}")));
    // Keeps the functions' names, for the stack of a trap.
    process::run(optimize.arg("--debuginfo"))?;
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("can't remove `{}`", folder.display()))?;
    }
    Ok(())
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
