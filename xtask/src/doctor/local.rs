//! This machine: the tools that deploys use. It looks and installs nothing; `cargo xtask setup` does.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::Finding;
use crate::{paths, process};

const SETUP: &str = "run `cargo xtask setup`";

/// Looks at this machine.
pub(super) fn look() -> Vec<Finding> {
    let mut findings = vec![program("cargo"), program("git"), node()];
    findings.extend(["wrangler", "esbuild", "typescript"].map(package));
    findings
}

fn program(name: &str) -> Finding {
    match process::run(Command::new(name).arg("--version")) {
        Ok(version) => Finding::well(name, version.trim()),
        Err(_) => Finding::problem(name, "it does not run", format!("install `{name}`")),
    }
}

/// The Node.js of the checkout's packages, or the system's.
fn node() -> Finding {
    let own = paths::node_module("node/bin/node");
    let node = if own.is_file() { Command::new(own) } else { Command::new("node") };
    let mut node = node;
    match process::run(node.arg("--version")) {
        Ok(version) => Finding::well("node", version.trim()),
        Err(_) => Finding::problem("node", "it does not run", SETUP),
    }
}

/// Whether a package is installed in the version that the lock file has.
fn package(name: &str) -> Finding {
    let version = |text: Option<String>, pointer: &str| -> Option<String> {
        let value: Value = serde_json::from_str(&text?).ok()?;
        value.pointer(pointer)?.as_str().map(str::to_owned)
    };
    let lock = fs::read_to_string(paths::root().join("package-lock.json")).ok();
    let locked = version(lock, &format!("/packages/node_modules~1{name}/version"));
    let installed =
        version(fs::read_to_string(paths::node_module(&format!("{name}/package.json"))).ok(), "/version");
    match (installed, locked) {
        (Some(installed), Some(locked)) if installed == locked => Finding::well(name, installed),
        (Some(installed), Some(locked)) => {
            Finding::problem(name, format!("{installed} is installed, and {locked} is meant"), SETUP)
        }
        (None, _) => Finding::problem(name, "it is not installed", SETUP),
        (_, None) => {
            Finding::problem(name, "`package-lock.json` does not have it", "restore the file from git")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn a_program_that_is_not_there_is_a_problem_with_a_mend() {
        let finding = program("weft-no-such-program");
        assert_eq!(finding.state, State::Problem);
        assert_eq!(finding.mend.as_deref(), Some("install `weft-no-such-program`"));
        assert_eq!(package("weft-no-such-package").state, State::Problem);
    }
}
