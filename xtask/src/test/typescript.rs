//! The contracts' declarations and what Workers in TypeScript write against them, by the real compiler.

use anyhow::Result;

use super::at_root;
use crate::setup::Toolchain;
use crate::{paths, process};

/// The projects to compile, from the checkout's top.
const PROJECTS: [&str; 2] = ["contracts/typescript/tests", "e2e/mesh/typescript"];

/// Compiles the projects without writing anything.
///
/// # Errors
/// When a type is wrong, or one that should be refused is not; the message is the compiler's.
pub(super) fn check(toolchain: &Toolchain) -> Result<()> {
    PROJECTS.iter().try_for_each(|project| {
        let mut compiler = at_root(toolchain.node());
        compiler.arg(paths::node_module("typescript/bin/tsc")).args(["--project", project]);
        compiler.args(["--pretty", "false"]);
        process::run(&mut compiler).map(drop)
    })
}
