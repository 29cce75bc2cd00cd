//! Rules about `.github/workflows`: what runs there can't be swapped under us, and may write nothing that it need not.

use anyhow::Result;

use super::Finding;
use super::files::{Files, text};

/// Hexadecimal digits of a commit's hash.
const HASH: usize = 40;

/// Actions are pinned by a commit's hash with the version beside it, and permissions are read-only unless a job says else.
pub(super) fn check(files: &Files) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in files.all().filter(|path| path.starts_with(".github/workflows/")) {
        findings.extend(of(path, &text(path)?.unwrap_or_default()));
    }
    Ok(findings)
}

fn of(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim().trim_start_matches("- ");
        let place = format!("{path}:{}", number + 1);
        if let Some(action) = line.strip_prefix("uses:") {
            let (action, version) = action.split_once('#').unwrap_or((action, ""));
            let action = action.trim();
            let hash = action.split_once('@').map(|(_, hash)| hash).unwrap_or_default();
            let pinned = hash.len() == HASH && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            let told = pinned && version.trim().starts_with('v');
            if !(told || action.starts_with("./")) {
                findings.push(Finding::new(
                    place,
                    format!("pin `{action}` by its commit's hash, with `# v…` behind it"),
                ));
            }
        } else if line.contains("write-all") {
            findings.push(Finding::new(place, "name the permissions that are needed"));
        }
    }
    let read_only =
        text.split("\npermissions:\n").nth(1).is_some_and(|rest| rest.starts_with("  contents: read\n\n"));
    if !read_only {
        findings.push(Finding::new(path, "`permissions:` at the top must be `contents: read` alone"));
    }
    if !text.contains("cancel-in-progress:") {
        findings.push(Finding::new(path, "superseded runs must be canceled: set `concurrency`"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: &str =
        "name: x\n\npermissions:\n  contents: read\n\nconcurrency:\n  cancel-in-progress: true\n";
    const HASHED: &str = "- uses: a/b@11bd71901bbe5b1630ceea73d27597364c9af683";

    fn count(text: &str) -> usize {
        of("x.yml", text).len()
    }

    #[test]
    fn an_action_needs_a_hash_and_its_version() {
        assert_eq!(count(&format!("{TOP}{HASHED} # v4.2.2\n- uses: ./own\n")), 0);
        for line in ["- uses: a/b@v4", "uses: a/b@main # v4", HASHED, "- uses: a/b@11bd7190 # v4"] {
            assert_eq!(count(&format!("{TOP}{line}\n")), 1, "{line}");
        }
    }

    #[test]
    fn permissions_are_read_only_and_superseded_runs_canceled() {
        assert_eq!(count("name: x\n"), 2);
        assert_eq!(count(&TOP.replace("  contents: read\n", "  contents: read\n  issues: write\n")), 1);
        assert_eq!(count(&format!("{TOP}permissions: write-all\n")), 1);
    }
}
