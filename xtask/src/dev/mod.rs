//! `cargo xtask dev`: the four Workers in one local runtime.

use anyhow::Result;

use crate::ui::Ui;

/// How the mesh is run.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Runs the mesh until it is interrupted.
///
/// # Errors
/// When a prerequisite is missing, a build fails or the runtime can't start.
pub(crate) fn run(_args: Args, _ui: &Ui) -> Result<()> {
    anyhow::bail!("`dev` has no runtime yet")
}
