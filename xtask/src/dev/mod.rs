//! `cargo xtask dev`: sets up what is missing, builds what changed and runs the four Workers in one local runtime.
//!
//! `mesh` is the order in which things start and stop; `state` the folder that outlives them; `seed` the demo tenants;
//! `runtime` the Node.js process that holds the Workers; `watch` what makes one reload; `summary` what a person is shown.

mod mesh;
mod ports;
mod runtime;
mod seed;
mod state;
mod summary;
mod watch;

use std::path::PathBuf;

use anyhow::Result;

pub(crate) use mesh::Mesh;
pub(crate) use state::{EndpointEntry, Manifest, TenantEntry, running};

use crate::build::Choice;
use crate::paths;
use crate::ui::Ui;

/// Which mesh is run, and where.
#[derive(clap::Args, Clone, Debug)]
// Flattened into other tasks too, where a group of this name would clash with theirs.
#[group(skip)]
pub(crate) struct Args {
    /// Wipes the local state first: databases, objects, the demo tenants and their keys
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Keeps the local state in this folder instead of `.weft`
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// The gateway's port; admin gets the next one and the Access issuer the one after. 0 chooses free ones
    #[arg(long, value_name = "N", default_value_t = 8787, value_parser = ports::parse)]
    pub(crate) port: u16,
    /// Records every span for the local explorer, at about half the speed
    #[arg(long)]
    pub(crate) spans: bool,
    #[command(flatten)]
    pub(crate) profile: Choice,
}

impl Args {
    /// The state folder, absolute.
    pub(crate) fn state_folder(&self) -> Result<PathBuf> {
        let chosen = self.state.clone().unwrap_or_else(paths::default_state);
        Ok(std::path::absolute(chosen)?)
    }
}

/// Runs the mesh until it is interrupted.
///
/// # Errors
/// When a prerequisite is missing, a port is taken, a build fails, or the runtime doesn't start or ends by itself.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let mesh = Mesh::start(&args, ui)?;
    if ui.json() {
        ui.result(serde_json::to_string(mesh.manifest())?);
    } else {
        ui.result(summary(&mesh, ui));
    }
    mesh.serve(ui)
}

/// What a person is shown of a mesh that is up.
pub(crate) fn summary(mesh: &Mesh, ui: &Ui) -> String {
    summary::table(mesh.manifest(), &mesh.logs(), ui)
}
