//! Rules about the text of files.

use anyhow::Result;

use super::Finding;
use super::files::{Files, text};

/// Every Rust file opens with `//!`. Expected expansions and the cases that shall not compile are exempt: they show
/// what a user or the macro writes.
pub(super) fn open_with_docs(files: &Files) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in files.ending(".rs") {
        if path.contains("/tests/output/") || path.contains("/tests/ui/") {
            continue;
        }
        if !text(path)?.is_some_and(|text| text.starts_with("//!") || text.starts_with("#![doc")) {
            findings.push(Finding::new(path, "begin it with `//!` and a sentence that says what it is"));
        }
    }
    Ok(findings)
}

/// No type of the domain derives or implements `Serialize` or `Deserialize`: that is the edges' concern.
pub(super) fn domain_serializes_nothing(files: &Files) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in files.ending(".rs").filter(|path| path.starts_with("crates/domain/src/")) {
        let text = text(path)?.unwrap_or_default();
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if code.contains("Serialize") || code.contains("Deserialize") || code.contains("serde") {
                let place = format!("{path}:{}", number + 1);
                findings.push(Finding::new(
                    place,
                    "give the type a serializable twin where it is sent or stored",
                ));
            }
        }
    }
    Ok(findings)
}

/// No tracked text names a package registry's host or a folder below someone's home.
pub(super) fn name_no_machine(files: &Files) -> Result<Vec<Finding>> {
    // Put together here, so that this file doesn't name them either.
    let hosts =
        [concat!("registry.", "npmjs"), concat!("registry.", "yarnpkg"), concat!("index.", "crates.io")];
    let homes = [concat!("/", "root/"), concat!("/", "home/"), concat!("/", "Users/")];
    let mut findings = Vec::new();
    for path in files.all() {
        let Some(text) = text(path)? else { continue };
        for (number, line) in text.lines().enumerate() {
            let place = || format!("{path}:{}", number + 1);
            if let Some(host) = hosts.iter().find(|host| line.contains(**host)) {
                findings.push(Finding::new(place(), format!("remove the registry's address `{host}…`")));
            }
            let named = homes.iter().find(|home| {
                // A path that begins here, not a part of a longer one or of a URL.
                line.match_indices(**home).any(|(at, _)| {
                    line[..at].chars().next_back().is_none_or(|before| " \t\"'`(=:[<>".contains(before))
                })
            });
            if let Some(home) = named {
                findings.push(Finding::new(
                    place(),
                    format!("replace the absolute path `{home}…` by a relative one"),
                ));
            }
        }
    }
    Ok(findings)
}
