//! `cargo xtask screenshots`: pictures of the console's pages with demo data, into `docs/images/`.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::build::Profile;
use crate::test::journeys::Mesh;
use crate::ui::Ui;
use crate::{paths, process, setup};

/// What makes the data and takes the pictures.
const SCRIPT: &str = "e2e/screenshots.mjs";
/// The most bytes that a picture in the repository may have.
const MOST_BYTES: u64 = 150 * 1024;

/// Which pictures.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder that they go to instead of `docs/images`
    #[arg(long)]
    to: Option<std::path::PathBuf>,
    /// Every page in both colors and two widths, for a look at all of them
    #[arg(long)]
    all: bool,
}

/// Starts a mesh of its own, fills it, and takes the pictures.
///
/// # Errors
/// When there is no browser, the mesh doesn't start, a page fails, or a picture is too large for the repository.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let toolchain = setup::ensure(ui)?;
    let step = ui.step("browser");
    let browser = setup::chromium(&step)?;
    step.done(browser.display().to_string());
    let folder = args.to.unwrap_or_else(|| paths::root().join("docs/images"));
    let state = paths::target().join(format!("screenshots-{}", std::process::id()));
    let step = ui.step("pictures");
    step.note("starting a mesh");
    let mesh = Mesh::start(&state, Profile::Quick)?;
    step.note("taking pictures");
    let mut node = toolchain.node();
    node.current_dir(paths::root()).arg(SCRIPT).arg(&folder).args(args.all.then_some("--all"));
    let taken = process::run(node.env("WEFT_DEV_JSON", state.join("dev.json")));
    drop(mesh);
    taken?;
    fs::remove_dir_all(&state).with_context(|| format!("can't remove `{}`", state.display()))?;
    let mut count = 0;
    for entry in fs::read_dir(&folder)?.flatten() {
        let bytes = entry.metadata()?.len();
        if !args.all && bytes > MOST_BYTES {
            bail!(
                "`{}` has {bytes} bytes: at most {MOST_BYTES} go into the repository",
                entry.path().display()
            );
        }
        count += 1;
    }
    step.done(format!("{count} in {}", folder.display()));
    Ok(())
}
