//! A bare `workerd serve`, and what it costs the processor.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::contender::Contender;
use crate::paths;
use crate::process::{self, Group};
use crate::setup::Toolchain;

/// The unit of processor time in `/proc`, which Linux fixes at a hundredth of a second for all programs.
const TICK: Duration = Duration::from_millis(10);

/// A running runtime. Dropping it stops it.
pub(super) struct Runtime {
    _group: Group,
    port: u16,
    inspector: Option<u16>,
    id: u32,
}

/// What the runtime says on its control channel.
#[derive(Deserialize)]
struct Said {
    event: String,
    port: Option<u16>,
}

impl Runtime {
    /// Puts a contender together in `folder` and starts it.
    ///
    /// # Errors
    /// When it can't be put together, or the runtime doesn't take it; the message carries what it said.
    pub(super) fn start(contender: Contender, folder: &Path, toolchain: &Toolchain) -> Result<Self> {
        let config = contender.assemble(folder)?;
        Self::serve(&config, &folder.join("log"), toolchain)
    }

    /// As [`Runtime::serve`], with an inspector.
    ///
    /// # Errors
    /// As [`Runtime::start`].
    pub(super) fn inspected(config: &Path, log: &Path, toolchain: &Toolchain) -> Result<Self> {
        Self::serve_with(config, log, toolchain, &["--inspector-addr=127.0.0.1:0"])
    }

    /// Starts the runtime on a configuration. What it prints goes to `log`.
    ///
    /// # Errors
    /// As [`Runtime::start`].
    pub(super) fn serve(config: &Path, log: &Path, toolchain: &Toolchain) -> Result<Self> {
        Self::serve_with(config, log, toolchain, &[])
    }

    fn serve_with(config: &Path, log: &Path, toolchain: &Toolchain, flags: &[&str]) -> Result<Self> {
        let errors = fs::File::create(log).with_context(|| format!("can't write `{}`", log.display()))?;
        let mut command = Command::new(binary(toolchain)?);
        // The runtime takes the paths of disks from where it is started.
        command.current_dir(config.parent().unwrap_or_else(|| paths::root()));
        command.arg("serve").arg(config).args(["--control-fd=1", "--experimental"]).args(flags);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
        let mut group = Group::spawn(&mut command)?;
        let id = group.child().id();
        let stdout = group.child().stdout.take().context("the runtime has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let mut inspector = None;
        let listening = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let said: Said = serde_json::from_str(&line).ok()?;
            if said.event == "listen-inspector" {
                inspector = said.port;
            }
            said.port.filter(|_| said.event == "listen")
        });
        let Some(port) = listening else {
            let said = fs::read_to_string(log).unwrap_or_default();
            bail!("the runtime ended before it listened\n{}", process::tail(&said));
        };
        // What else it says is of no use, and must not fill the pipe.
        thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Ok(Self { _group: group, port, inspector, id })
    }

    /// Where it listens.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Where its inspector listens, if it has one.
    pub(super) fn inspector(&self) -> Option<u16> {
        self.inspector
    }

    /// Processor time that it has used so far, in all its threads; `None` where the system doesn't tell.
    pub(super) fn cpu(&self) -> Option<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id)).ok()?;
        ticks(&stat).map(|ticks| TICK * ticks)
    }
}

/// User and system time of a line of `/proc/<pid>/stat`. The second field is the program's name in parentheses, and
/// may hold anything.
fn ticks(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// The runtime's program: the npm package knows where it is.
fn binary(toolchain: &Toolchain) -> Result<String> {
    let mut node = toolchain.node();
    node.current_dir(paths::root()).args(["--print", "require('workerd').default"]);
    let path = process::run(&mut node).context("can't find workerd")?;
    Ok(path.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_past_any_name() {
        let stat = "42 (work (er) d) S 1 42 42 0 -1 4194304 1 2 3 4 250 50 0 0 20 0 8 0 100 0 0";
        assert_eq!(ticks(stat), Some(300));
        assert_eq!(ticks("nothing"), None);
    }
}
