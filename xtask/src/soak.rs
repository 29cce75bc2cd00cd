//! `cargo xtask soak`: the simulated scenarios under many more seeds than the tests have time for, or the real mesh under
//! many more kills or under everything at once.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::setup;
use crate::ui::{Told, Ui};
use crate::{paths, process};

/// So many seeds are run at a time.
const PORTION: u64 = 5_000;
/// The crates with scenarios. A test of them whose name has [`WORD`] takes its seeds from the environment.
const PACKAGES: [&str; 2] = ["mesh-sim", "app"];
/// As those, with scenarios of half a minute each: run when asked for.
const SLOW: &str = "storage";
const WORD: &str = "of_seeds";
/// The lines of a failure that are shown.
const REPORT_LINES: usize = 260;
/// The journey that kills a mesh, from the checkout's top.
const KILL: &str = "e2e/journeys/kill.test.mjs";

/// The journey that kills a mesh whose jobs fire every second.
const SCHEDULE_KILL: &str = "e2e/journeys/schedule_kill.test.mjs";

/// What loads a mesh with everything at once, from the checkout's top.
const LOAD: &str = "e2e/load/mixed.mjs";

/// The journey that kills deploys.
const DEPLOYS: &str = "e2e/journeys/deploys.test.mjs";

/// Which seeds, how many kills, or how much load.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many seeds
    #[arg(long, default_value_t = 20_000)]
    seeds: u64,
    /// The first one. The tests themselves run the seeds from 0
    #[arg(long, default_value_t = 100_000)]
    from: u64,
    /// Only the scenarios of this crate: `mesh-sim`, `app`, or `storage`, whose years of a schedule take a while each
    #[arg(long, short)]
    package: Option<String>,
    /// Kills a real mesh so many times while events are delivered, instead of running seeds
    #[arg(long)]
    kills: Option<u32>,
    /// How many events are delivered while it is killed
    #[arg(long, default_value_t = 500, requires = "kills")]
    events: u32,
    /// Kills a real mesh whose jobs fire every second, ten times unless `--kills` says otherwise, instead of running
    /// seeds
    #[arg(long, conflicts_with = "load")]
    scheduler: bool,
    /// How many jobs fire while it is killed
    #[arg(long, default_value_t = 200, requires = "scheduler")]
    jobs: u32,
    /// What says when it is killed; any, unless named
    #[arg(long, requires = "scheduler")]
    seed: Option<u32>,
    /// Loads a real mesh with requests of every kind for so many minutes, instead of running seeds
    #[arg(long, value_name = "MINUTES", conflicts_with = "kills")]
    load: Option<u32>,
    /// Kills a deploy of the built Workers at so many of its calls to the platform's double, instead of running seeds
    #[arg(long, value_name = "KILLS", conflicts_with_all = ["kills", "load", "scheduler"])]
    deploys: Option<u32>,
}

/// Runs the scenarios under each seed, up to the first failure; or the journey of the kills.
///
/// # Errors
/// When a scenario fails, with its seed and what happened; when the tests don't compile; when a kill loses something.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    if args.scheduler {
        return schedule_kill(args.kills.unwrap_or(10), args.jobs, args.seed, ui);
    }
    if let Some(kills) = args.kills {
        return kill(kills, args.events, ui);
    }
    if let Some(minutes) = args.load {
        return load(minutes, ui);
    }
    if let Some(kills) = args.deploys {
        return deploys(kills, ui);
    }
    let packages: Vec<&str> = match &args.package {
        Some(package) => {
            let known = PACKAGES.into_iter().chain([SLOW]).find(|known| known == package);
            vec![known.with_context(|| {
                format!("`{package}` has no scenarios; {} and {SLOW} have", PACKAGES.join(", "))
            })?]
        }
        None => PACKAGES.to_vec(),
    };
    for package in packages {
        seeds(package, args.from, args.seeds, ui)?;
    }
    if ui.json() {
        ui.result(json!({ "from": args.from, "seeds": args.seeds }));
    }
    Ok(())
}

/// One crate's scenarios under each seed.
fn seeds(package: &str, first: u64, seeds: u64, ui: &Ui) -> Result<()> {
    let step = ui.step("Soak");
    let end = first.checked_add(seeds).context("there are not that many seeds")?;
    let mut from = first;
    while from < end {
        let count = PORTION.min(end - from);
        step.note(format!("{package}: seeds {from} to {}", from + count - 1));
        let mut command = Command::new("cargo");
        command
            .current_dir(paths::root())
            .args(["test", "--quiet", "--package", package, "--tests", "--", WORD])
            .env("RUST_BACKTRACE", "0")
            .env("MESH_SIM_FROM", from.to_string())
            .env("MESH_SIM_SEEDS", count.to_string());
        let output = process::output(&mut command)?;
        let stdout = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            let seed = stdout.lines().find_map(|line| line.strip_prefix("seed ")?.split(':').next());
            let Some(seed) = seed else { bail!("{}", process::reasons(&stderr)) };
            let report = stdout.lines().skip_while(|line| !line.starts_with("seed ")).take(REPORT_LINES);
            let report: Vec<&str> = report.take_while(|line| *line != "failures:").collect();
            let again = format!("MESH_SIM_SEED={seed} cargo test --package {package} --tests -- {WORD}");
            if ui.json() {
                ui.result(json!({ "failed": seed, "again": again, "report": report.join("\n") }));
            } else {
                ui.result(format!("{}\nthis seed alone: {again}", report.join("\n")));
            }
            return Err(Told.into());
        }
        if !stdout.contains("1 passed") {
            bail!("no test of `{package}` has `{WORD}` in its name");
        }
        from += count;
    }
    step.done(format!("{package}: {seeds} seeds from {first} hold"));
    Ok(())
}

/// The journey of the kills, with more events and more kills than the tests have time for.
fn kill(kills: u32, events: u32, ui: &Ui) -> Result<()> {
    let step = ui.step("Soak");
    step.note(format!("{events} events, {kills} kills"));
    let variables = [("WEFT_KILLS", kills.to_string()), ("WEFT_KILL_EVENTS", events.to_string())];
    journey(KILL, &variables, ui)?;
    step.done(format!("{events} events and {kills} kills: each ended once"));
    if ui.json() {
        ui.result(json!({ "events": events, "kills": kills }));
    }
    Ok(())
}

/// The journey of the deploys, killed at more of their calls than the tests have time for.
fn deploys(kills: u32, ui: &Ui) -> Result<()> {
    let step = ui.step("Soak");
    step.note(format!("{kills} kills of deploys"));
    journey(DEPLOYS, &[("WEFT_DEPLOY_KILLS", kills.to_string())], ui)?;
    step.done(format!("{kills} kills: each deploy went on to its end"));
    if ui.json() {
        ui.result(json!({ "deploys": kills }));
    }
    Ok(())
}

/// The journey of the jobs that fire while the mesh is killed, at full size. What it counted is part of the result.
fn schedule_kill(kills: u32, jobs: u32, seed: Option<u32>, ui: &Ui) -> Result<()> {
    let step = ui.step("Soak");
    step.note(format!("{jobs} jobs, {kills} kills"));
    let mut variables =
        vec![("WEFT_SCHEDULE_KILLS", kills.to_string()), ("WEFT_SCHEDULE_JOBS", jobs.to_string())];
    variables.extend(seed.map(|seed| ("WEFT_SCHEDULE_SEED", seed.to_string())));
    let tap = journey(SCHEDULE_KILL, &variables, ui)?;
    let told: Vec<&str> = tap.lines().filter_map(|line| line.strip_prefix("# ")).collect();
    step.done(format!("{jobs} jobs and {kills} kills: each second is on record once"));
    let counted = told.iter().find(|line| line.contains("seconds of jobs")).copied().unwrap_or_default();
    if ui.json() {
        ui.result(json!({ "jobs": jobs, "kills": kills, "counted": counted }));
    } else {
        ui.result(counted);
    }
    Ok(())
}

/// One journey with a mesh of its own, sized by `variables`. What it printed; where it fails, that is the result.
fn journey(path: &str, variables: &[(&str, String)], ui: &Ui) -> Result<String> {
    let toolchain = setup::ensure(ui)?;
    let mut node = toolchain.node();
    node.current_dir(paths::root())
        .args(["--test", "--test-force-exit", "--test-reporter=tap", path])
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .env("WEFT_XTASK", std::env::current_exe().context("can't tell where this program is")?);
    let output = process::output(&mut node)?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        ui.result(stdout.lines().take(REPORT_LINES).collect::<Vec<_>>().join("\n"));
        return Err(Told.into());
    }
    Ok(stdout.into_owned())
}

/// Everything at once. What it printed is the result: the routes with their times, and the memory.
fn load(minutes: u32, ui: &Ui) -> Result<()> {
    let step = ui.step("Soak");
    step.note(format!("{minutes} minutes of load"));
    let toolchain = setup::ensure(ui)?;
    let mut node = toolchain.node();
    node.current_dir(paths::root())
        .arg(LOAD)
        .env("WEFT_LOAD_MINUTES", minutes.to_string())
        .env("WEFT_XTASK", std::env::current_exe().context("can't tell where this program is")?);
    let output = process::output(&mut node)?;
    let printed = String::from_utf8_lossy(&output.stdout);
    if ui.json() {
        ui.result(json!({ "minutes": minutes, "failed": !output.status.success(), "report": printed }));
    } else {
        ui.result(printed.trim_end());
    }
    if !output.status.success() {
        if printed.is_empty() {
            bail!("the load did not run\n{}", process::tail(&String::from_utf8_lossy(&output.stderr)));
        }
        return Err(Told.into());
    }
    step.done(format!("{minutes} minutes of load: nothing was lost"));
    Ok(())
}
