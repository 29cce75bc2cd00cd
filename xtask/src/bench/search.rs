//! `cargo xtask bench search`: one tenant's index in the real runtime, as large as a busy tenant's.
//!
//! The pipeline's own `TenantIndex` runs in a bare `workerd` with its database on disk. A small Worker before it fills
//! it and asks it, one query after the other; what a query takes is the whole way there and back.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::figures::at;
use super::load::{Connection, Request};
use super::report::bar;
use super::runtime::Runtime;
use super::{contender, empty_folder, keep};
use crate::setup::Toolchain;
use crate::ui::{Ui, now};
use crate::{build, eval, paths, process};

/// Where the raw results go, below the target folder.
const RAW: &str = "bench/search.json";
/// The Worker that is measured.
const PIPELINE: &str = "pipeline";
/// What an isolate may use on the platform, in bytes.
const ISOLATE_BYTES: u64 = 128 * 1024 * 1024;
/// What exact search over int8 rows shall find of what floats find.
const RECALL: f64 = 0.98;

/// How much to measure.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// Passages in the index
    #[arg(long, default_value_t = 100_000, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(200..=1_000_000))]
    passages: u32,
    /// Queries, each asked once for `--rounds`
    #[arg(long, default_value_t = 200, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(10..=10_000))]
    queries: u32,
    /// How often all queries are asked
    #[arg(long, default_value_t = 3, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rounds: u32,
}

/// As `crates/evaluation` reports what it made.
#[derive(Deserialize)]
struct Made {
    passages: usize,
    queries: usize,
    recall_at_10: f64,
    vector_bytes: usize,
    tenant: String,
}

/// What the isolate holds after all queries.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
struct Memory {
    heap_bytes: u64,
    wasm_bytes: u64,
}

impl Memory {
    fn bytes(self) -> u64 {
        self.heap_bytes + self.wasm_bytes
    }
}

struct Report {
    made: Made,
    fill_seconds: f64,
    /// Of each query in nanoseconds, ascending.
    latencies: Vec<u32>,
    /// The first query, for which the vectors are read from the database, in nanoseconds.
    first: u32,
    memory: Memory,
}

/// Measures, and prints the figures.
///
/// # Errors
/// When the index does not take the passages or does not answer.
pub(super) fn run(options: &Options, toolchain: &Toolchain, ui: &Ui) -> Result<()> {
    build::ensure_named(&[PIPELINE.to_owned()], build::Profile::Release, toolchain, ui)?;
    let folder = empty_folder()?;
    let report = measure(options, &folder, toolchain, ui);
    fs::remove_dir_all(&folder).with_context(|| format!("can't remove `{}`", folder.display()))?;
    let report = report?;
    let path = keep(RAW, &report.json(true))?;
    if ui.json() {
        ui.result(report.json(false));
    } else {
        ui.result(report.text());
        ui.say(format!("raw results: {}", path.strip_prefix(paths::root()).unwrap_or(&path).display()));
    }
    Ok(())
}

fn measure(options: &Options, folder: &Path, toolchain: &Toolchain, ui: &Ui) -> Result<Report> {
    let step = ui.step("passages");
    step.note("embedding them");
    let (passages, queries) = (options.passages.to_string(), options.queries.to_string());
    let made: Made =
        eval::measured(&["scale", &folder.display().to_string(), passages.as_str(), queries.as_str()])?;
    step.done(format!("{} passages, {} queries", made.passages, made.queries));

    let runtime = start(folder, &made.tenant, toolchain)?;
    let step = ui.step("filling the index");
    let begun = now();
    let mut connection = Connection::open(runtime.port())?;
    let batches = lines(&folder.join("passages.jsonl"))?;
    for (done, batch) in batches.iter().enumerate() {
        step.live(&bar(done, batches.len(), "passages", "filled"));
        connection.ask(&post("/fill", batch))?;
    }
    let fill_seconds = begun.elapsed().as_secs_f64();
    step.done(format!("{} events", batches.len()));

    // A new process: nothing is in memory, as after the object was evicted.
    drop(connection);
    drop(runtime);
    let runtime = start(folder, &made.tenant, toolchain)?;
    let step = ui.step("queries");
    let queries = lines(&folder.join("queries.jsonl"))?;
    let mut connection = Connection::open(runtime.port())?;
    let mut ask = |query: &str| -> Result<u32> {
        let asked = now();
        let hits = String::from_utf8_lossy(connection.ask(&post("/find", query))?).into_owned();
        let taken = u32::try_from(asked.elapsed().as_nanos()).unwrap_or(u32::MAX);
        if hits.parse::<usize>().map_or(true, |hits| hits == 0) {
            bail!("a query found nothing: {query:.80}");
        }
        Ok(taken)
    };
    let first = ask(queries.first().context("there is no query")?)?;
    let mut latencies = Vec::with_capacity(queries.len() * options.rounds as usize);
    for round in 0..options.rounds {
        step.note(format!("round {} of {}", round + 1, options.rounds));
        for (done, query) in queries.iter().enumerate() {
            step.live(&bar(done, queries.len(), "queries", "asked"));
            latencies.push(ask(query)?);
        }
    }
    latencies.sort_unstable();
    step.done(format!("{} answered", latencies.len()));
    let memory = memory(&runtime, toolchain)?;
    Ok(Report { made, fill_seconds, latencies, first, memory })
}

fn post(path: &str, body: &str) -> Request {
    Request::new("POST", path, &[], body.as_bytes(), 200)
}

fn lines(path: &Path) -> Result<Vec<String>> {
    let file = fs::File::open(path).with_context(|| format!("can't read `{}`", path.display()))?;
    BufReader::new(file).lines().collect::<Result<_, _>>().context("a line is no text")
}

fn start(folder: &Path, tenant: &str, toolchain: &Toolchain) -> Result<Runtime> {
    let storage = folder.join("storage");
    fs::create_dir_all(&storage).with_context(|| format!("can't create `{}`", storage.display()))?;
    contender::bundle(&paths::root().join("bench/ts/search.ts"), &folder.join("front.mjs"))?;
    contender::bundle(&paths::root().join("bench/ts/index_object.mjs"), &folder.join("pipeline.mjs"))?;
    let wasm = paths::workers().join(PIPELINE).join("build/index_bg.wasm");
    fs::copy(&wasm, folder.join("index_bg.wasm"))
        .with_context(|| format!("`{}` is missing", wasm.display()))?;
    let config = folder.join("config.capnp");
    let text = CONFIG.replace("$DATE", &contender::compatibility_date()?).replace("$TENANT", tenant);
    fs::write(&config, text).with_context(|| format!("can't write `{}`", config.display()))?;
    Runtime::inspected(&config, &folder.join("log"), toolchain)
}

fn memory(runtime: &Runtime, toolchain: &Toolchain) -> Result<Memory> {
    let port = runtime.inspector().context("the runtime has no inspector")?;
    let mut node = toolchain.node();
    node.current_dir(paths::root()).args(["bench/ts/heap.mjs", &port.to_string(), PIPELINE]);
    let printed = process::run(&mut node).context("the inspector does not tell the memory")?;
    serde_json::from_str(&printed).context("can't read what the inspector says")
}

impl Report {
    fn milliseconds(&self, share: f64) -> f64 {
        f64::from(at(&self.latencies, share).unwrap_or_default()) / 1e6
    }

    fn json(&self, with_samples: bool) -> serde_json::Value {
        let Self { made, fill_seconds, latencies, first, memory } = self;
        let mut json = json!({
            "passages": made.passages,
            "queries": made.queries,
            "recall_at_10": made.recall_at_10,
            "vector_bytes": made.vector_bytes,
            "fill_seconds": fill_seconds,
            "first_ms": f64::from(*first) / 1e6,
            "p50_ms": self.milliseconds(0.5),
            "p99_ms": self.milliseconds(0.99),
            "memory_bytes": memory.bytes(),
            "memory": memory,
        });
        if with_samples {
            json["latencies_ns"] = json!(latencies);
        }
        json
    }

    fn text(&self) -> String {
        let Made { passages, recall_at_10, vector_bytes, .. } = &self.made;
        let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        format!(
            "| passages | recall@10 | p50 | p99 | first query | filled in | memory of the isolate |\n\
             | --- | --- | --- | --- | --- | --- | --- |\n\
             | {passages} | {recall_at_10:.4} (at least {RECALL}) | {:.1} ms | {:.1} ms | {:.0} ms | {:.0} s | {:.0} MiB (at most {:.0}), of which vectors {:.0} |",
            self.milliseconds(0.5),
            self.milliseconds(0.99),
            f64::from(self.first) / 1e6,
            self.fill_seconds,
            mib(self.memory.bytes()),
            mib(ISOLATE_BYTES),
            mib(*vector_bytes as u64),
        )
    }
}

const CONFIG: &str = r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "front", worker = .front),
    (name = "pipeline", worker = .pipeline),
    (name = "storage", disk = (path = "storage", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "front")],
);
const front :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "front.mjs")],
  compatibilityDate = "$DATE",
  bindings = [
    (name = "TENANT", text = "$TENANT"),
    (name = "INDEX", durableObjectNamespace = (className = "TenantIndex", serviceName = "pipeline")),
  ],
);
const pipeline :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "pipeline.mjs"),
    (name = "index_bg.wasm", wasm = embed "index_bg.wasm"),
  ],
  compatibilityDate = "$DATE",
  durableObjectNamespaces = [(className = "TenantIndex", uniqueKey = "index", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
);
"#;
