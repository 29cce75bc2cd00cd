//! Formatting, lints and tests that run on the host.

use std::process::Command;

use anyhow::{Context, Result};

use super::{Count, at_root};
use crate::process;
use crate::ui::Step;

/// How many lines of failed tests are shown.
const REPORT_LINES: usize = 80;

fn cargo(arguments: &[&str]) -> Command {
    let mut command = at_root(Command::new("cargo"));
    command.args(arguments);
    command
}

/// Checks that the sources are formatted.
///
/// # Errors
/// When one isn't; the message names it.
pub(super) fn format() -> Result<()> {
    let checked = process::run(&mut cargo(&["fmt", "--all", "--", "--check", "--files-with-diff"]));
    checked.map(drop).context("run `cargo fmt --all`")
}

/// Lints every crate with its tests.
///
/// # Errors
/// At the first lint.
pub(super) fn clippy(step: &Step) -> Result<()> {
    step.note("checking every crate");
    let mut clippy = cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]);
    process::run_watched(&mut clippy, |line| step.live(line))
}

/// Runs the tests of every crate, documentation included.
///
/// # Errors
/// When cargo can't be started.
pub(super) fn tests(filter: Option<&str>, step: &Step) -> Result<Count> {
    step.note("compiling and running");
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
    command.args(filter).env("RUST_BACKTRACE", "0");
    let output = process::output(&mut command)?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let mut count = counted(&stdout);
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        count.report = if count.failed > 0 { failures(&stdout) } else { process::reasons(&stderr) };
        // A crate that doesn't compile, or a test program that crashed, prints no result of its own.
        count.failed = count.failed.max(1);
    }
    Ok(count)
}

/// Adds up the lines `test result: ok. 3 passed; 0 failed; …`.
fn counted(stdout: &str) -> Count {
    let mut count = Count::default();
    for line in stdout.lines().filter(|line| line.starts_with("test result: ")) {
        let number = |word: &str| {
            let before = line.split_once(word)?.0;
            before.rsplit([' ', '.']).find(|part| !part.is_empty())?.parse::<usize>().ok()
        };
        count.passed += number(" passed").unwrap_or_default();
        count.failed += number(" failed").unwrap_or_default();
    }
    count
}

/// What the failed tests printed.
fn failures(stdout: &str) -> String {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in stdout.lines() {
        if line.starts_with("---- ") {
            inside = true;
        } else if line == "failures:" || line.starts_with("test result: ") {
            inside = false;
        }
        if inside {
            lines.push(line);
        }
    }
    lines.truncate(REPORT_LINES);
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "running 2 tests\ntest a ... ok\ntest b ... FAILED\n\nfailures:\n\n---- b stdout ----\n\
        thread 'b' panicked at src/lib.rs:1:1:\nno\n\n\nfailures:\n    b\n\n\
        test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n\
        test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";

    #[test]
    fn results_of_all_programs_add_up() {
        let Count { passed, failed, .. } = counted(OUTPUT);
        assert_eq!((passed, failed), (13, 1));
    }

    #[test]
    fn only_what_failed_tests_printed_is_shown() {
        assert_eq!(failures(OUTPUT), "---- b stdout ----\nthread 'b' panicked at src/lib.rs:1:1:\nno");
    }
}
