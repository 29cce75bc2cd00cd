//! What git knows of a folder.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{paths, process};

fn git(arguments: &[&str]) -> Result<String> {
    let mut git = Command::new("git");
    process::run(git.current_dir(paths::root()).args(arguments))
}

/// The revision that work is compared with where none is named: where it left the main branch, or what was last
/// committed.
///
/// # Errors
/// When this is no git checkout with a commit.
pub(super) fn base() -> Result<String> {
    let main =
        ["origin/main", "main"].into_iter().find_map(|branch| git(&["merge-base", "HEAD", branch]).ok());
    let base = main.map_or_else(|| git(&["rev-parse", "HEAD"]), Ok);
    Ok(base.context("a comparison needs a git checkout with a commit")?.trim().to_owned())
}

/// The short name of a revision.
///
/// # Errors
/// When there is none of this name.
pub(super) fn short(revision: &str) -> Result<String> {
    let commit = format!("{revision}^{{commit}}");
    let short = git(&["rev-parse", "--short", "--verify", "--quiet", &commit]);
    Ok(short.with_context(|| format!("git knows no revision `{revision}`"))?.trim().to_owned())
}

/// The `.json` files right below a folder at a revision, by their names; none where there was no such folder.
///
/// # Errors
/// When git can't read them.
pub(super) fn files(revision: &str, folder: &str) -> Result<BTreeMap<String, String>> {
    let listed = git(&["ls-tree", "-z", "--name-only", revision, &format!("{folder}/")])?;
    let paths = listed.split('\0').filter(|path| path.ends_with(".json"));
    paths
        .map(|path| {
            let name = path.rsplit('/').next().unwrap_or(path).to_owned();
            Ok((name, git(&["show", &format!("{revision}:{path}")])?))
        })
        .collect()
}

/// The files below a folder that differ from what was last committed.
///
/// # Errors
/// When this is no git checkout.
pub(super) fn uncommitted(folder: &str) -> Result<Vec<String>> {
    let listed = git(&["status", "--porcelain", "-z", "--untracked-files=all", "--", folder])?;
    Ok(listed.split('\0').filter_map(|line| line.get(3..)).map(str::to_owned).collect())
}
