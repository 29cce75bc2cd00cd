//! Links between the documentation's pages and into the sources.

use anyhow::Result;

use super::Finding;
use super::files::{Files, text};

/// Every relative link leads to a file or folder of the repository.
pub(super) fn check(files: &Files) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in files.ending(".md") {
        let text = text(path)?.unwrap_or_default();
        for (number, link) in links(&text) {
            let target = link.split(['#', '?']).next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let found = resolve(path, target).is_some_and(|target| target.is_empty() || files.has(&target));
            if !found {
                findings.push(Finding::new(format!("{path}:{number}"), format!("`{target}` leads nowhere")));
            }
        }
    }
    Ok(findings)
}

/// The targets of `[text](target)`, with their line numbers; code is no prose and is left out.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut links = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            continue;
        }
        // Every second piece between backticks is code.
        for prose in line.split('`').step_by(2) {
            let targets = prose.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
            links.extend(targets.map(|target| (index + 1, target)));
        }
    }
    links
}

/// `target` seen from the folder of `page`, as a path from the top; `None` where it leaves the repository.
fn resolve(page: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    if let Some(from_top) = target.strip_prefix('/') {
        return Some(from_top.trim_end_matches('/').to_owned());
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_in_prose_only() {
        let text =
            "See [a](a.md) and [`b`](../b.md#part).\n```\n[no](no.md)\n```\n`[no](no.md)` [c](c \"title\")\n";
        assert_eq!(links(text), [(1, "a.md"), (1, "../b.md#part"), (5, "c")]);
    }

    #[test]
    fn targets_are_seen_from_their_page() {
        assert_eq!(resolve("docs/a.md", "../crates/ids/").as_deref(), Some("crates/ids"));
        assert_eq!(resolve("docs/a.md", "b.md").as_deref(), Some("docs/b.md"));
        assert_eq!(resolve("docs/a.md", "../../elsewhere"), None);
    }
}
