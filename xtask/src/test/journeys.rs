//! What Node's test runner runs: the journeys of `e2e/`, against a mesh of their own on free ports and with its own
//! state; the mesh framework's own tests, which start the runtimes they need; and the tests of the local runtime's
//! parts, which need none.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

use super::{Count, at_root};
use crate::build::Profile;
use crate::paths;
use crate::process::{self, Group};
use crate::setup::{self, Python, Toolchain};
use crate::ui::Step;

/// Where the journeys are, from the checkout's top.
const JOURNEYS: &str = "e2e/journeys";
/// The double of a model's server, as a program.
const DOUBLE: &str = "e2e/support/model_double_server.mjs";
/// Where the mesh framework's tests in the real runtime are.
const FRAMEWORK: &str = "e2e/mesh";
/// Where the local runtime's own tests are.
const RUNTIME: &str = "xtask/runtime/tests";
/// Where the tests of what is done on the platform are, against its double.
const PLATFORM: &str = "e2e/platform";
/// What a test's file ends in.
const SUFFIX: &str = ".test.mjs";
/// Would have meshes built in another way than what is shipped, which is what is tested.
const QUICK: &str = "WEFT_QUICK";
/// What a journey imports that starts a mesh of its own, or runs what is deployed to the platform's double.
const OWN_MESH: [&str; 2] = ["support/own_mesh.mjs", "platform/live/account.mjs"];
/// How many lines of one failed journey are shown.
const FAILURE_LINES: usize = 24;

/// Starts a mesh, runs the journeys, and stops it. Its state is kept where something failed, for its logs.
///
/// # Errors
/// When there are no journeys, or the mesh doesn't start.
pub(super) fn run(
    toolchain: &Toolchain,
    python: Option<&Python>,
    filter: Option<&str>,
    step: &Step,
) -> Result<Count> {
    let files = files(JOURNEYS)?;
    let (alone, shared) = parted(&files)?;
    let state = paths::target().join(format!("journeys-{}", std::process::id()));
    // Where there is none, the console's pages are skipped, and the report says so.
    let browser = setup::chromium(step);
    step.note("starting a mesh");
    let mesh = Mesh::start(&state, Profile::Release)?;
    step.note(format!("running {} files", files.len()));
    let xtask = std::env::current_exe().context("can't tell where this program is")?;
    let travel = |files: &[PathBuf]| {
        // The runner would look for tests by itself.
        if files.is_empty() {
            return Ok(Count::default());
        }
        let mut node = runner(toolchain, files, filter);
        node.env_remove(QUICK)
            .env("WEFT_DEV_JSON", state.join("dev.json"))
            // For the journeys that stop and start a mesh of their own.
            .env("WEFT_XTASK", &xtask);
        // For the clients in Python; where there is none, the step that installs it has failed.
        if let Some(python) = python {
            let program = python.program("python");
            node.env("WEFT_PYTHON", program.get_program());
            // Those of a Python that was unpacked and not installed are for it alone.
            let libraries =
                program.get_envs().find_map(|(name, value)| value.filter(|_| name == "LD_LIBRARY_PATH"));
            node.envs(libraries.map(|folders| ("WEFT_PYTHON_LIBRARIES", folders)));
        }
        outcome(&mut node, JOURNEYS, filter)
    };
    // Those with a mesh of their own mostly wait for it to start and to end, and meet the others nowhere.
    let counts = thread::scope(|scope| {
        let alone = scope.spawn(|| travel(&alone));
        let shared = travel(&shared);
        [
            shared,
            alone
                .join()
                .unwrap_or_else(|_| Err(anyhow!("the runner of journeys with a mesh of their own panicked"))),
        ]
    });
    drop(mesh);
    let mut count = Count::default();
    for of in counts {
        count.add(of?);
    }
    if let Err(error) = browser {
        count.report.push_str(&format!("\nthe console's pages were not looked at: {error:#}"));
    }
    if count.failed == 0 {
        fs::remove_dir_all(&state).with_context(|| format!("can't remove `{}`", state.display()))?;
    } else {
        let logs = state.strip_prefix(paths::root()).unwrap_or(&state).join("logs");
        count.report.push_str(&format!("\nthe Workers' logs are in `{}`", logs.display()));
    }
    Ok(count)
}

/// Runs the tests of the local runtime's own parts.
///
/// # Errors
/// When there are none, or the test runner doesn't start.
pub(super) fn runtime(toolchain: &Toolchain, filter: Option<&str>) -> Result<Count> {
    outcome(&mut runner(toolchain, &files(RUNTIME)?, filter), RUNTIME, filter)
}

/// Runs the tests of provisioning and what belongs to it, against a double of the platform.
///
/// # Errors
/// When there are none, or the test runner doesn't start.
pub(super) fn platform(toolchain: &Toolchain, filter: Option<&str>) -> Result<Count> {
    let mut node = runner(toolchain, &files(PLATFORM)?, filter);
    node.env("WEFT_XTASK", std::env::current_exe().context("can't tell where this program is")?);
    outcome(&mut node, PLATFORM, filter)
}

/// Runs the mesh framework's tests, each file with Workers of its own in the real runtime.
///
/// # Errors
/// When there are none, or the test runner doesn't start.
pub(super) fn framework(toolchain: &Toolchain, filter: Option<&str>) -> Result<Count> {
    outcome(&mut runner(toolchain, &files(FRAMEWORK)?, filter), FRAMEWORK, filter)
}

/// Node's test runner over files.
fn runner(toolchain: &Toolchain, files: &[PathBuf], filter: Option<&str>) -> Command {
    let mut node = at_root(toolchain.node());
    // A file whose tests the filter leaves out skips its `after` too, and would hold its servers open for ever.
    node.args(["--test", "--test-force-exit", "--test-reporter=tap"]);
    if let Some(filter) = filter {
        node.arg(format!("--test-name-pattern={filter}"));
    }
    node.args(files);
    node
}

/// The journeys that start meshes of their own, and those that share one.
fn parted(files: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let mut parts = (Vec::new(), Vec::new());
    for file in files {
        let source = fs::read_to_string(file).with_context(|| format!("can't read `{}`", file.display()))?;
        let part =
            if OWN_MESH.iter().any(|import| source.contains(import)) { &mut parts.0 } else { &mut parts.1 };
        part.push(file.clone());
    }
    Ok(parts)
}

/// What came of a run.
fn outcome(node: &mut Command, folder: &str, filter: Option<&str>) -> Result<Count> {
    let output = process::output(node)?;
    let mut count = counted(&String::from_utf8_lossy(&output.stdout));
    if !output.status.success() && count.failed == 0 {
        count.failed = 1;
        count.report = process::tail(&String::from_utf8_lossy(&output.stderr));
    }
    if count.passed + count.failed == 0 && filter.is_none() {
        bail!("the test runner found no test in `{folder}`");
    }
    Ok(count)
}

fn files(folder: &str) -> Result<Vec<PathBuf>> {
    let listed =
        fs::read_dir(paths::root().join(folder)).with_context(|| format!("can't read `{folder}`"))?;
    let mut files: Vec<PathBuf> = listed
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(SUFFIX))
        .collect();
    files.sort();
    if files.is_empty() {
        bail!("there is no `*{SUFFIX}` in `{folder}`");
    }
    Ok(files)
}

/// `cargo xtask dev` as a script runs it. Dropping it stops it.
pub(crate) struct Mesh {
    _group: Group,
}

impl Mesh {
    /// Starts one with its own state, on free ports, of Workers built as they are shipped or as `dev --quick` does.
    ///
    /// # Errors
    /// When it doesn't start, with what it said.
    pub(crate) fn start(state: &Path, profile: Profile) -> Result<Self> {
        Self::start_with(state, profile, &[])
    }

    /// The same, with more in its environment.
    ///
    /// # Errors
    /// As [`Mesh::start`].
    pub(crate) fn start_with(state: &Path, profile: Profile, environment: &[(&str, &str)]) -> Result<Self> {
        let mut command = at_root(Command::new(std::env::current_exe()?));
        command.args(["dev", "--json", "--fresh", "--port", "0", "--state"]).arg(state);
        command
            .envs(environment.iter().copied())
            .env_remove(QUICK)
            .args((profile == Profile::Quick).then_some("--quick"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut group = Group::spawn(&mut command)?;
        let stdout = group.child().stdout.take().context("the mesh has no output")?;
        let mut stderr = group.child().stderr.take().context("the mesh has no error output")?;
        let said = thread::spawn(move || {
            let mut text = String::new();
            // Read to the end, so that the mesh never waits for a reader; what came is what can be shown.
            let _ = stderr.read_to_string(&mut text);
            text
        });
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        if line.trim().is_empty() {
            drop(group);
            bail!("the mesh doesn't start\n{}", process::tail(&said.join().unwrap_or_default()));
        }
        Ok(Self { _group: group })
    }
}

/// The double of a model's server, by itself.
pub(crate) struct ModelDouble {
    base_url: String,
    // Ends it.
    _group: Group,
}

impl ModelDouble {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// When it doesn't start.
    pub(crate) fn start(toolchain: &Toolchain) -> Result<Self> {
        let mut command = at_root(toolchain.node());
        command.arg(DOUBLE).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut group = Group::spawn(&mut command)?;
        let stdout = group.child().stdout.take().context("the double has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let base_url = line.trim().to_owned();
        if base_url.is_empty() {
            bail!("the double of a model's server doesn't start");
        }
        Ok(Self { base_url, _group: group })
    }

    /// Where it is, up to `/v1`.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }
}

/// Reads the TAP that Node's runner prints: the totals at its end, and what each failed test said.
fn counted(tap: &str) -> Count {
    let total = |name: &str| -> usize {
        let lines = tap.lines().rev();
        let found = lines.filter_map(|line| line.strip_prefix("# ")?.strip_prefix(name)).next();
        found.and_then(|rest| rest.trim().parse().ok()).unwrap_or_default()
    };
    let mut report = Vec::new();
    let lines: Vec<&str> = tap.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let depth = line.len() - line.trim_start().len();
        if !line.trim_start().starts_with("not ok ") {
            continue;
        }
        let block: Vec<&str> = lines[index + 1..]
            .iter()
            .take_while(|next| next.len() - next.trim_start().len() > depth)
            .copied()
            .collect();
        // A file or a group fails with what is in it; the test inside has the reason.
        if block.iter().any(|line| line.contains("failureType: 'subtestsFailed'")) {
            continue;
        }
        report.push(line.trim());
        report.extend(block.into_iter().take(FAILURE_LINES));
    }
    Count { passed: total("pass "), failed: total("fail ") + total("cancelled "), report: report.join("\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAP: &str = "TAP version 13\n# Subtest: a group\n    # Subtest: inside\n    not ok 1 - inside\n      ---\n      \
        failureType: 'testCodeFailure'\n      error: 'no'\n      ...\n    1..1\nnot ok 1 - a group\n  ---\n  \
        failureType: 'subtestsFailed'\n  ...\nok 2 - fine\n  ---\n  ...\n1..2\n# tests 2\n# pass 1\n# fail 1\n\
        # cancelled 0\n# skipped 0\n";

    #[test]
    fn totals_and_reasons_are_read() {
        let count = counted(TAP);
        assert_eq!((count.passed, count.failed), (1, 1));
        assert!(count.report.starts_with("not ok 1 - inside") && count.report.contains("error: 'no'"));
        assert!(!count.report.contains("a group"));
    }
}
