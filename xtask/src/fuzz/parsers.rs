//! Mutated input for every parser of bytes from outside, for longer than the tests have time for: the same tests, told how
//! long by their environment, optimized and on the stack that a Worker has.

use std::process::Command;

use anyhow::{Result, bail};

use crate::ui::Step;
use crate::{paths, process};

/// What the tests have in their names.
const WORD: &str = "hostile_";
/// What tells them for how long and from where on: `hostile::SECONDS` and `hostile::SEED`.
const SECONDS: &str = "WEFT_HOSTILE_SECONDS";
const SEED: &str = "WEFT_HOSTILE_SEED";
/// The crates with parsers. The gateway's are in its library.
const PACKAGES: [&str; 11] = [
    "app",
    "auth",
    "chat-extraction",
    "egress",
    "evaluation-rules",
    "gateway",
    "http-api",
    "jwt",
    "mesh",
    "signing",
    "transcript",
];
/// The parsers' inputs that are looked for at the same time: a test's threads.
const AT_ONCE: u64 = 2;
/// The targets there are, some of which take turns.
const TARGETS: u64 = 43;
/// The lines of a finding that are shown.
const REPORT_LINES: usize = 60;

/// Runs every target for its share of the time.
///
/// # Errors
/// When a parser broke, with its input and the file that keeps it; when the tests don't compile.
pub(super) fn run(minutes: u32, seed: u64, step: &Step) -> Result<()> {
    let seconds = (u64::from(minutes) * 60 * AT_ONCE / TARGETS).max(1);
    step.note(format!("{seconds} s a parser, from seed {seed}"));
    let mut command = Command::new("cargo");
    command
        .current_dir(paths::root())
        .args(["test", "--quiet", "--profile", "evaluation", "--no-fail-fast"])
        .args(PACKAGES.iter().flat_map(|package| ["-p", package]))
        .args([WORD, "--", &format!("--test-threads={AT_ONCE}")])
        .env(SECONDS, seconds.to_string())
        .env(SEED, seed.to_string())
        .env("RUST_BACKTRACE", "0");
    let output = process::output(&mut command)?;
    if output.status.success() {
        return Ok(());
    }
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    // Each attempt to make a finding smaller panics too; what counts is what it came to.
    let told = |line: &&str| {
        ["from seed", "kept as", "overflowed its stack", "error", "FAILED"]
            .iter()
            .any(|mark| line.contains(mark))
    };
    let lines: Vec<String> =
        said.lines().filter(told).map(|line| line.chars().take(1_000).collect()).take(REPORT_LINES).collect();
    bail!(
        "a parser broke; the last input of one whose stack overflowed is in the folder for temporary files, as `hostile-<target>.bin`\n{}",
        lines.join("\n")
    )
}
