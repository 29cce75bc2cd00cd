//! The Node.js process that holds the Workers (`xtask/runtime/main.mjs`), and the lines that go to and fro.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use super::ports::Ports;
use crate::paths;
use crate::process::{self, Group};
use crate::setup::Toolchain;

/// The Workers by role, which is the name of their configuration file. The first answers on the gateway's port.
pub(super) const ROLES: [&str; 4] = ["gateway", "scheduler", "pipeline", "admin"];

/// What the local Access application is called in the tokens' audience.
const AUDIENCE: &str = "weft-local";

/// Who can sign in locally: name, address, role.
pub(super) const PEOPLE: [(&str, &str, &str); 4] = [
    ("Olivia Owner", "olivia.owner@weft.example", "owner"),
    ("Oscar Owner", "oscar.owner@weft.example", "owner"),
    ("Omar Operator", "omar.operator@weft.example", "operator"),
    ("Vera Viewer", "vera.viewer@weft.example", "viewer"),
];

/// The service token that scripts may ask the issuer for, and its role.
const SERVICE: (&str, &str) = ("demo-service.access", "operator");

/// What the process says.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event {
    /// The databases are up to date.
    Prepared {
        /// The migrations that were applied.
        applied: Vec<String>,
    },
    /// The Workers answer.
    Ready,
    /// Workflows that a stop interrupted go on.
    Resumed {
        /// How many.
        instances: u32,
    },
    /// New code runs.
    Reloaded {
        /// The roles whose code is new.
        workers: Vec<String>,
    },
    /// New code could not be taken; what ran before still does.
    ReloadFailed {
        /// Why.
        message: String,
    },
    /// A Worker logged an error.
    LogError {
        /// The line, shortened.
        message: String,
    },
    /// The process gives up.
    Failed {
        /// Why.
        message: String,
    },
}

/// What a start needs beyond the toolchain.
pub(super) struct Options<'a> {
    /// The state folder.
    pub(super) state: &'a Path,
    /// Where to answer.
    pub(super) ports: Ports,
    /// The statements that seed the databases, when these must be brought up to date first.
    pub(super) seed: Option<Vec<Value>>,
    /// Whether spans are recorded.
    pub(super) spans: bool,
}

/// The running process. Dropping it stops the process and all that it started.
pub(super) struct Runtime {
    stdin: ChildStdin,
    events: Receiver<Event>,
    errors: PathBuf,
    _group: Group,
}

impl Runtime {
    /// Starts the process. It is ready when it says so.
    ///
    /// # Errors
    /// When it can't be started.
    pub(super) fn start(toolchain: &Toolchain, options: &Options<'_>) -> Result<Self> {
        let logs = options.state.join("logs");
        fs::create_dir_all(&logs).with_context(|| format!("can't create `{}`", logs.display()))?;
        let errors = logs.join("runtime.log");
        let stderr = File::create(&errors).with_context(|| format!("can't write `{}`", errors.display()))?;
        let mut command = toolchain.node();
        command
            .arg(paths::root().join("xtask/runtime/main.mjs"))
            .current_dir(paths::root())
            .env("WRANGLER_SEND_METRICS", "false")
            .env("NODE_COMPILE_CACHE", paths::cache().join("node"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr);
        let mut group = Group::spawn(&mut command)?;
        let missing = || anyhow!("the runtime has no pipes");
        let mut stdin = group.child().stdin.take().ok_or_else(missing)?;
        let stdout = group.child().stdout.take().ok_or_else(missing)?;
        // A process that ended at once breaks this pipe; its own words, read next, are worth more than that.
        let _ = writeln!(stdin, "{}", configuration(options));

        let (send, events) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // What is no event is a library's chatter.
                let Ok(event) = serde_json::from_str(&line) else { continue };
                if send.send(event).is_err() {
                    return;
                }
            }
        });
        Ok(Self { stdin, events, errors, _group: group })
    }

    /// The next thing that the process says, or `None` when it is silent for `patience`.
    ///
    /// # Errors
    /// When it gave up or ended.
    pub(super) fn next(&self, patience: Duration) -> Result<Option<Event>> {
        match self.events.recv_timeout(patience) {
            Ok(Event::Failed { message }) => bail!("{message}"),
            Ok(event) => Ok(Some(event)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => {
                process::yield_to_interrupt();
                let said = fs::read_to_string(&self.errors).unwrap_or_default();
                bail!("the local runtime ended by itself\n{}", process::tail(&said))
            }
        }
    }

    /// Asks for the new code of these Workers.
    ///
    /// # Errors
    /// When the process is gone.
    pub(super) fn reload(&mut self, roles: &[String]) -> Result<()> {
        writeln!(self.stdin, "{}", json!({ "reload": roles })).context("the local runtime takes no commands")
    }
}

fn configuration(options: &Options<'_>) -> Value {
    let worker =
        |role: &str| json!({ "role": role, "config": paths::wrangler().join(format!("{role}.jsonc")) });
    let person = |(name, email, role)| json!({ "name": name, "email": email, "role": role });
    json!({
        "state": options.state,
        "leads_group": true,
        "workers": ROLES.map(worker),
        "ports": { "gateway": options.ports.gateway, "admin": options.ports.admin },
        "spans": options.spans,
        "prepare": options.seed.as_ref().map(|seed| json!({ "seed": seed })),
        "access": {
            "port": options.ports.issuer,
            "admin": options.ports.admin,
            "audience": AUDIENCE,
            "people": PEOPLE.map(person),
            "services": [{ "name": SERVICE.0, "role": SERVICE.1 }],
        },
    })
}
