//! `cargo xtask example <name>`: builds the Workers of one of `examples/` and runs them until Ctrl-C.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::json;

use crate::process::{self, Group};
use crate::setup::{self, Toolchain};
use crate::ui::Ui;
use crate::{build, paths};

/// The Worker that answers requests; the others of an example are reached through it.
const FRONT: &str = "front";
/// How the block of an example's README begins that says what to type.
const CONSOLE: &str = "```console";
/// The port that an example's README is written for.
const PORT: u16 = 8787;

/// Which example to run, and where.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A folder of `examples/`
    name: String,
    /// Where it answers; 0 chooses a free port
    #[arg(long, value_name = "N", default_value_t = PORT)]
    port: u16,
    /// Wipes what an earlier run kept
    #[arg(long)]
    fresh: bool,
}

/// What the process behind it says.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event {
    /// The Workers answer.
    Ready {
        /// Where.
        origin: String,
    },
    /// A Worker logged a line.
    Log {
        /// The line.
        message: String,
    },
    /// The process gives up.
    Failed {
        /// Why.
        message: String,
    },
}

/// A Worker of an example.
struct Member {
    /// Its folder's name.
    role: String,
    /// Its package's name.
    package: String,
    /// Its configuration.
    config: PathBuf,
}

/// Runs `cargo xtask example`.
///
/// # Errors
/// When there is no such example, a prerequisite is missing, a build fails, or the runtime ends by itself.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let folder = folder(&args.name)?;
    let members = members(&folder)?;
    let state = paths::default_state().join("examples").join(&args.name);
    if args.fresh && state.exists() {
        fs::remove_dir_all(&state).with_context(|| format!("can't remove `{}`", state.display()))?;
    }
    let toolchain = setup::ensure(ui)?;
    let packages: Vec<String> = members.iter().map(|member| member.package.clone()).collect();
    build::ensure_named(&packages, build::Profile::Release, &toolchain, ui)?;
    let readme = fs::read_to_string(folder.join("README.md")).context("the example has no `README.md`")?;
    serve(&toolchain, &members, &state, args.port, &readme, ui)
}

fn folder(name: &str) -> Result<PathBuf> {
    let home = paths::root().join("examples");
    let folder = home.join(name);
    if folder.join(FRONT).is_dir() {
        return Ok(folder);
    }
    let known = fs::read_dir(&home).context("there are no examples")?.flatten();
    let known = known.filter(|entry| entry.path().join(FRONT).is_dir());
    let mut known: Vec<_> = known.map(|entry| format!("`{}`", entry.file_name().display())).collect();
    known.sort();
    bail!("there is no example `{name}`; there are: {}", known.join(", "))
}

/// The Workers of an example: its folders with a configuration. The one that answers requests is first.
fn members(folder: &Path) -> Result<Vec<Member>> {
    let mut members = Vec::new();
    for entry in fs::read_dir(folder)?.flatten() {
        let config = entry.path().join("wrangler.jsonc");
        if config.is_file() {
            let role = entry.file_name().to_string_lossy().into_owned();
            members.push(Member { package: package(&entry.path())?, role, config });
        }
    }
    members.sort_by_key(|member| (member.role != FRONT, member.role.clone()));
    Ok(members)
}

/// The name in a crate's manifest.
fn package(folder: &Path) -> Result<String> {
    let manifest = folder.join("Cargo.toml");
    let text =
        fs::read_to_string(&manifest).with_context(|| format!("can't read `{}`", manifest.display()))?;
    let name = text.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    Ok(name.with_context(|| format!("`{}` has no name", manifest.display()))?.to_owned())
}

fn serve(
    toolchain: &Toolchain,
    members: &[Member],
    state: &Path,
    port: u16,
    readme: &str,
    ui: &Ui,
) -> Result<()> {
    let step = ui.step("local runtime");
    let workers: Vec<_> =
        members.iter().map(|member| json!({ "role": member.role, "config": member.config })).collect();
    let configuration = json!({ "workers": workers, "port": port, "state": state, "leads_group": true });
    let mut command = toolchain.node();
    command
        .arg(paths::root().join("xtask/runtime/example.mjs"))
        .current_dir(paths::root())
        .env("WRANGLER_SEND_METRICS", "false")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut group = Group::spawn(&mut command)?;
    let mut stdin = group.child().stdin.take().context("the runtime has no input")?;
    let stdout = group.child().stdout.take().context("the runtime has no output")?;
    // A process that ended at once breaks this pipe; its own words, read next, are worth more than that.
    let _ = writeln!(stdin, "{configuration}");
    let mut step = Some(step);
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        match serde_json::from_str(&line) {
            Ok(Event::Ready { origin }) => {
                if let Some(step) = step.take() {
                    step.done(&origin);
                }
                ui.result(if ui.json() {
                    json!({ "origin": origin }).to_string()
                } else {
                    format!("\n  Try\n{}\n  Ctrl-C stops it; what it keeps is kept.", tries(readme, &origin))
                });
            }
            Ok(Event::Log { message }) => ui.say(message),
            Ok(Event::Failed { message }) => bail!("{message}"),
            // What is no event is a library's chatter.
            Err(_) => {}
        }
    }
    process::yield_to_interrupt();
    bail!("the local runtime ended by itself")
}

/// The commands of the first console block of a README, for a runtime at `origin`.
fn tries(readme: &str, origin: &str) -> String {
    let inside = readme.lines().skip_while(|line| !line.starts_with(CONSOLE)).skip(1);
    let commands =
        inside.take_while(|line| !line.starts_with("```")).filter_map(|line| line.strip_prefix("$ "));
    let written = format!("http://localhost:{PORT}");
    commands.map(|command| format!("    {}\n", command.replace(&written, origin))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_try_is_what_the_readme_says_at_the_port_in_use() {
        let readme =
            "# X\n```sh\nno\n```\n```console\n$ curl http://localhost:8787/a\nanswer\n$ ls\n```\n$ no\n";
        assert_eq!(tries(readme, "http://127.0.0.1:1"), "    curl http://127.0.0.1:1/a\n    ls\n");
    }

    #[test]
    fn an_unknown_example_is_refused_with_the_known_ones() {
        let refused = folder("guest").map(|_| ()).unwrap_err().to_string();
        assert!(refused.contains("`guest`") && refused.contains("`guestbook`"), "{refused}");
    }

    #[test]
    fn the_worker_that_answers_comes_first() {
        let members = members(&folder("guestbook").unwrap()).unwrap();
        let roles: Vec<_> = members.iter().map(|member| member.role.as_str()).collect();
        assert_eq!(roles, ["front", "book"]);
        assert_eq!(members[0].package, "guestbook-front");
    }
}
