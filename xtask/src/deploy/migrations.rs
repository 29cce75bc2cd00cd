//! Migrations around a deploy: what adds goes before the code, what takes away goes after the last old version.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Serialize;

/// The line by which a migration says that it takes something away.
const MARK: &str = "-- phase: contract";
/// What takes something away from code that still serves.
const DESTRUCTIVE: [&str; 3] = ["DROP TABLE", "DROP COLUMN", "RENAME "];

/// When a migration may be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    /// It adds: old code goes on working. Before the code.
    Expand,
    /// It takes away what only old code uses. After the last old version has stopped serving.
    Contract,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Migration {
    /// The file's name.
    pub(super) name: String,
    /// Its phase.
    pub(super) phase: Phase,
}

/// What a deploy applies to one database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Pending {
    /// Before the code, in order.
    pub(super) expand: Vec<String>,
    /// After it, in order.
    pub(super) contract: Vec<String>,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.expand.is_empty() && self.contract.is_empty()
    }
}

/// The migrations of a folder, in order.
///
/// # Errors
/// When one can't be read, or takes something away and doesn't say so.
pub(super) fn read(folder: &Path) -> Result<Vec<Migration>> {
    let listed = fs::read_dir(folder).with_context(|| format!("can't read `{}`", folder.display()))?;
    let mut migrations = Vec::new();
    for entry in listed {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "sql") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text =
                fs::read_to_string(&path).with_context(|| format!("can't read `{}`", path.display()))?;
            migrations.push(Migration { phase: phase(&name, &text)?, name });
        }
    }
    migrations.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(migrations)
}

/// A migration says its phase before its first statement, or adds.
fn phase(name: &str, text: &str) -> Result<Phase> {
    let head = text.lines().take_while(|line| line.trim().is_empty() || line.trim_start().starts_with("--"));
    if head.into_iter().any(|line| line.trim() == MARK) {
        return Ok(Phase::Contract);
    }
    let statements: String = text
        .lines()
        .map(|line| line.split("--").next().unwrap_or_default().to_uppercase())
        .collect::<Vec<_>>()
        .join(" ");
    let words = statements.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(found) = DESTRUCTIVE.into_iter().find(|found| words.contains(found)) {
        bail!(
            "`{name}` has `{}`, which breaks code that still serves: begin the file with the line `{MARK}`, so that it is \
             applied when no old version serves any more",
            found.trim()
        );
    }
    Ok(Phase::Expand)
}

/// What of all migrations is still to be applied, and when. On a database that no version serves from, everything goes
/// before the code.
///
/// # Errors
/// When something is added after something that still has to be taken away: both can't be right in one deploy.
pub(super) fn pending(all: &[Migration], applied: &BTreeSet<String>, unused: bool) -> Result<Pending> {
    let left: Vec<&Migration> = all.iter().filter(|migration| !applied.contains(&migration.name)).collect();
    if unused {
        let expand = left.into_iter().map(|migration| migration.name.clone()).collect();
        return Ok(Pending { expand, contract: Vec::new() });
    }
    let mut pending = Pending::default();
    for migration in left {
        match (migration.phase, pending.contract.last()) {
            (Phase::Contract, _) => pending.contract.push(migration.name.clone()),
            (Phase::Expand, None) => pending.expand.push(migration.name.clone()),
            (Phase::Expand, Some(before)) => bail!(
                "`{}` adds something after `{before}`, which waits until no old version serves: deploy the revision that \
                 ends with `{before}` first",
                migration.name
            ),
        }
    }
    Ok(pending)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(names: &[(&str, Phase)]) -> Vec<Migration> {
        names.iter().map(|(name, phase)| Migration { name: (*name).to_owned(), phase: *phase }).collect()
    }

    fn applied(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_adds_goes_before_the_code_and_what_takes_away_after() {
        let all = all(&[("1", Phase::Expand), ("2", Phase::Expand), ("3", Phase::Contract)]);
        let found = pending(&all, &applied(&["1"]), false).unwrap();
        assert_eq!(found, Pending { expand: vec!["2".into()], contract: vec!["3".into()] });
        assert!(pending(&all, &applied(&["1", "2", "3"]), false).unwrap().is_empty());
    }

    #[test]
    fn a_database_that_nobody_uses_yet_gets_everything_at_once() {
        let all = all(&[("1", Phase::Expand), ("2", Phase::Contract), ("3", Phase::Expand)]);
        let found = pending(&all, &applied(&[]), true).unwrap();
        assert_eq!(found, Pending { expand: vec!["1".into(), "2".into(), "3".into()], contract: vec![] });
    }

    #[test]
    fn adding_after_what_still_waits_is_refused_with_the_way() {
        let all = all(&[("1", Phase::Contract), ("2", Phase::Expand)]);
        let refused = pending(&all, &applied(&[]), false).unwrap_err().to_string();
        assert!(refused.contains("deploy the revision that ends with `1` first"), "{refused}");
    }

    #[test]
    fn what_takes_away_must_say_so() {
        let drop = "ALTER TABLE jobs\n  DROP COLUMN old; -- gone";
        let refused = phase("9.sql", drop).unwrap_err().to_string();
        assert!(refused.contains("`DROP COLUMN`") && refused.contains("-- phase: contract"), "{refused}");
        let marked = format!("-- Takes the old column away.\n-- phase: contract\n\n{drop}");
        assert_eq!(phase("9.sql", &marked).unwrap(), Phase::Contract);
        assert_eq!(phase("9.sql", "-- DROP TABLE later\nCREATE TABLE t (a);").unwrap(), Phase::Expand);
    }

    #[test]
    fn every_migration_of_the_product_says_what_it_does() {
        for folder in ["control", "data", "schedule"] {
            let found = read(&crate::paths::root().join("migrations").join(folder)).unwrap();
            assert!(!found.is_empty(), "{folder}");
        }
    }
}
