//! `cargo xtask bench scheduler`: how late jobs run, what a tenant's schedule costs as it grows, and how many runs one
//! object dispatches, beside a plain Durable Object in TypeScript.
//!
//! The scheduler's own `TenantSchedule` runs in a bare `workerd` with its databases on disk. A small Worker fills it, and
//! another stands behind it as a pipeline that answers at once and notes when it was called.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::figures::median;
use super::load::{Connection, Request};
use super::report::bar;
use super::runtime::Runtime;
use super::{contender, empty_folder, keep};
use crate::setup::Toolchain;
use crate::ui::{Step, Ui, now};
use crate::{build, paths, process};

/// Where the raw results go, below the target folder.
const RAW: &str = "bench/scheduler.json";
/// The Worker that is measured, and the pipeline behind it.
const SCHEDULER: &str = "scheduler";
const PIPELINE: &str = "gateway-bench";
/// How many jobs one request of the driver makes at most.
const PART: u32 = 500;
/// How often each single call is made.
const CALLS: u32 = 200;
/// The tenant whose schedule grows; those that run jobs come after it.
const GROWING: u32 = 0;
const GROWING_TENANT: &str = "ten_01a195fc600070000000000000000000";
/// How many jobs one object takes, of twenty that a tenant may have.
const JOBS_AN_OBJECT: u32 = 50_000;
/// After how long without a dispatch nothing more is expected.
const PATIENCE: Duration = Duration::from_secs(120);

/// How much to measure.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// Jobs that are due within a minute, over all tenants
    #[arg(long, default_value_t = 10_000, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    due: u32,
    /// Tenants that those jobs are of
    #[arg(long, default_value_t = 1_000, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    tenants: u32,
    /// How many jobs the one growing schedule has when it is measured, ascending
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000, 1_000_000], value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    sizes: Vec<u32>,
    /// How often each of the two objects dispatches `--burst` runs
    #[arg(long, default_value_t = 5, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Runs that one object dispatches in a round
    #[arg(long, default_value_t = 2_000, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    burst: u32,
}

/// Jobs to be made.
struct Fill {
    contender: &'static str,
    first: u32,
    tenants: u32,
    each: u32,
    at_ms: u64,
    within_ms: u64,
}

/// What was dispatched, as the driver notes it.
#[derive(Deserialize)]
struct Dispatched {
    count: u32,
    span_ms: f64,
    p50_ms: i64,
    p99_ms: i64,
    max_ms: i64,
}

/// What the isolate holds.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
struct Memory {
    heap_bytes: u64,
    wasm_bytes: u64,
}

/// A schedule of one size. Times are medians, in microseconds.
#[derive(Debug, Serialize)]
struct Size {
    jobs: u32,
    create_us: f64,
    list_us: f64,
    next_due_us: f64,
    memory: Memory,
}

/// How late jobs ran, in milliseconds.
#[derive(Debug, Serialize)]
struct Lateness {
    jobs: u32,
    tenants: u32,
    p50_ms: i64,
    p99_ms: i64,
    max_ms: i64,
}

#[derive(Debug, Serialize)]
struct Report {
    lateness: Lateness,
    sizes: Vec<Size>,
    /// Dispatches a second of one object, round by round.
    rust_per_second: Vec<f64>,
    typescript_per_second: Vec<f64>,
}

/// Measures, and prints the figures.
///
/// # Errors
/// When the scheduler does not build, does not take the jobs, or does not dispatch them.
pub(super) fn run(options: &Options, toolchain: &Toolchain, ui: &Ui) -> Result<()> {
    let report = measure(options, toolchain, ui)?;
    let path = keep(RAW, &json!(report))?;
    if ui.json() {
        ui.result(json!(report));
    } else {
        ui.result(report.text());
        ui.say(format!("raw results: {}", path.strip_prefix(paths::root()).unwrap_or(&path).display()));
    }
    Ok(())
}

/// A little of everything: shows that the benchmark works, and nothing about speed.
///
/// # Errors
/// As [`run`].
pub(super) fn smoke(toolchain: &Toolchain, quiet: &Ui) -> Result<()> {
    let options = Options { due: 40, tenants: 8, sizes: vec![50, JOBS_AN_OBJECT + 10], rounds: 1, burst: 60 };
    let report = measure(&options, toolchain, quiet)?;
    let dispatched = [&report.rust_per_second, &report.typescript_per_second];
    if report.sizes.len() != 2 || dispatched.iter().any(|rates| rates.len() != 1) {
        bail!("the benchmark left something out: {}", json!(report));
    }
    Ok(())
}

fn measure(options: &Options, toolchain: &Toolchain, ui: &Ui) -> Result<Report> {
    build::ensure_named(
        &[SCHEDULER.to_owned(), PIPELINE.to_owned()],
        build::Profile::Release,
        toolchain,
        ui,
    )?;
    let folder = empty_folder()?;
    let mut mesh = Mesh::start(&folder, toolchain)?;
    let lateness = lateness(options, &mut mesh.driver, ui)?;
    let (rust_per_second, typescript_per_second) = dispatches(options, &mut mesh.driver, ui)?;
    let step = ui.step("growing");
    let (mut sizes, mut objects) = (Vec::new(), 0);
    for jobs in options.sizes.iter().copied() {
        step.note(format!("asking one of {jobs} jobs"));
        for part in objects..jobs.div_ceil(JOBS_AN_OBJECT) {
            mesh.driver.ask("GET", &format!("/create?tenant={GROWING}&part={part}"), "")?;
        }
        objects = objects.max(jobs.div_ceil(JOBS_AN_OBJECT));
        drop(mesh);
        // With room for those that are made by calls.
        grow(&folder, jobs.saturating_sub(CALLS), toolchain)?;
        mesh = Mesh::start(&folder, toolchain)?;
        sizes.push(Size {
            jobs,
            list_us: mesh.driver.times("/list")?,
            next_due_us: mesh.driver.times("/next")?,
            create_us: mesh.driver.times("/create")?,
            memory: memory(&mesh.runtime, toolchain)?,
        });
    }
    step.done(format!("{} sizes", sizes.len()));
    drop(mesh);
    fs::remove_dir_all(&folder).with_context(|| format!("can't remove `{}`", folder.display()))?;
    Ok(Report { lateness, sizes, rust_per_second, typescript_per_second })
}

/// A runtime, and the Worker in it that fills and asks.
struct Mesh {
    driver: Driver,
    runtime: Runtime,
}

impl Mesh {
    fn start(folder: &Path, toolchain: &Toolchain) -> Result<Self> {
        let runtime = start(folder, toolchain)?;
        Ok(Self { driver: Driver { connection: Connection::open(runtime.port())? }, runtime })
    }
}

/// Writes so many jobs to the growing schedule's files, while no runtime has them open.
fn grow(folder: &Path, jobs: u32, toolchain: &Toolchain) -> Result<()> {
    let mut node = toolchain.node();
    node.current_dir(paths::root()).arg("bench/ts/grow_schedule.mjs").arg(folder.join("storage"));
    node.args([GROWING_TENANT, &jobs.to_string(), &JOBS_AN_OBJECT.to_string()]);
    process::run(&mut node).map(drop).context("the schedule does not grow")
}

/// The Worker that fills and asks.
struct Driver {
    connection: Connection,
}

impl Driver {
    fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<String> {
        let request = Request::new(method, path, &[], body.as_bytes(), 200);
        Ok(String::from_utf8_lossy(self.connection.ask(&request)?).into_owned())
    }

    /// Makes `each` jobs for each of the tenants from `first` on, due evenly over `within_ms` from `at_ms`, a part a
    /// request.
    fn fill(&mut self, fill: &Fill, step: &Step) -> Result<()> {
        let Fill { contender, first, tenants, each, at_ms, within_ms } = *fill;
        let of_a_tenant = each.min(PART);
        let at_once = (PART / of_a_tenant).clamp(1, tenants);
        let mut made = 0;
        for first in (first..first + tenants).step_by(at_once as usize) {
            let tenants = at_once.min(fill.first + tenants - first);
            let mut left = each;
            while left > 0 {
                let each = left.min(of_a_tenant);
                step.live(&bar(made as usize, (fill.tenants * fill.each) as usize, "jobs", "made"));
                let part = json!({
                    "contender": contender, "first": first, "tenants": tenants, "each": each,
                    "at": at_ms, "within": within_ms,
                });
                self.ask("POST", "/fill", &part.to_string())?;
                left -= each;
                made += each * tenants;
            }
        }
        Ok(())
    }

    /// The median time of a call to the growing schedule, in microseconds.
    fn times(&mut self, path: &str) -> Result<f64> {
        let path = format!("{path}?tenant={GROWING}");
        let mut taken = Vec::with_capacity(CALLS as usize);
        for _ in 0..CALLS {
            let asked = now();
            self.ask("GET", &path, "")?;
            taken.push(asked.elapsed().as_secs_f64() * 1e6);
        }
        median(taken).context("nothing was asked")
    }

    /// Waits until so many were dispatched.
    fn await_dispatched(&mut self, count: u32, step: &Step) -> Result<Dispatched> {
        let (mut seen, mut since) = (0, now());
        while seen < count {
            thread::sleep(Duration::from_millis(200));
            let found = self.ask("GET", "/count", "")?.parse().context("the driver counts in words")?;
            if found > seen {
                (seen, since) = (found, now());
                step.live(&bar(seen.min(count) as usize, count as usize, "runs", "dispatched"));
            } else if since.elapsed() > PATIENCE {
                bail!("{seen} of {count} runs were dispatched, and then none for {} s", PATIENCE.as_secs());
            }
        }
        let dispatched: Dispatched = serde_json::from_str(&self.ask("GET", "/dispatched", "")?)?;
        if dispatched.count != count {
            bail!("{} runs were dispatched of {count} jobs", dispatched.count);
        }
        self.ask("GET", "/forget", "")?;
        Ok(dispatched)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is a native tool")]
fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Jobs of many tenants that are due within one minute.
fn lateness(options: &Options, driver: &mut Driver, ui: &Ui) -> Result<Lateness> {
    let tenants = options.tenants.min(options.due);
    let each = options.due / tenants;
    let jobs = each * tenants;
    let step = ui.step("lateness");
    step.note("making the jobs");
    // Time enough to make them all before the first is due, at 100 a second.
    let begins = unix_ms() + 1_000 + u64::from(jobs) * 10;
    let within = if jobs < 1_000 { 1_000 } else { 60_000 };
    let fill =
        Fill { contender: "rust", first: GROWING + 1, tenants, each, at_ms: begins, within_ms: within };
    driver.fill(&fill, &step)?;
    if unix_ms() > begins {
        bail!("making {jobs} jobs took so long that the first were due before the last was there");
    }
    step.note("waiting until they are due");
    let Dispatched { p50_ms, p99_ms, max_ms, .. } = driver.await_dispatched(jobs, &step)?;
    let report = Lateness { jobs, tenants, p50_ms, p99_ms, max_ms };
    step.done(format!("{jobs} jobs of {tenants} tenants"));
    Ok(report)
}

/// Runs of one object that are due at the same time, ours and the plain one in turn.
fn dispatches(options: &Options, driver: &mut Driver, ui: &Ui) -> Result<(Vec<f64>, Vec<f64>)> {
    let step = ui.step("dispatches");
    let mut rates = [Vec::new(), Vec::new()];
    for round in 0..options.rounds {
        let mut turns = [("rust", 0), ("typescript", 1)];
        turns.rotate_left(round as usize % 2);
        for (contender, place) in turns {
            step.note(format!("round {} of {}, {contender}", round + 1, options.rounds));
            let tenant = GROWING + 1 + options.tenants + round;
            let due = unix_ms() + 1_000 + u64::from(options.burst) * 10;
            let each = options.burst;
            let fill = Fill { contender, first: tenant, tenants: 1, each, at_ms: due, within_ms: 0 };
            driver.fill(&fill, &step)?;
            let Dispatched { count, span_ms, .. } = driver.await_dispatched(options.burst, &step)?;
            rates[place].push(f64::from(count) / span_ms.max(1.0) * 1e3);
        }
    }
    step.done(format!("{} rounds of {}", options.rounds, options.burst));
    let [rust, typescript] = rates;
    Ok((rust, typescript))
}

fn start(folder: &Path, toolchain: &Toolchain) -> Result<Runtime> {
    let storage = folder.join("storage");
    fs::create_dir_all(&storage).with_context(|| format!("can't create `{}`", storage.display()))?;
    for (source, target) in [
        ("scheduler.ts", "front"),
        ("plain_schedule.ts", "plain"),
        ("registry.ts", "registry"),
        ("schedule_object.mjs", SCHEDULER),
        ("../gateway/entry.mjs", "pipeline"),
    ] {
        let source = paths::root().join("bench/ts").join(source);
        contender::bundle(&source, &folder.join(target).with_extension("mjs"))?;
    }
    let built =
        [(paths::workers().join(SCHEDULER), SCHEDULER), (paths::root().join("bench/gateway"), "pipeline")];
    for (package, name) in built {
        let wasm = package.join("build/index_bg.wasm");
        fs::copy(&wasm, folder.join(name).with_extension("wasm"))
            .with_context(|| format!("`{}` is missing", wasm.display()))?;
    }
    let config = folder.join("config.capnp");
    let text = CONFIG.replace("$DATE", &contender::compatibility_date()?);
    fs::write(&config, text).with_context(|| format!("can't write `{}`", config.display()))?;
    Runtime::inspected(&config, &folder.join("log"), toolchain)
}

fn memory(runtime: &Runtime, toolchain: &Toolchain) -> Result<Memory> {
    let port = runtime.inspector().context("the runtime has no inspector")?;
    let mut node = toolchain.node();
    node.current_dir(paths::root()).args(["bench/ts/heap.mjs", &port.to_string(), SCHEDULER]);
    let printed = process::run(&mut node).context("the inspector does not tell the memory")?;
    serde_json::from_str(&printed).context("can't read what the inspector says")
}

impl Report {
    fn text(&self) -> String {
        let Lateness { jobs, tenants, p50_ms, p99_ms, max_ms } = &self.lateness;
        let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        let rate = |rates: &[f64]| median(rates.to_vec()).unwrap_or_default();
        let (rust, typescript) = (rate(&self.rust_per_second), rate(&self.typescript_per_second));
        let pairs = self.rust_per_second.iter().zip(&self.typescript_per_second);
        let ratio = median(pairs.map(|(rust, typescript)| rust / typescript).collect()).unwrap_or_default();
        let sizes: String = self
            .sizes
            .iter()
            .map(|size| {
                let Size { jobs, create_us, list_us, next_due_us, memory } = size;
                format!(
                    "| {jobs} | {create_us:.0} µs | {list_us:.0} µs | {next_due_us:.0} µs | {:.1} MiB, {:.1} MiB |\n",
                    mib(memory.heap_bytes),
                    mib(memory.wasm_bytes),
                )
            })
            .collect();
        format!(
            "| late: {jobs} jobs of {tenants} tenants due within a minute | p50 | p99 | max |\n\
             | --- | --- | --- | --- |\n\
             | | {p50_ms} ms | {p99_ms} ms | {max_ms} ms |\n\n\
             | jobs of one tenant | create | list 50 | next due | heap, Wasm |\n\
             | --- | --- | --- | --- | --- |\n\
             {sizes}\n\
             | dispatches a second of one object | Rust | TypeScript | ratio |\n\
             | --- | --- | --- | --- |\n\
             | | {rust:.0} | {typescript:.0} | {ratio:.2} |"
        )
    }
}

const CONFIG: &str = r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "front", worker = .front),
    (name = "scheduler", worker = .scheduler),
    (name = "plain", worker = .plain),
    (name = "registry", worker = .registry),
    (name = "pipeline", worker = .pipeline),
    (name = "storage", disk = (path = "storage", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "front")],
);
const front :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "front.mjs")],
  compatibilityDate = "$DATE",
  bindings = [
    (name = "RUST", durableObjectNamespace = (className = "TenantSchedule", serviceName = "scheduler")),
    (name = "PIPELINE", service = "pipeline"),
    (name = "TYPESCRIPT", durableObjectNamespace = (className = "PlainSchedule", serviceName = "plain")),
  ],
);
const scheduler :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "scheduler.mjs"),
    (name = "index_bg.wasm", wasm = embed "scheduler.wasm"),
  ],
  compatibilityDate = "$DATE",
  bindings = [
    (name = "PIPELINE_TASKS", service = (name = "pipeline", entrypoint = "Tasks")),
    (name = "PIPELINE_WORK", service = (name = "pipeline", entrypoint = "Tasks")),
    (name = "PIPELINE_SPANS", service = (name = "pipeline", entrypoint = "Tasks")),
    (name = "TENANT_SCHEDULE", durableObjectNamespace = "TenantSchedule"),
    (name = "SCHEDULE_DB", wrapped = (
      moduleName = "cloudflare-internal:d1-api",
      innerBindings = [(name = "fetcher", service = "registry")],
    )),
    (name = "JOBS_PER_OBJECT", text = ""),
  ],
  durableObjectNamespaces = [(className = "TenantSchedule", uniqueKey = "schedule", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
);
const plain :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "plain.mjs")],
  compatibilityDate = "$DATE",
  bindings = [(name = "PIPELINE_TASKS", service = (name = "front", entrypoint = "Tasks"))],
  durableObjectNamespaces = [(className = "PlainSchedule", uniqueKey = "plain", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
);
const pipeline :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "pipeline.mjs"),
    (name = "index_bg.wasm", wasm = embed "pipeline.wasm"),
  ],
  compatibilityDate = "$DATE",
);
const registry :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "registry.mjs")],
  compatibilityDate = "$DATE",
);
"#;
