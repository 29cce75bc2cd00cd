//! `cargo xtask contracts diff`: the contracts of today's code against those of a revision.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use mesh_contract::{Class, Comparison, Document, Peers};

use super::{generate, history, report};
use crate::ui::{Ui, Verdict};
use crate::{paths, tidy};

/// The code to end with when something would break.
const BREAKING: u8 = 2;
/// An empty document: a contract that is still to be written.
const UNWRITTEN: &str = "{}";

/// What to compare.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The older revision: where this branch left the main one, unless named
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Takes the committed files for the newer side and compiles nothing
    #[arg(long)]
    stored: bool,
}

/// Runs `cargo xtask contracts diff`.
///
/// # Errors
/// When the documents can't be made or read; and [`Verdict`] when something would break.
pub(super) fn run(args: Args, ui: &Ui) -> Result<()> {
    let base = args.base.map_or_else(history::base, Ok)?;
    let short = history::short(&base)?;
    let folder = if args.stored {
        paths::contracts()
    } else {
        let step = ui.step("contracts");
        step.note("making the documents from the types");
        let folder = paths::target().join("contracts");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("can't empty `{}`", folder.display()))?;
        }
        generate(&folder, true)?;
        step.done("of today's types");
        folder
    };
    let old = parse(history::files(&base, "contracts")?, &short)?;
    let new = parse(read(&folder)?, "today")?;
    let comparisons = compare(&old, &new, &tidy::calls()?);
    let worst = comparisons.iter().map(|comparison| comparison.class).max().unwrap_or(Class::Identical);
    if ui.json() {
        ui.result(serde_json::json!({ "base": base, "class": worst, "contracts": comparisons }));
    } else {
        ui.result(report::text(&comparisons, &short, ui));
    }
    if worst == Class::Breaking { Err(Verdict(BREAKING).into()) } else { Ok(()) }
}

/// Compares every contract that is on either side.
fn compare(
    old: &BTreeMap<String, Document>,
    new: &BTreeMap<String, Document>,
    calls: &BTreeSet<(String, String, String)>,
) -> Vec<Comparison> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let of = |name: &String| {
        let edges = calls.iter().filter(|(_, _, entrypoint)| entrypoint == name);
        let callers: BTreeSet<&String> = edges.clone().map(|(caller, _, _)| caller).collect();
        let callers: Vec<String> = callers.into_iter().cloned().collect();
        let callees: BTreeSet<&String> = edges.map(|(_, callee, _)| callee).collect();
        // Where several Workers serve it, the contract's own name says it best.
        let callee = if callees.len() == 1 { callees.first().map(|callee| callee.as_str()) } else { None };
        Comparison::of(name, old.get(name), new.get(name), Peers { callers: &callers, callee })
    };
    names.into_iter().map(of).collect()
}

fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    let listed = fs::read_dir(folder).with_context(|| format!("can't read `{}`", folder.display()))?;
    let mut files = BTreeMap::new();
    for entry in listed {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text =
                fs::read_to_string(&path).with_context(|| format!("can't read `{}`", path.display()))?;
            files.insert(name, text);
        }
    }
    Ok(files)
}

fn parse(files: BTreeMap<String, String>, when: &str) -> Result<BTreeMap<String, Document>> {
    let written = files.into_iter().filter(|(_, text)| text.trim() != UNWRITTEN);
    written
        .map(|(name, text)| {
            let document =
                Document::parse(&text).with_context(|| format!("can't read `contracts/{name}` ({when})"))?;
            Ok((document.name.clone(), document))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(request: &str) -> BTreeMap<String, Document> {
        let text = format!(
            r#"{{"name": "Jobs", "kind": "service", "methods": {{"create_job": {{
                "scope": true, "request": {request}, "reply": {{"type": "null"}}, "error": false}}}}}}"#
        );
        parse(BTreeMap::from([("Jobs.json".to_owned(), text)]), "test").unwrap()
    }

    #[test]
    fn a_break_names_the_workers_that_call_and_serve() {
        let old = document(r#"{"type": "object", "properties": {}}"#);
        let new = document(
            r#"{"type": "object", "properties": {"schedule": {"type": "string"}}, "required": ["schedule"]}"#,
        );
        let calls = BTreeSet::from([("gateway".into(), "scheduler".into(), "Jobs".into())]);
        let found = compare(&old, &new, &calls);
        let sentences: Vec<&str> = found
            .iter()
            .flat_map(|comparison| &comparison.changes)
            .flat_map(|change| &change.breaks)
            .map(|found| found.sentence.as_str())
            .collect();
        assert_eq!(
            sentences,
            [
                "an old `gateway` that calls `create_job` would be refused by the new `scheduler`: field `schedule` \
                 is new and required"
            ]
        );
    }

    #[test]
    fn a_contract_that_is_still_to_be_written_is_new() {
        let unwritten = parse(BTreeMap::from([("Jobs.json".to_owned(), "{}\n".to_owned())]), "test").unwrap();
        let found = compare(&unwritten, &document("true"), &BTreeSet::new());
        assert_eq!(found[0].class, Class::Compatible);
    }
}
