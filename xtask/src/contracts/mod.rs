//! `cargo xtask contracts`: the contracts between Workers as files, and what a change of them breaks.
//!
//! The documents are made from the Rust types by a test of `crates/contracts`, which this tool runs: so it need not be
//! compiled with everything that the messages are made of.

mod diff;
mod history;
mod report;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use clap::Subcommand;

use crate::ui::Ui;
use crate::{paths, process};

/// What to do with the contracts; writes them where nothing is said.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// Writes `contracts/` anew from the types, as without a subcommand
    Write,
    /// Compares `contracts/` with the types and changes nothing
    Check,
    /// Says what changed since a revision, and what would break for whom; ends with code 2 if anything would
    Diff(diff::Args),
}

/// Runs `cargo xtask contracts`.
///
/// # Errors
/// When the contracts don't compile, when `check` finds them stale, or when `diff` finds that something would break.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    match args.task.unwrap_or(Task::Write) {
        Task::Write => {
            let step = ui.step("contracts");
            step.note("making the documents from the types");
            generate(&paths::contracts(), true)?;
            let changed = history::uncommitted("contracts")?;
            step.done(match changed.as_slice() {
                [] => "nothing changed".to_owned(),
                files => format!("commit {}", files.join(", ")),
            });
            Ok(())
        }
        Task::Check => {
            let step = ui.step("contracts");
            step.note("comparing the documents with the types");
            generate(&paths::contracts(), false)
                .context("`contracts/` is stale: run `cargo xtask contracts` and commit the folder")?;
            step.done("the documents are current");
            Ok(())
        }
        Task::Diff(args) => diff::run(args, ui),
    }
}

/// Writes the documents of today's types into `folder`, or compares them with what is there.
fn generate(folder: &Path, write: bool) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(paths::root()).env("CONTRACTS_FOLDER", folder).env("RUST_BACKTRACE", "0");
    cargo.args(["test", "--quiet", "--package", "contracts", "--test", "documents"]);
    if write {
        cargo.env("WRITE_CONTRACTS", "1");
    }
    process::run(&mut cargo).map(drop)
}
