//! The Python programs that tests run, in an environment of their own in the cache: nothing is installed outside the
//! checkout.
//!
//! Debian keeps parts of Python apart. Where `ensurepip` is not there, the machine's own `pip` fills the environment, or
//! the one of a package that is unpacked and not installed; where there is no Python at all, it comes the same way.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::apt::{self, Apt};
use super::{Fingerprint, lock, stamp};
use crate::ui::{Step, Ui};
use crate::{paths, process};

/// The oldest version that the programs take.
const OLDEST: (u32, u32) = (3, 10);
/// What is installed, pinned, from the checkout's top.
const REQUIREMENTS: &str = "xtask/fuzz/requirements.txt";
/// Debian's packages of Python and of the wheel that `pip` is.
const PACKAGES: [&str; 2] = ["python3", "python3-pip-whl"];
/// Where Debian has that wheel.
const WHEELS: &str = "usr/share/python-wheels";
/// What to do where it can't be done here.
const ADVICE: &str = "install Python 3.10 or later with its `venv` and `pip`";
/// Changes when what [`ensure`] makes does, so that an older result isn't taken for it.
const RECIPE: &str = "1";

/// The environment.
pub(crate) struct Python {
    home: PathBuf,
}

impl Python {
    /// One of its programs.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.home.join("bin").join(name));
        Interpreter::unpacked().iter().for_each(|unpacked| unpacked.libraries(&mut command));
        command
    }
}

/// Brings the programs about.
///
/// # Errors
/// When there is no Python and none can be had, or what is pinned can't be installed; the message says what to install.
pub(crate) fn ensure(ui: &Ui) -> Result<Python> {
    let _lock = lock(ui)?;
    let step = ui.step("Python");
    let python = Python { home: paths::cache().join("python") };
    let mark = python.home.join("installed");
    let requirements = paths::root().join(REQUIREMENTS);
    let wanted = Fingerprint::new().text(RECIPE).file(&requirements)?.finish();
    let works = || process::run(python.program("python").arg("--version"));
    if stamp::matches(&mark, &wanted)
        && let Ok(version) = works()
    {
        step.skipped(version.trim());
        return Ok(python);
    }
    if python.home.exists() {
        fs::remove_dir_all(&python.home)
            .with_context(|| format!("can't remove `{}`", python.home.display()))?;
    }
    let interpreter = Interpreter::find(&step)?;
    step.note("installing what is pinned");
    install(&interpreter, &python.home, &requirements, &step)?;
    stamp::write(&mark, &wanted)?;
    step.done(works()?.trim());
    Ok(python)
}

/// What makes the environment.
struct Interpreter {
    program: PathBuf,
    /// Where its package was unpacked, if it isn't the machine's.
    unpacked: Option<PathBuf>,
}

impl Interpreter {
    /// The machine's, or Debian's.
    fn find(step: &Step) -> Result<Self> {
        let machine = Self { program: "python3".into(), unpacked: None };
        if machine.version().is_ok_and(|version| version >= OLDEST) {
            return Ok(machine);
        }
        fetch(&PACKAGES, step)?;
        let unpacked = Self::unpacked().with_context(|| format!("the packages have no Python: {ADVICE}"))?;
        if unpacked.version()? < OLDEST {
            bail!("the distribution's Python is too old: {ADVICE}");
        }
        Ok(unpacked)
    }

    /// Debian's, where it has been unpacked.
    fn unpacked() -> Option<Self> {
        let folder = folder();
        let program = folder.join("usr/bin/python3");
        program.exists().then_some(Self { program, unpacked: Some(folder) })
    }

    fn run(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        self.libraries(&mut command);
        command.args(arguments);
        command
    }

    /// Lets a command find the libraries that came with it.
    fn libraries(&self, command: &mut Command) {
        let Some(folder) = &self.unpacked else { return };
        let inside = |lib: &str| fs::read_dir(folder.join(lib)).into_iter().flatten().flatten();
        let folders = ["usr/lib", "lib"].into_iter().flat_map(inside).map(|entry| entry.path());
        let folders: Vec<PathBuf> =
            folders.filter(|path| path.to_string_lossy().contains("-linux-")).collect();
        if let Ok(path) = std::env::join_paths(folders) {
            command.env("LD_LIBRARY_PATH", path);
        }
    }

    fn version(&self) -> Result<(u32, u32)> {
        let said = process::run(&mut self.run(&["-c", "import sys; print(*sys.version_info[:2])"]))?;
        let mut numbers = said.split_whitespace().map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
            _ => bail!("Python said `{}` of its version", said.trim()),
        }
    }
}

/// Makes the environment at `home` and puts what is pinned into it.
fn install(interpreter: &Interpreter, home: &Path, requirements: &Path, step: &Step) -> Result<()> {
    let quiet = ["install", "--quiet", "--disable-pip-version-check", "--requirement"];
    let inside = home.join("bin/python");
    if process::run(interpreter.run(&["-m", "venv"]).arg(home)).is_ok() {
        let mut pip = Command::new(&inside);
        interpreter.libraries(&mut pip);
        pip.args(["-m", "pip"]).args(quiet).arg(requirements);
        return process::run(&mut pip).map(drop).context("can't install what is pinned");
    }
    process::run(interpreter.run(&["-m", "venv", "--clear", "--without-pip"]).arg(home))
        .with_context(|| format!("Python has no `venv`: {ADVICE}"))?;
    let mut pip = if process::run(&mut interpreter.run(&["-m", "pip", "--version"])).is_ok() {
        interpreter.run(&["-m", "pip"])
    } else {
        let mut run = interpreter.run(&[]);
        run.arg(wheel(step)?.join("pip"));
        run
    };
    pip.arg("--python").arg(&inside).args(quiet).arg(requirements);
    process::run(&mut pip).map(drop).context("can't install what is pinned")
}

/// The wheel that `pip` is, which runs as it is: the machine's, or Debian's.
fn wheel(step: &Step) -> Result<PathBuf> {
    let is_pip = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("pip-") && name.ends_with(".whl")
    };
    let find = |top: &Path| {
        let files = fs::read_dir(top.join(WHEELS)).into_iter().flatten().flatten();
        files.map(|file| file.path()).find(is_pip)
    };
    if let Some(wheel) = find(Path::new("/")).or_else(|| find(&folder())) {
        return Ok(wheel);
    }
    fetch(&PACKAGES[1..], step)?;
    find(&folder()).with_context(|| format!("the packages have no `pip`: {ADVICE}"))
}

/// Where Debian's packages are unpacked.
fn folder() -> PathBuf {
    paths::cache().join("python-packages")
}

fn fetch(packages: &'static [&'static str], step: &Step) -> Result<()> {
    if !apt::available() {
        bail!("this machine has no Python that works: {ADVICE}");
    }
    let wanted = |apt: &Apt| apt.with_dependencies(packages);
    Apt::new(&folder())?.fetch(wanted, |_| "", step).context(ADVICE)
}
