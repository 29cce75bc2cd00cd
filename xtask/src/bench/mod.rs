//! `cargo xtask bench`: calls between Workers, ours against the same set in TypeScript, in one run; and [`search`].
//!
//! Each contender is a bare `workerd serve` of its own, driven from loopback over a handful of kept-alive connections.
//! Rounds interleave the contenders, so that whatever else the machine does falls on all of them alike; a ratio is
//! taken within each round. How to read the figures is in `docs/performance.md`.

mod contender;
mod figures;
mod gateway;
mod load;
mod report;
mod runtime;
mod scheduler;
mod search;
mod start_up;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Subcommand;

use crate::setup::{self, Toolchain};
use crate::ui::{Step, Ui};
use crate::{build, paths};

use self::contender::{Contender, MEASURES, Measure};
use self::figures::{Recorded, Slice};
use self::load::Request;
use self::report::Report;
use self::runtime::Runtime;

/// Where the raw results go, below the target folder.
const RAW: &str = "bench/rpc.json";

/// How many turns each contender has before the first that counts: the engine optimizes what is hot by and by, the
/// functions of a large module over seconds.
const WARM_UP_TURNS: u32 = 6;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Calls between Workers: Rust on the mesh against TypeScript, and the time that Workers take to start
    Rpc(Options),
    /// The gateway in Rust against the same one in TypeScript with Hono: refusals, reads, events and signed webhooks
    Gateway(Options),
    /// Schedules: how late jobs of many tenants run, what one costs with up to a million jobs, and dispatches a second
    /// beside a plain Durable Object in TypeScript
    Scheduler(scheduler::Options),
    /// A tenant's search index with as many passages as a busy tenant has: how long a search takes, and its memory
    Search(search::Options),
}

/// How much to measure.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// How often each contender takes its turn
    #[arg(long, default_value_t = 10, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rounds: u32,
    /// How long a turn takes
    #[arg(long, default_value_t = 0.5, value_name = "SECONDS", value_parser = seconds)]
    seconds: f64,
    /// Only what has one of these in its name: small, large, durable, chain, start-up; refuse, read, submit, hook
    #[arg(long, value_name = "TEXT,…", value_delimiter = ',')]
    filter: Vec<String>,
}

impl Options {
    fn wants(&self, name: &str) -> bool {
        self.filter.is_empty() || self.filter.iter().any(|filter| name.contains(filter.as_str()))
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.01..=600.0).contains(&seconds) => Ok(seconds),
        _ => Err("a turn takes between 0.01 and 600 seconds".to_owned()),
    }
}

/// Runs `cargo xtask bench`.
///
/// # Errors
/// When a Worker doesn't build or doesn't answer as it should, or the filter matches nothing.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let toolchain = setup::ensure(ui)?;
    match args.what {
        What::Rpc(options) => rpc(&options, &toolchain, ui),
        What::Gateway(options) => gateway::run(&options, &toolchain, ui),
        What::Scheduler(options) => scheduler::run(&options, &toolchain, ui),
        What::Search(options) => search::run(&options, &toolchain, ui),
    }
}

fn rpc(options: &Options, toolchain: &Toolchain, ui: &Ui) -> Result<()> {
    let report = measure(options, toolchain, ui)?;
    let path = keep(RAW, &report.raw())?;
    if ui.json() {
        ui.result(report.json());
    } else {
        ui.result(report.text());
        ui.say(format!("raw results: {}", path.strip_prefix(paths::root()).unwrap_or(&path).display()));
    }
    Ok(())
}

/// Writes raw results below the target folder; gives the path.
fn keep(name: &str, raw: &serde_json::Value) -> Result<PathBuf> {
    let path = paths::target().join(name);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("can't create `{}`", folder.display()))?;
    }
    fs::write(&path, serde_json::to_vec_pretty(raw)?)
        .with_context(|| format!("can't write `{}`", path.display()))?;
    Ok(path)
}

/// One short turn of everything: shows that the benchmark works, and nothing about speed.
///
/// # Errors
/// As [`run`], and when a ratio is missing.
pub(crate) fn smoke(toolchain: &Toolchain) -> Result<()> {
    // The step of the tests stands for the steps inside.
    let quiet = Ui::new(true);
    let report = measure(&Options { rounds: 1, seconds: 0.1, filter: Vec::new() }, toolchain, &quiet)?;
    let missing: Vec<&str> = MEASURES
        .iter()
        .map(|measure| measure.name)
        .filter(|name| !report.ratio(name).is_some_and(|ratio| ratio.is_finite() && ratio > 0.0))
        .collect();
    if !missing.is_empty() {
        bail!("the benchmark gave no ratio for {}", missing.join(", "));
    }
    if report.start_up.is_empty() {
        bail!("the benchmark timed no Worker's start");
    }
    gateway::smoke(toolchain, &quiet)?;
    scheduler::smoke(toolchain, &quiet)
}

fn measure(options: &Options, toolchain: &Toolchain, ui: &Ui) -> Result<Report> {
    let measures: Vec<&Measure> = MEASURES.iter().filter(|measure| options.wants(measure.name)).collect();
    let starts = options.wants(start_up::NAME);
    if measures.is_empty() && !starts {
        bail!("nothing to measure has that in its name: try small, large, durable, chain or start-up");
    }
    let folder = empty_folder()?;
    let mut report = Report::new(&MEASURES, options.rounds, options.seconds);
    if !measures.is_empty() {
        build::ensure_named(&[contender::RUST_PACKAGE.to_owned()], build::Profile::Release, toolchain, ui)?;
        let step = ui.step("calls");
        step.note("bundling and starting the runtimes");
        let mut running = Vec::new();
        for contender in Contender::ALL {
            let runtime = Runtime::start(contender, &folder.join(contender.name()), toolchain)
                .with_context(|| format!("can't start the contender `{}`", contender.name()))?;
            for measure in measures.iter().filter(|measure| contender.takes(measure)) {
                let checked = contender.check(measure, runtime.port());
                checked.with_context(|| format!("`{}`", contender.name()))?;
            }
            running.push((contender, runtime));
        }
        let request = |measure: &Measure| Ok(Request::get(measure.path));
        report.calls = rounds(options, &measures, &running, &request, &step)?;
        step.done(format!("{} rounds", options.rounds));
    }
    if starts {
        let built = build::ensure(build::Profile::Release, toolchain, ui)?;
        let step = ui.step(start_up::NAME);
        report.start_up = start_up::measure(&built, &folder, options.rounds, toolchain, &step)?;
        step.done(format!("{} Workers", report.start_up.len()));
    }
    fs::remove_dir_all(&folder).with_context(|| format!("can't remove `{}`", folder.display()))?;
    Ok(report)
}

/// Takes the turns: every measure in every round, every contender in every measure. `request` gives what is sent, anew
/// for each turn, since a signature is good for a few minutes only.
fn rounds(
    options: &Options,
    measures: &[&'static Measure],
    running: &[(Contender, Runtime)],
    request: &dyn Fn(&Measure) -> Result<Request>,
    step: &Step,
) -> Result<Recorded> {
    let turn = Duration::from_secs_f64(options.seconds);
    let plan: Vec<(&Measure, usize)> = measures
        .iter()
        .flat_map(|measure| {
            let takes_part = |index: &usize| running[*index].0.takes(measure);
            (0..running.len()).filter(takes_part).map(move |index| (*measure, index))
        })
        .collect();
    step.note("warming up");
    for (measure, index) in &plan {
        let (contender, runtime) = &running[*index];
        load::drive(runtime.port(), &request(measure)?, turn * WARM_UP_TURNS)
            .with_context(|| format!("`{}` at `{}`", contender.name(), measure.name))?;
    }
    let mut recorded = Recorded::default();
    let total = options.rounds as usize * plan.len();
    for round in 0..options.rounds {
        step.note(format!("round {} of {}", round + 1, options.rounds));
        // Another contender begins each round, so that no place in the order is anyone's for good.
        for place in 0..plan.len() {
            let (measure, index) = plan[(place + round as usize) % plan.len()];
            let (contender, runtime) = &running[index];
            step.live(&report::bar(
                round as usize * plan.len() + place,
                total,
                measure.name,
                contender.name(),
            ));
            let request = request(measure)?;
            let before = runtime.cpu();
            let mut slice: Slice = load::drive(runtime.port(), &request, turn)?.into();
            slice.cpu = before.zip(runtime.cpu()).map(|(before, after)| after.saturating_sub(before));
            recorded.add(round, measure, *contender, slice);
        }
    }
    Ok(recorded)
}

/// An empty folder of this process: bundles and the storage of Durable Objects.
fn empty_folder() -> Result<PathBuf> {
    let folder = paths::target().join("bench").join(format!("run-{}", std::process::id()));
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("can't remove `{}`", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("can't create `{}`", folder.display()))?;
    Ok(folder)
}
