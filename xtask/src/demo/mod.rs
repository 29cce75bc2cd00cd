//! `cargo xtask demo`: the sample calls through a running mesh.

use anyhow::Result;

use crate::ui::Ui;

/// Which mesh the samples go to.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Sends the samples and prints what came of them.
///
/// # Errors
/// When no mesh answers or a sample isn't accepted.
pub(crate) fn run(_args: Args, _ui: &Ui) -> Result<()> {
    anyhow::bail!("`demo` needs `dev`, which has no runtime yet")
}
