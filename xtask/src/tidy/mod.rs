//! `cargo xtask tidy`: the rules of this repository that the compiler can't check.
//!
//! Each rule is a module with one function that returns findings: a file, and a sentence that says what to change.
//! The same rules run as a test, so a plain `cargo test` knows them too.

mod bindings;
mod dependencies;
mod environments;
mod files;
mod manifests;
mod markdown;
mod npm_lock;
mod snippets;
mod sources;
mod workflows;
mod wrangler;

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::ui::Ui;

use self::files::Files;

/// Whether to bring the snapshot up to date.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Rewrites the snapshot of who calls whom from the Workers' configuration
    #[arg(long)]
    bless: bool,
}

/// One place where a rule doesn't hold.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    place: String,
    text: String,
}

/// A rule: its name as a claim, and what checks it.
type Rule = (&'static str, fn(&Files) -> Result<Vec<Finding>>);

const RULES: [Rule; 13] = [
    ("every source file says what it is", sources::open_with_docs),
    ("the domain serializes nothing", sources::domain_serializes_nothing),
    ("tracked files name no registry and no one's home", sources::name_no_machine),
    ("crates depend in one direction", dependencies::check),
    ("manifests share the workspace's fields", manifests::check),
    ("the Workers call each other without a cycle, as recorded", wrangler::call_graph),
    ("the Workers' configurations agree", wrangler::agree),
    ("every environment can be made of the Workers' configurations", environments::check),
    ("actions are pinned and may write nothing", workflows::check),
    ("binding names are constants that match the configurations", bindings::check),
    ("links in the documentation lead somewhere", markdown::check),
    ("code in the documentation is the code", snippets::check),
    ("the npm lock file installs anywhere", npm_lock::check),
];

/// Whom each Worker calls: the caller, the callee and the entrypoint, each by its name without the product's prefix.
///
/// # Errors
/// When a Worker's configuration can't be read.
pub(crate) fn calls() -> Result<BTreeSet<(String, String, String)>> {
    Ok(wrangler::calls(&wrangler::configs(&Files::list()?)?))
}

/// How many rules there are, and what they found.
pub(crate) struct Report {
    /// Rules that hold.
    pub(crate) passed: usize,
    /// Rules that don't, each with its findings as text.
    pub(crate) failed: Vec<String>,
}

/// Runs `cargo xtask tidy`.
///
/// # Errors
/// When a rule doesn't hold; each finding is printed before.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    if args.bless {
        wrangler::bless(&Files::list()?)?;
    }
    let step = ui.step("tidy");
    let report = check()?;
    if report.failed.is_empty() {
        step.done(format!("{} rules hold", report.passed));
        return Ok(());
    }
    bail!("{} of {} rules don't hold\n{}", report.failed.len(), RULES.len(), report.failed.join("\n"));
}

/// Checks every rule.
///
/// # Errors
/// When the files can't be listed or read.
pub(crate) fn check() -> Result<Report> {
    let files = Files::list()?;
    let mut report = Report { passed: 0, failed: Vec::new() };
    for (claim, rule) in RULES {
        let findings = rule(&files)?;
        if findings.is_empty() {
            report.passed += 1;
        } else {
            let lines: Vec<String> =
                findings.iter().map(|finding| format!("  {}: {}", finding.place, finding.text)).collect();
            report.failed.push(format!("✗ {claim}\n{}", lines.join("\n")));
        }
    }
    Ok(report)
}

impl Finding {
    fn new(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self { place: place.into(), text: text.into() }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checkout_is_tidy() {
        let report = super::check().unwrap();
        assert!(report.failed.is_empty(), "\n{}", report.failed.join("\n"));
    }
}
