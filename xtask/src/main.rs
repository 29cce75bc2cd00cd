//! Weft's command line: `cargo xtask <task>`. This file is the table of contents; each task has a module.

mod audit;
mod bench;
mod build;
mod confirm;
mod contracts;
mod demo;
mod deploy;
mod dev;
mod doctor;
mod environment;
mod eval;
mod example;
mod fuzz;
mod gate;
mod jsonc;
mod operator;
mod paths;
mod platform;
mod process;
mod provision;
mod scan;
mod screenshots;
mod setup;
mod size;
mod soak;
mod status;
mod teardown;
mod test;
mod tidy;
mod train;
mod ui;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::ui::Ui;

/// Weft's development tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    /// Prints nothing but the result, as JSON on standard output
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Sets up what is missing, builds what changed and runs the four Workers locally
    Dev(dev::Args),
    /// Sends the sample calls to a running mesh, or to one it starts, and prints the signals found
    Demo(demo::Args),
    /// Builds an example of `examples/` and runs it locally
    Example(example::Args),
    /// Runs every check and test, and closes with `N passed, N failed`
    Test(test::Args),
    /// Builds the Workers whose sources changed
    Build(build::Args),
    /// Makes or adopts what an environment needs on the platform
    Provision(provision::Args),
    /// Takes a preview away, with all that is in it
    Teardown(teardown::Args),
    /// Says what is missing or has drifted, here and in an environment, and how to mend it
    Doctor(doctor::Args),
    /// Verifies or exports the record of what operators did
    Audit(audit::Args),
    /// Deploys to an environment: shows a plan, asks, and goes callees first with a smoke test each
    Deploy(deploy::Args),
    /// Sends a Worker's traffic back to the version before
    Rollback(deploy::RollbackArgs),
    /// Says what is live in an environment: versions, contracts, who deployed, health
    Status(status::Args),
    /// Measures the speed of calls between Workers, against TypeScript
    Bench(bench::Args),
    /// Measures how well signals are found, on labeled calls
    Eval(eval::Args),
    /// Looks for inputs that break the surface, for longer than the tests do
    Fuzz(fuzz::Args),
    /// Writes the contracts between Workers as files, and says what a change of them breaks
    Contracts(contracts::Args),
    /// Prints the size of each Worker and keeps the table in `docs/performance.md`
    Size(size::Args),
    /// Runs the simulated scenarios under many more seeds than the tests do
    Soak(soak::Args),
    /// Looks through the schedules of a running mesh for what must not be
    Scan(scan::Args),
    /// Takes pictures of the console's pages, with demo data
    Screenshots(screenshots::Args),
    /// Brings the toolchain that builds and runs the Workers onto this machine
    Setup(setup::Args),
    /// Trains what is learned from labeled calls and examples
    Train(train::Args),
    /// Checks the rules that the compiler can't
    Tidy(tidy::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let ui = Ui::new(cli.json);
    if let Err(error) = process::handle_signals(ui.clone()) {
        ui.error(&error);
        return ExitCode::FAILURE;
    }
    let outcome = match cli.task {
        Task::Dev(args) => dev::run(args, &ui),
        Task::Demo(args) => demo::run(args, &ui),
        Task::Example(args) => example::run(args, &ui),
        Task::Test(args) => test::run(args, &ui),
        Task::Build(args) => build::run(args, &ui),
        Task::Provision(args) => provision::run(args, &ui),
        Task::Teardown(args) => teardown::run(args, &ui),
        Task::Doctor(args) => doctor::run(args, &ui),
        Task::Audit(args) => audit::run(args, &ui),
        Task::Deploy(args) => deploy::run(args, &ui),
        Task::Rollback(args) => deploy::rollback(args, &ui),
        Task::Status(args) => status::run(args, &ui),
        Task::Bench(args) => bench::run(args, &ui),
        Task::Eval(args) => eval::run(args, &ui),
        Task::Fuzz(args) => fuzz::run(args, &ui),
        Task::Contracts(args) => contracts::run(args, &ui),
        Task::Size(args) => size::run(args, &ui),
        Task::Soak(args) => soak::run(args, &ui),
        Task::Scan(args) => scan::run(args, &ui),
        Task::Screenshots(args) => screenshots::run(args, &ui),
        Task::Setup(args) => setup::run(args, &ui),
        Task::Train(args) => train::run(args, &ui),
        Task::Tidy(args) => tidy::run(args, &ui),
    };
    process::yield_to_interrupt();
    process::stop_all();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            ui.error(&error);
            error.downcast_ref::<ui::Verdict>().map_or(ExitCode::FAILURE, |verdict| ExitCode::from(verdict.0))
        }
    }
}
