//! The contracts' declarations and what Workers in TypeScript write against them, and a customer's program over types that
//! are generated from the gateway's description, by the real compiler.

use anyhow::{Context, Result};

use super::at_root;
use crate::setup::Toolchain;
use crate::{paths, process};

/// The projects to compile, from the checkout's top.
const PROJECTS: [&str; 3] = ["contracts/typescript/tests", "e2e/mesh/typescript", "e2e/client"];
/// The gateway's description, and where a customer's types are generated from it, as `e2e/client/tsconfig.json` says.
const DESCRIPTION: &str = "crates/http-api/generated/openapi.json";
const TYPES: &str = "target/client/gateway.d.ts";

/// Compiles the projects without writing anything.
///
/// # Errors
/// When the generator refuses the description; when a type is wrong, or one that should be refused is not; the message is the compiler's.
pub(super) fn check(toolchain: &Toolchain) -> Result<()> {
    let mut generator = at_root(toolchain.node());
    generator.arg(paths::node_module("openapi-typescript/bin/cli.js")).args([DESCRIPTION, "--output", TYPES]);
    process::run(&mut generator).context("no types can be generated from the gateway's description")?;
    PROJECTS.iter().try_for_each(|project| {
        let mut compiler = at_root(toolchain.node());
        compiler.arg(paths::node_module("typescript/bin/tsc")).args(["--project", project]);
        compiler.args(["--pretty", "false"]);
        process::run(&mut compiler).map(drop)
    })
}
