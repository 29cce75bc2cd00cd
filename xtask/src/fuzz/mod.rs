//! `cargo xtask fuzz`: at length what the tests do for a short while.

pub(crate) mod api;
mod parsers;

use std::time::Duration;

use anyhow::Result;
use clap::Subcommand;

use crate::build::{self, Profile};
use crate::setup;
use crate::ui::Ui;

/// More than there is time for.
const ROUNDS: u64 = 1_000_000;

/// What to fuzz.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Sends the gateway requests made from its own description, good and bad, in the real runtime
    Api(ApiArgs),
    /// Feeds every parser of bytes from outside mutated input, in this process and not in the runtime
    Parsers(ParserArgs),
}

/// For how long, and from where on.
#[derive(clap::Args)]
struct ParserArgs {
    /// For how many minutes in all
    #[arg(long, default_value_t = 30)]
    minutes: u32,
    /// Where the mutations begin. The tests begin at 1
    #[arg(long, default_value_t = 1_000)]
    seed: u64,
}

/// For how long, and from where on.
#[derive(clap::Args)]
struct ApiArgs {
    /// For how many minutes
    #[arg(long, default_value_t = 30)]
    minutes: u32,
    /// Where the requests begin; what is printed after a failure repeats it. The tests begin at 1
    #[arg(long, default_value_t = 1_000)]
    seed: u64,
    /// Builds the Workers as `dev --quick` does
    #[arg(long)]
    quick: bool,
}

/// Runs `cargo xtask fuzz`.
///
/// # Errors
/// When something was found, which has been printed by then; when the set-up fails.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    match args.what {
        What::Api(ApiArgs { minutes, seed, quick }) => {
            let toolchain = setup::ensure(ui)?;
            let python = setup::python(ui)?;
            let profile = if quick { Profile::Quick } else { Profile::Release };
            build::ensure(profile, &toolchain, ui)?;
            let step = ui.step("API");
            let time = Duration::from_secs(u64::from(minutes) * 60);
            let plan = api::Plan { profile, time, seed, rounds: ROUNDS, chains: true, least: 0 };
            let report = api::run(&toolchain, &python, &plan, &step)?;
            step.done(report.to_string());
            Ok(())
        }
        What::Parsers(ParserArgs { minutes, seed }) => {
            let step = ui.step("parsers");
            parsers::run(minutes, seed, &step)?;
            step.done("nothing broke");
            Ok(())
        }
    }
}
