//! Child processes that can't outlive this one: each is its own process group, and every group is stopped when
//! this tool ends, fails or is interrupted.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, WaitOptions, kill_process_group, test_kill_process_group, waitpid};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::ui::{Ui, now};

/// How long a group gets between the polite signal and the final one.
const GRACE: Duration = Duration::from_secs(8);
/// How often a group that was asked to end is looked at.
const POLL: Duration = Duration::from_millis(25);
/// How many lines of a failed command's output are shown.
const TAIL_LINES: usize = 40;

type Cleanup = Box<dyn FnOnce() + Send>;

static GROUPS: Mutex<Vec<Pid>> = Mutex::new(Vec::new());
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static CLEANUPS: Mutex<Vec<Cleanup>> = Mutex::new(Vec::new());

/// A running child with everything that it starts.
pub(crate) struct Group {
    child: Child,
    pid: Pid,
}

impl Group {
    /// Starts `command` as the leader of a new process group.
    ///
    /// # Errors
    /// When the program can't be started; the message names it.
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        // Holding the list across the spawn leaves no moment at which a signal could miss the new group.
        let mut groups = lock(&GROUPS);
        let child = command
            .process_group(0)
            .spawn()
            .with_context(|| format!("can't start `{}`", command.get_program().to_string_lossy()))?;
        let pid = Pid::from_child(&child);
        groups.push(pid);
        Ok(Self { child, pid })
    }

    /// The child, for its pipes.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// How the child ended, or `None` while it runs.
    pub(crate) fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        settle(self.child.try_wait())
    }

    /// Waits for the child to end; what it left running in its group is stopped.
    pub(crate) fn wait(mut self) -> Result<ExitStatus> {
        settle(self.child.wait())
    }

    /// Waits for the child to end, with all that it printed.
    pub(crate) fn output(mut self) -> Result<Output> {
        let drain = |pipe: Option<Box<dyn Read + Send>>| {
            thread::spawn(move || {
                let mut bytes = Vec::new();
                if let Some(mut pipe) = pipe {
                    // A pipe that breaks ends the output early, which is what is kept.
                    let _ = pipe.read_to_end(&mut bytes);
                }
                bytes
            })
        };
        let stdout = drain(self.child.stdout.take().map(|pipe| Box::new(pipe) as _));
        let stderr = drain(self.child.stderr.take().map(|pipe| Box::new(pipe) as _));
        let status = settle(self.child.wait())?;
        Ok(Output {
            status,
            stdout: stdout.join().unwrap_or_default(),
            stderr: stderr.join().unwrap_or_default(),
        })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        stop(&[self.pid]);
        let _ = self.child.wait();
        lock(&GROUPS).retain(|pid| *pid != self.pid);
    }
}

/// Runs `command` to its end and gives what it printed on standard output.
///
/// # Errors
/// When it can't be started or ends in failure; the message carries the tail of its output.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let output = output(command)?;
    if !output.status.success() {
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        bail!("`{}` {}\n{}", describe(command), ended(output.status), tail(&text));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs `command` to its end and hands each line that it prints on standard error to `watch` as it comes.
///
/// # Errors
/// When it can't be started or ends in failure; the message carries the part of its output that says why.
pub(crate) fn run_watched(command: &mut Command, mut watch: impl FnMut(&str)) -> Result<()> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut group = Group::spawn(command)?;
    let mut text = String::new();
    if let Some(stderr) = group.child.stderr.take() {
        for line in BufReader::new(stderr).lines() {
            let line = line.unwrap_or_default();
            watch(line.trim());
            text.push_str(&line);
            text.push('\n');
        }
    }
    let status = group.wait()?;
    if !status.success() {
        bail!("`{}` {}\n{}", describe(command), ended(status), reasons(&text));
    }
    Ok(())
}

/// Like [`run`], for a command that may hang on a network that doesn't answer: it is stopped after `limit`.
///
/// # Errors
/// As [`run`], and when the time is over.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut group = Group::spawn(command)?;
    let stderr = group.child.stderr.take();
    let reader = thread::spawn(move || {
        let mut text = String::new();
        if let Some(mut stderr) = stderr {
            // What was readable is what there is to show.
            let _ = stderr.read_to_string(&mut text);
        }
        text
    });
    let started = now();
    let status = loop {
        match group.try_wait()? {
            Some(status) => break status,
            None if started.elapsed() > limit => {
                bail!("`{}` gave no answer within {} s", describe(command), limit.as_secs())
            }
            None => thread::sleep(POLL),
        }
    };
    drop(group);
    if !status.success() {
        bail!("`{}` {}\n{}", describe(command), ended(status), tail(&reader.join().unwrap_or_default()));
    }
    Ok(())
}

/// Runs `command` to its end, whatever that is, and gives all that it printed.
///
/// # Errors
/// When it can't be started.
pub(crate) fn output(command: &mut Command) -> Result<Output> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Group::spawn(command)?.output()
}

/// Registers something to do when this tool ends by itself or by a signal, after its children have stopped.
pub(crate) fn on_exit(cleanup: impl FnOnce() + Send + 'static) {
    lock(&CLEANUPS).push(Box::new(cleanup));
}

/// Stops every group that still runs, then does what [`on_exit`] registered. Calling it again does nothing.
pub(crate) fn stop_all() {
    let groups = lock(&GROUPS).clone();
    stop(&groups);
    let cleanups = std::mem::take(&mut *lock(&CLEANUPS));
    for cleanup in cleanups {
        cleanup();
    }
}

/// Ends this tool with its children on Ctrl-C, `SIGTERM` or a closed terminal.
///
/// # Errors
/// When the handlers can't be installed.
pub(crate) fn handle_signals(ui: Ui) -> Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])
        .context("can't install the signal handlers")?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            INTERRUPTED.store(true, Ordering::SeqCst);
            ui.say("stopping");
            stop_all();
            let _ = std::io::stderr().flush();
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

/// The last lines of a long output.
pub(crate) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

/// From a compiler's output, the first error and what follows it; from anything else, the last lines.
pub(crate) fn reasons(text: &str) -> String {
    let is_error = |line: &&str| line.trim_start().starts_with("error");
    let lines: Vec<&str> = text.lines().collect();
    match lines.iter().position(is_error) {
        Some(first) => lines[first..lines.len().min(first + TAIL_LINES)].join("\n"),
        None => tail(text),
    }
}

/// A command as one would type it, without its environment.
pub(crate) fn describe(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn ended(status: ExitStatus) -> String {
    status.code().map_or_else(|| format!("was stopped ({status})"), |code| format!("ended with code {code}"))
}

/// Holds the calling thread for good once the tool is being interrupted: a child that was stopped on purpose is
/// no failure to report, and the signal's thread ends the process in a moment.
pub(crate) fn yield_to_interrupt() {
    while INTERRUPTED.load(Ordering::SeqCst) {
        thread::park();
    }
}

fn settle<T>(waited: std::io::Result<T>) -> Result<T> {
    yield_to_interrupt();
    Ok(waited?)
}

/// Asks the groups to end, and ends those that don't within [`GRACE`].
fn stop(groups: &[Pid]) {
    let alive = |pid: &Pid| {
        // A leader that ended but wasn't waited for would count as alive for ever.
        let _ = waitpid(Some(*pid), WaitOptions::NOHANG);
        test_kill_process_group(*pid).is_ok()
    };
    let mut left: Vec<Pid> = groups.iter().copied().filter(alive).collect();
    for pid in &left {
        // The group may have ended since; then there is nothing to stop.
        let _ = kill_process_group(*pid, Signal::TERM);
    }
    let mut waited = Duration::ZERO;
    while waited < GRACE {
        left.retain(alive);
        if left.is_empty() {
            return;
        }
        thread::sleep(POLL);
        waited += POLL;
    }
    for pid in &left {
        let _ = kill_process_group(*pid, Signal::KILL);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
