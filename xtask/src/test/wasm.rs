//! Lints of the code that only exists on Wasm, and the builds of the Workers.

use anyhow::Result;

use super::{Count, at_root};
use crate::setup::{self, Toolchain};
use crate::ui::{Step, Ui};
use crate::{build, process, size};

/// Checks the Workers and all that goes into them as the Wasm target sees it: by clippy where the host's toolchain
/// has the target. The distribution's compiler comes without clippy, and the build that follows checks the rest.
///
/// # Errors
/// At the first lint.
pub(super) fn lint(toolchain: &Toolchain, step: &Step) -> Result<()> {
    let task: &[&str] = if toolchain.wasm_is_native() { &["clippy"] } else { &["check"] };
    let deny: &[&str] = if toolchain.wasm_is_native() { &["--", "-D", "warnings"] } else { &[] };
    step.note("checking the Workers as Wasm");
    let mut cargo = at_root(toolchain.wasm_cargo());
    cargo.args(task).args(["--quiet", "--lib", "--target", setup::WASM_TARGET]);
    for worker in build::every(toolchain)? {
        cargo.args(["-p", &worker]);
    }
    cargo.args(deny);
    process::run_watched(&mut cargo, |line| step.live(line))
}

/// Builds every Worker, those that only tests run too, and says how large it is. One call for all: what they share is
/// compiled once.
///
/// # Errors
/// When one doesn't build.
pub(super) fn build(toolchain: &Toolchain, ui: &Ui) -> Result<Count> {
    let built = build::ensure_named(&build::every(toolchain)?, build::Profile::Release, toolchain, ui)?;
    ui.say(super::indent(&size::table(&built)));
    Ok(Count { passed: built.len(), ..Count::default() })
}
