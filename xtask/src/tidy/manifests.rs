//! Rules about the manifests of the workspace's members.

use anyhow::Result;

use super::Finding;
use super::files::{Files, text};

/// What every member takes from the workspace, so that one line changes it everywhere.
const SHARED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];

/// Every member shares the workspace's fields and lints, and says in a line what it is.
pub(super) fn check(files: &Files) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in files.ending("Cargo.toml").filter(|path| is_member(path)) {
        let text = text(path)?.unwrap_or_default();
        findings.extend(missing(&text).into_iter().map(|line| Finding::new(path, format!("add {line}"))));
    }
    Ok(findings)
}

/// `crates/x`, `workers/x`, `xtask` and the Workers below `bench`, `e2e` and `examples` are members; what lies deeper is a
/// workspace of its own or a test's input.
fn is_member(path: &str) -> bool {
    matches!(
        path.split('/').collect::<Vec<_>>().as_slice(),
        ["crates" | "workers", _, _] | ["xtask", _] | ["bench" | "e2e" | "examples", ..]
    )
}

fn missing(manifest: &str) -> Vec<String> {
    let has = |line: &str| manifest.lines().any(|found| found.replace(' ', "") == line.replace(' ', ""));
    let mut lines: Vec<String> = SHARED
        .iter()
        .map(|field| format!("{field}.workspace = true"))
        .filter(|line| !has(line))
        .map(|line| format!("`{line}`"))
        .collect();
    if !manifest.lines().any(|line| line.starts_with("description = \"")) {
        lines.push("a `description`".to_owned());
    }
    let lints = manifest.split_once("[lints]").is_some_and(|(_, rest)| {
        rest.lines()
            .take_while(|line| !line.starts_with('['))
            .any(|line| line.replace(' ', "") == "workspace=true")
    });
    if !lints {
        lines.push("`[lints]` with `workspace = true`".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_lacks_what_it_doesnt_share() {
        let full = "[package]\nname = \"x\"\ndescription = \"X\"\nversion.workspace = true\nedition.workspace = true\n\
            rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\n[lints]\nworkspace = true\n";
        assert_eq!(missing(full), Vec::<String>::new());
        assert_eq!(missing(&full.replace("publish.workspace", "publish")), ["`publish.workspace = true`"]);
        assert_eq!(missing(&full.replace("[lints]", "[other]")), ["`[lints]` with `workspace = true`"]);
        assert_eq!(missing(&full.replace("description", "note")), ["a `description`"]);
    }

    #[test]
    fn nested_workspaces_are_no_members() {
        assert!(is_member("crates/ids/Cargo.toml") && is_member("xtask/Cargo.toml"));
        assert!(is_member("examples/guestbook/front/Cargo.toml"));
        assert!(is_member("bench/rust/Cargo.toml") && is_member("e2e/mesh/probe/Cargo.toml"));
        assert!(!is_member("xtask/wasm-tools/Cargo.toml") && !is_member("Cargo.toml"));
    }
}
