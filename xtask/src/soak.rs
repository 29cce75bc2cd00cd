//! `cargo xtask soak`: the simulated scenarios under many more seeds than the tests have time for.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::ui::{Told, Ui};
use crate::{paths, process};

/// So many seeds are run at a time.
const PORTION: u64 = 5_000;
/// A test of this crate whose name has this word takes its seeds from the environment.
const PACKAGE: &str = "mesh-sim";
const WORD: &str = "seeds";
/// The lines of a failure that are shown.
const REPORT_LINES: usize = 260;

/// Which seeds.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many seeds
    #[arg(long, default_value_t = 20_000)]
    seeds: u64,
    /// The first one. The tests themselves run the seeds from 0
    #[arg(long, default_value_t = 100_000)]
    from: u64,
}

/// Runs the scenarios under each seed, up to the first failure.
///
/// # Errors
/// When a scenario fails, with its seed and what happened; when the tests don't compile.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let step = ui.step("Soak");
    let end = args.from.checked_add(args.seeds).context("there are not that many seeds")?;
    let mut from = args.from;
    while from < end {
        let count = PORTION.min(end - from);
        step.note(format!("seeds {from} to {}", from + count - 1));
        let mut command = Command::new("cargo");
        command
            .current_dir(paths::root())
            .args(["test", "--quiet", "--package", PACKAGE, "--tests", "--", WORD])
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
            if ui.json() {
                ui.result(json!({ "failed": seed, "report": report.join("\n") }));
            } else {
                ui.result(report.join("\n"));
            }
            return Err(Told.into());
        }
        if !stdout.contains("1 passed") {
            bail!("no test of `{PACKAGE}` has `{WORD}` in its name");
        }
        from += count;
    }
    step.done(format!("{} seeds from {} hold", args.seeds, args.from));
    if ui.json() {
        ui.result(json!({ "from": args.from, "seeds": args.seeds }));
    }
    Ok(())
}
