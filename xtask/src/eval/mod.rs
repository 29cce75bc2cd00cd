//! `cargo xtask eval`: how well the product does what it is for, on labeled calls.

mod extract;
mod search;

use std::process::Command;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

use crate::ui::Ui;
use crate::{paths, process};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Precision, recall and F1 of extraction a kind, and what its prefilter saves and costs
    Extract(extract::Args),
    /// How many of the labeled questions find their passage, and at which place
    Search(search::Args),
}

/// Measures, and prints the figures.
///
/// # Errors
/// When the calls cannot be read or the measuring program does not build.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    match args.what {
        What::Extract(args) => extract::run(&args, ui),
        What::Search(args) => search::run(&args, ui),
    }
}

/// Runs the measuring program, which links what it measures and so is not part of this one, and reads its JSON.
pub(crate) fn measured<T: DeserializeOwned>(arguments: &[&str]) -> Result<T> {
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(paths::root())
        .args(["run", "--quiet", "--profile", "evaluation", "--package", "evaluation", "--"])
        .args(arguments);
    let printed = process::run(&mut cargo)?;
    serde_json::from_str(&printed).context("can't read what the measuring program prints")
}
