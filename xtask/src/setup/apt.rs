//! Debian's and Ubuntu's packages, unpacked below the checkout's cache and never installed: no root is needed, and nothing
//! on the machine changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use crate::ui::Step;

const UNREACHABLE: &str =
    "the package index can't be read: check that this machine reaches its package mirror";

/// Whether this machine has a package manager that [`Apt`] understands.
pub(super) fn available() -> bool {
    ["apt-get", "dpkg-deb"].iter().all(|tool| process::run(Command::new(tool).arg("--version")).is_ok())
}

/// `apt-get` with an index and a cache of its own: the machine's may be stale or readable by root only.
pub(super) struct Apt {
    folder: PathBuf,
    state: PathBuf,
    downloads: PathBuf,
}

impl Apt {
    /// For packages to be unpacked into `folder`, which is emptied.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("can't remove `{}`", folder.display()))?;
        }
        let state = folder.join("apt");
        let downloads = state.join("downloads");
        for folder in [state.join("lists/partial"), state.join("cache/archives/partial"), downloads.clone()] {
            fs::create_dir_all(&folder).with_context(|| format!("can't create `{}`", folder.display()))?;
        }
        Ok(Self { folder: folder.to_owned(), state, downloads })
    }

    /// Reads the index, then downloads and unpacks the packages that `wanted` names. `filter` has `tar`'s options that
    /// choose among the files of a package, given its file's name.
    ///
    /// # Errors
    /// When the index or a package can't be reached, `wanted` refuses, or a package can't be unpacked.
    pub(super) fn fetch(
        &self,
        wanted: impl FnOnce(&Self) -> Result<Vec<String>>,
        filter: fn(&str) -> &'static str,
        step: &Step,
    ) -> Result<()> {
        step.note("reading the package index");
        // Hooks that an administrator added to `update` may fail without root; what counts is that an index is there.
        let updated = process::run(self.tool("apt-get").arg("update"));
        let names = wanted(self).map_err(|error| match updated {
            Err(reason) => reason.context(UNREACHABLE),
            Ok(_) => error,
        })?;
        step.note(format!("downloading {} packages", names.len()));
        process::run(self.tool("apt-get").arg("download").args(&names).current_dir(&self.downloads))?;
        step.note("unpacking");
        for entry in fs::read_dir(&self.downloads)?.flatten() {
            self.unpack(&entry.path(), filter(&entry.file_name().to_string_lossy()))?;
        }
        fs::remove_dir_all(&self.state).with_context(|| format!("can't remove `{}`", self.state.display()))
    }

    /// What installing `packages` would bring, those named included even where the machine has them.
    ///
    /// # Errors
    /// When they can't be installed here.
    pub(super) fn with_dependencies(&self, packages: &[&str]) -> Result<Vec<String>> {
        let mut simulate = self.tool("apt-get");
        simulate.args(["--simulate", "--no-install-recommends", "install"]).args(packages);
        let plan = process::run(&mut simulate)?;
        let mut names: Vec<String> = packages.iter().map(|&name| name.to_owned()).collect();
        names.extend(installs(&plan).map(str::to_owned));
        Ok(names)
    }

    /// A tool of the package manager.
    pub(super) fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        let option = |key: &str, folder: &str| format!("{key}={}", self.state.join(folder).display());
        command
            .args(["-o", &option("Dir::State::Lists", "lists"), "-o", &option("Dir::Cache", "cache")])
            .args(["-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User="])
            .env("LC_ALL", "C");
        command
    }

    fn unpack(&self, package: &Path, filter: &str) -> Result<()> {
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("dpkg-deb --fsys-tarfile \"$1\" | tar --extract --directory \"$2\" {filter}"))
            .args(["unpack".as_ref(), package.as_os_str(), self.folder.as_os_str()]);
        process::run(&mut command).with_context(|| format!("can't unpack `{}`", package.display()))?;
        Ok(())
    }
}

/// The names in the lines `Inst name (version …)`.
fn installs(plan: &str) -> impl Iterator<Item = &str> {
    plan.lines().filter_map(|line| line.strip_prefix("Inst ")?.split_whitespace().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_names_what_it_would_install() {
        let plan =
            "Reading package lists...\nInst rustc-web (1.96.0 Debian [amd64])\nConf rustc-web (1.96.0)\n";
        assert_eq!(installs(plan).collect::<Vec<_>>(), ["rustc-web"]);
    }
}
