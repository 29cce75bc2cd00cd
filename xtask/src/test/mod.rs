//! `cargo xtask test`: every check and every test, counted into one closing line.
//!
//! A step that fails doesn't stop the ones after it, so that one run tells all there is to mend.

pub(crate) mod journeys;
mod native;
mod typescript;
mod wasm;

pub(crate) use journeys::{Mesh, ModelDouble};

use std::time::Duration;

use anyhow::Result;

use crate::ui::{Told, Ui};
use crate::{bench, build, fuzz, paths, process, setup, tidy};

/// How long the requests made from the description may take, and how many there must be.
const API_TIME: Duration = Duration::from_secs(150);
const API_REQUESTS: usize = 5_000;

/// Which tests to run.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only what needs neither Wasm nor the local runtime: seconds, once compiled
    #[arg(long)]
    native: bool,
    /// Only tests whose name contains this, and no other checks
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
}

/// What a step counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    /// Checks and tests that passed.
    passed: usize,
    /// Those that failed.
    failed: usize,
    /// What the failures said, kept short.
    report: String,
}

impl Count {
    /// Adds what another part of the same step counted.
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        if !other.report.is_empty() {
            self.report.push_str(if self.report.is_empty() { "" } else { "\n" });
            self.report.push_str(&other.report);
        }
    }

    /// A check that either holds or says why not.
    fn of(outcome: Result<()>) -> Self {
        match outcome {
            Ok(()) => Self { passed: 1, ..Self::default() },
            Err(error) => Self { failed: 1, report: format!("{error:#}"), ..Self::default() },
        }
    }
}

/// The steps so far.
struct Run<'a> {
    ui: &'a Ui,
    passed: usize,
    failed: usize,
}

impl Run<'_> {
    /// Runs one step and adds what it counted. A step that can't be run at all counts as one failure.
    fn step(&mut self, label: &str, work: impl FnOnce(&crate::ui::Step) -> Result<Count>) {
        let step = self.ui.step(label);
        let count = work(&step).unwrap_or_else(|error| Count::of(Err(error)));
        process::yield_to_interrupt();
        self.passed += count.passed;
        self.failed += count.failed;
        if count.failed == 0 {
            step.done(format!("{} passed", count.passed));
        } else {
            drop(step);
            self.ui.say(indent(&count.report));
        }
    }
}

/// Runs `cargo xtask test`.
///
/// # Errors
/// When anything failed; what it was has been printed by then.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let mut run = Run { ui, passed: 0, failed: 0 };
    let filter = args.filter.as_deref();
    if filter.is_none() {
        run.step("formatting", |_| Ok(Count::of(native::format())));
        run.step("tidy", |_| tidy().map_err(|error| error.context("tidy")));
        run.step("clippy", |step| Ok(Count::of(native::clippy(step))));
    }
    run.step("native tests", |step| native::tests(filter, step));
    if !args.native {
        match setup::ensure(ui) {
            Ok(toolchain) => {
                run.step("local runtime", |_| journeys::runtime(&toolchain, filter));
                run.step("platform", |_| journeys::platform(&toolchain, filter));
                if filter.is_none() {
                    run.step("TypeScript", |_| Ok(Count::of(typescript::check(&toolchain))));
                    run.step("Wasm lints", |step| Ok(Count::of(wasm::lint(&toolchain, step))));
                }
                match wasm::build(&toolchain, ui) {
                    Ok(count) => {
                        run.passed += count.passed;
                        run.step("mesh framework", |_| journeys::framework(&toolchain, filter));
                        let python = setup::python(ui);
                        let programs = python.as_ref().ok();
                        run.step("journeys", |step| journeys::run(&toolchain, programs, filter, step));
                        if filter.is_none() {
                            run.step("API", |step| Ok(Count::of(fuzz_api(&toolchain, &python?, step))));
                            run.step("benchmark", |_| Ok(Count::of(bench::smoke(&toolchain))));
                        }
                    }
                    Err(error) => run.step("Wasm builds", |_| Err(error)),
                }
            }
            Err(error) => run.step("set-up", |_| Err(error)),
        }
    }
    let Run { passed, failed, .. } = run;
    if ui.json() {
        ui.result(serde_json::json!({ "passed": passed, "failed": failed }));
    } else {
        ui.result(format!("{passed} passed, {failed} failed"));
    }
    if failed == 0 { Ok(()) } else { Err(Told.into()) }
}

/// Requests made from the gateway's description.
fn fuzz_api(toolchain: &setup::Toolchain, python: &setup::Python, step: &crate::ui::Step) -> Result<()> {
    let profile = build::Profile::Release;
    let plan =
        fuzz::api::Plan { profile, time: API_TIME, seed: 1, rounds: 1, chains: false, least: API_REQUESTS };
    fuzz::api::run(toolchain, python, &plan, step).map(drop)
}

fn tidy() -> Result<Count> {
    let report = tidy::check()?;
    Ok(Count { passed: report.passed, failed: report.failed.len(), report: report.failed.join("\n") })
}

/// A command at the checkout's top.
fn at_root(mut command: std::process::Command) -> std::process::Command {
    command.current_dir(paths::root());
    command
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
