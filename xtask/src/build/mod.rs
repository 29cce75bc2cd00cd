//! `cargo xtask build`: each Worker's Rust to the `build/` in its folder, and only where something that goes into it
//! changed.

mod bundle;
mod fingerprint;
mod graph;
mod profile;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::setup::{self, Toolchain};
use crate::ui::Ui;
use crate::{paths, process, size};

use self::graph::Graph;
pub(crate) use self::profile::{Choice, Profile};

/// Which Workers to build.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Workers by name, in `workers/` or elsewhere; the product's when none is named
    workers: Vec<String>,
    #[command(flatten)]
    profile: Choice,
}

/// A Worker that stands built.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Built {
    /// Its package's name.
    pub(crate) name: String,
    /// Whether this call built it; otherwise nothing had changed.
    pub(crate) rebuilt: bool,
    /// Bytes of Wasm.
    pub(crate) raw: u64,
    /// Bytes of Wasm after gzip, which is what the platform's limit counts.
    pub(crate) gzip: u64,
}

/// What is remembered about a build, beside the cache.
#[derive(Serialize, Deserialize)]
struct Record {
    fingerprint: String,
    raw: u64,
    gzip: u64,
}

/// Runs `cargo xtask build`.
///
/// # Errors
/// As [`ensure`], and when a named Worker doesn't exist.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let toolchain = setup::ensure(ui)?;
    let profile = args.profile.into();
    let built = if args.workers.is_empty() {
        ensure(profile, &toolchain, ui)?
    } else {
        ensure_named(&args.workers, profile, &toolchain, ui)?
    };
    if ui.json() {
        ui.result(serde_json::to_string(&built)?);
    } else {
        ui.result(size::table(&built));
    }
    Ok(())
}

/// Builds every Worker of the product whose sources changed.
///
/// # Errors
/// When a Worker doesn't compile; the message carries the compiler's first error.
pub(crate) fn ensure(profile: Profile, toolchain: &Toolchain, ui: &Ui) -> Result<Vec<Built>> {
    build(None, profile, toolchain, ui)
}

/// Builds the named Workers where their sources changed, whatever folder of the checkout they are in.
///
/// # Errors
/// As [`ensure`], and when a named Worker doesn't exist.
pub(crate) fn ensure_named(
    names: &[String],
    profile: Profile,
    toolchain: &Toolchain,
    ui: &Ui,
) -> Result<Vec<Built>> {
    build(Some(names), profile, toolchain, ui)
}

/// The names of every Worker of this checkout: the product's, and those of benchmarks, tests and examples.
///
/// # Errors
/// When cargo can't read a manifest.
pub(crate) fn every(toolchain: &Toolchain) -> Result<Vec<String>> {
    Ok(Graph::load(toolchain)?.every())
}

fn build(names: Option<&[String]>, profile: Profile, toolchain: &Toolchain, ui: &Ui) -> Result<Vec<Built>> {
    let _lock = setup::lock(ui)?;
    let step = ui.step("Workers");
    let graph = Graph::load(toolchain)?;
    let workers = match names {
        Some(names) => names.to_vec(),
        None => graph.product(),
    };
    if workers.is_empty() {
        bail!("there are no Workers in `{}`", paths::workers().display());
    }
    let surroundings = fingerprint::surroundings(profile, toolchain)?;
    let mut fingerprints = Vec::with_capacity(workers.len());
    let mut stale = Vec::new();
    for worker in &workers {
        let fingerprint = fingerprint::of(worker, &graph, &surroundings)?;
        let same = read_record(worker).is_some_and(|record| record.fingerprint == fingerprint);
        if !(same && bundle::exists(graph.folder(worker)?)) {
            stale.push(worker);
        }
        fingerprints.push(fingerprint);
    }
    if stale.is_empty() {
        step.skipped(format!("{} unchanged", workers.join(", ")));
    } else {
        let named = stale.iter().map(|worker| worker.as_str()).collect::<Vec<_>>().join(", ");
        step.note(format!("compiling {named}"));
        compile(&workers, profile, toolchain, &step)?;
        let making = if profile.is_optimized() { "optimizing and bundling" } else { "bundling" };
        step.note(format!("{making} {named}"));
        bundle::make(&stale, profile, &graph, toolchain)?;
        step.done(format!("built {named}"));
    }
    let mut built = Vec::with_capacity(workers.len());
    for (worker, fingerprint) in workers.iter().zip(fingerprints) {
        let rebuilt = stale.contains(&worker);
        let record = if rebuilt {
            keep_record(worker, fingerprint, graph.folder(worker)?, toolchain)?
        } else {
            kept_record(worker)?
        };
        built.push(Built { name: worker.clone(), rebuilt, raw: record.raw, gzip: record.gzip });
    }
    Ok(built)
}

/// One cargo call for all: what they share is compiled once, and cargo's jobs fill every core.
fn compile(
    workers: &[String],
    profile: Profile,
    toolchain: &Toolchain,
    step: &crate::ui::Step,
) -> Result<()> {
    let mut cargo = toolchain.wasm_cargo();
    cargo.current_dir(paths::root()).args(["build", "--profile", profile.cargo(), "--lib"]);
    cargo.args(["--target", setup::WASM_TARGET]);
    cargo.args(packages(workers));
    process::run_watched(&mut cargo, |line| step.live(line)).context("the Workers don't compile")
}

/// Names the packages to cargo. Every call names the same ones, because cargo chooses the features of shared
/// dependencies by the packages that are named, and would compile them again for another choice.
fn packages(workers: &[String]) -> impl Iterator<Item = &str> {
    workers.iter().flat_map(|worker| ["-p", worker.as_str()])
}

fn record_path(worker: &str) -> PathBuf {
    paths::cache().join("builds").join(format!("{worker}.json"))
}

fn read_record(worker: &str) -> Option<Record> {
    serde_json::from_slice(&fs::read(record_path(worker)).ok()?).ok()
}

fn kept_record(worker: &str) -> Result<Record> {
    read_record(worker).with_context(|| format!("the record of `{worker}`'s build went missing: build again"))
}

fn keep_record(worker: &str, fingerprint: String, folder: &Path, toolchain: &Toolchain) -> Result<Record> {
    let (raw, gzip) = bundle::sizes(folder, toolchain)?;
    let record = Record { fingerprint, raw, gzip };
    let path = record_path(worker);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, serde_json::to_vec(&record)?)
        .with_context(|| format!("can't write `{}`", path.display()))?;
    Ok(record)
}
