//! The contracts' declarations and what a Worker in TypeScript may write against them, by the real compiler.

use anyhow::Result;

use super::at_root;
use crate::setup::Toolchain;
use crate::{paths, process};

/// The project to compile, from the checkout's top.
const PROJECT: &str = "contracts/typescript/tests";

/// Compiles the project without writing anything.
///
/// # Errors
/// When a type is wrong, or one that should be refused is not; the message is the compiler's.
pub(super) fn check(toolchain: &Toolchain) -> Result<()> {
    let mut compiler = at_root(toolchain.node());
    compiler.arg(paths::node_module("typescript/bin/tsc")).args(["--project", PROJECT, "--pretty", "false"]);
    process::run(&mut compiler).map(drop)
}
