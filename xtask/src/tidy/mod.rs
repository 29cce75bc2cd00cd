//! A task whose body comes with its own change.
use crate::ui::Ui;
use anyhow::Result;
/// Options.
#[derive(clap::Args)]
pub(crate) struct Args {}
/// Runs.
pub(crate) fn run(_args: Args, _ui: &Ui) -> Result<()> {
    anyhow::bail!("this task is not part of the tool yet")
}
