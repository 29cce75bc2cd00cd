//! `cargo xtask train extract`: the weights of extraction's second stage, from the development calls and the examples.

use anyhow::Result;
use serde_json::Value;

use crate::ui::Ui;
use crate::{eval, paths};

/// Where the weights are.
const WEIGHTS: &str = "crates/embedded/rules/weights.bin";

/// What to train.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// The second stage of extraction: the same inputs give the same bytes
    Extract(ExtractArgs),
}

#[derive(clap::Args)]
struct ExtractArgs {
    /// What was missed and what was wrong in development calls while they were left out of training
    #[arg(long)]
    show_misses: bool,
}

/// Trains, writes the weights and says what calls that were left out of training reached.
///
/// # Errors
/// When the calls or the examples cannot be read or the program does not build.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let What::Extract(args) = args.what;
    let step = ui.step("Train extraction");
    let path = paths::root().join(WEIGHTS);
    let mut report: Value = eval::measured(&["train", &path.display().to_string()])?;
    step.done(format!(
        "{} features, {} bytes; F1 {:.2} on development calls and {:.2} on dialogues while they were left out",
        report["features"],
        report["bytes"],
        report["left_out_f1"].as_f64().unwrap_or_default(),
        report["left_out_dialogues_f1"].as_f64().unwrap_or_default(),
    ));
    let misses = report["misses"].take();
    if ui.json() {
        report["misses"] = misses;
        ui.result(report);
    } else if args.show_misses {
        for miss in misses.as_array().into_iter().flatten() {
            let text = |key: &str| miss[key].as_str().unwrap_or_default().to_owned();
            let score = miss["score"].as_f64().unwrap_or_default();
            let (file, what, kind, quote) = (text("file"), text("what"), text("kind"), text("quote"));
            ui.result(format!("{file}: {what} {kind} {score:.2}: {quote}"));
        }
    }
    Ok(())
}
