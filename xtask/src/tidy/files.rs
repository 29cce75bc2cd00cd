//! The files that belong to the repository, by their paths from its top.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{paths, process};

/// Paths of tracked files and of new ones that git doesn't ignore.
pub(super) struct Files {
    paths: Vec<String>,
}

impl Files {
    /// Asks git.
    ///
    /// # Errors
    /// When this is no git checkout.
    pub(super) fn list() -> Result<Self> {
        let mut git = Command::new("git");
        git.current_dir(paths::root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let listed =
            process::run(&mut git).context("the files can't be listed: tidy needs a git checkout")?;
        let exists = |path: &&str| !path.is_empty() && paths::root().join(path).is_file();
        let mut paths: Vec<String> = listed.split('\0').filter(exists).map(str::to_owned).collect();
        paths.sort();
        paths.dedup();
        Ok(Self { paths })
    }

    /// All paths, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    /// Paths that end in `suffix`.
    pub(super) fn ending(&self, suffix: &str) -> impl Iterator<Item = &str> {
        self.all().filter(move |path| path.ends_with(suffix))
    }

    /// Whether `path` is a file or a folder with files in it.
    pub(super) fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.all().any(|file| file == path || file.starts_with(&folder))
    }
}

/// The text of a file, or `None` where it isn't text.
///
/// # Errors
/// When it can't be read.
pub(super) fn text(path: &str) -> Result<Option<String>> {
    let bytes = fs::read(paths::root().join(path)).with_context(|| format!("can't read `{path}`"))?;
    Ok(String::from_utf8(bytes).ok())
}
