//! What changed in the sources while the mesh runs. Looks at names, times and sizes; contents are the build's business.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::runtime::ROLES;
use crate::paths;
use crate::ui::now;

/// How often the tree is looked at.
const INTERVAL: Duration = Duration::from_millis(400);
/// What is looked at, from the checkout's top.
const WATCHED: [&str; 6] = ["crates", "workers", "wrangler", "migrations", "Cargo.toml", "Cargo.lock"];
/// Folders that hold what was made, not what was written.
const MADE: [&str; 3] = ["target", "node_modules", "build"];

type Snapshot = BTreeMap<PathBuf, (SystemTime, u64)>;

/// The sources as they were last seen.
pub(super) struct Watch {
    root: PathBuf,
    seen: Snapshot,
    /// A change that may still be going on: it counts once it looks the same twice.
    unsettled: Option<Snapshot>,
    looked: Instant,
}

/// What a change calls for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Rust or its surroundings: the build says which Workers it concerns.
    pub(super) build: bool,
    /// Workers whose configuration or JavaScript changed.
    pub(super) reload: BTreeSet<String>,
    /// The databases' schemas.
    pub(super) migrations: bool,
}

impl Watch {
    /// Takes the sources as they are now for known.
    pub(super) fn new() -> Self {
        let root = paths::root().to_owned();
        Self { seen: snapshot(&root), root, unsettled: None, looked: now() }
    }

    /// What changed since it was asked last, once the change has settled.
    pub(super) fn poll(&mut self) -> Option<Change> {
        if self.looked.elapsed() < INTERVAL {
            return None;
        }
        self.looked = now();
        let current = snapshot(&self.root);
        if current == self.seen {
            self.unsettled = None;
            return None;
        }
        if self.unsettled.as_ref() != Some(&current) {
            self.unsettled = Some(current);
            return None;
        }
        self.unsettled = None;
        let before = std::mem::replace(&mut self.seen, current);
        Some(Change::between(&before, &self.seen, &self.root))
    }
}

impl Change {
    fn between(before: &Snapshot, after: &Snapshot, root: &Path) -> Self {
        let mut change = Self::default();
        let touched =
            after.iter().filter(|(path, stamp)| before.get(*path) != Some(stamp)).map(|(path, _)| path);
        let removed = before.keys().filter(|path| !after.contains_key(*path));
        for path in touched.chain(removed) {
            change.note(path.strip_prefix(root).unwrap_or(path));
        }
        change
    }

    /// Adds one path, relative to the checkout's top.
    fn note(&mut self, path: &Path) {
        let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
        let script = path.extension().is_some_and(|extension| extension == "mjs" || extension == "js");
        match parts.as_slice() {
            ["migrations", ..] => self.migrations = true,
            ["wrangler", file] => self.reload.extend(file.strip_suffix(".jsonc").map(str::to_owned)),
            ["workers", role, ..] if script => drop(self.reload.insert((*role).to_owned())),
            _ if script => self.reload.extend(ROLES.map(str::to_owned)),
            _ => self.build = true,
        }
    }
}

fn snapshot(root: &Path) -> Snapshot {
    let mut files = Snapshot::new();
    for name in WATCHED {
        collect(&root.join(name), &mut files);
    }
    files
}

/// Files that vanish while they are looked at are not there.
fn collect(path: &Path, files: &mut Snapshot) {
    let Ok(meta) = fs::symlink_metadata(path) else { return };
    if meta.is_file() {
        files.insert(path.to_owned(), (meta.modified().unwrap_or(SystemTime::UNIX_EPOCH), meta.len()));
        return;
    }
    let Ok(entries) = fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let source = path.file_name().is_some_and(|folder| folder == "src");
        if !name.starts_with('.') && (source || !MADE.contains(&name.as_ref())) {
            collect(&entry.path(), files);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(paths: &[&str]) -> Change {
        let stamp = |len| (SystemTime::UNIX_EPOCH, len);
        let root = Path::new("/checkout");
        let before: Snapshot = paths.iter().map(|path| (root.join(path), stamp(1))).collect();
        let after = before.keys().map(|path| (path.clone(), stamp(2))).collect();
        Change::between(&before, &after, root)
    }

    fn reload(roles: &[&str]) -> Change {
        Change { reload: roles.iter().map(|role| (*role).to_owned()).collect(), ..Change::default() }
    }

    #[test]
    fn a_change_calls_for_what_its_file_is() {
        let built = Change { build: true, ..Change::default() };
        assert_eq!(change(&["crates/domain/src/event.rs"]), built);
        assert_eq!(change(&["workers/gateway/src/lib.rs", "Cargo.lock"]), built);
        assert_eq!(change(&["workers/gateway/entry.mjs"]), reload(&["gateway"]));
        assert_eq!(change(&["wrangler/admin.jsonc", "wrangler/README.md"]), reload(&["admin"]));
        assert_eq!(change(&["crates/mesh-worker/js/expose.mjs"]), reload(&ROLES));
        let migrated = Change { migrations: true, ..Change::default() };
        assert_eq!(change(&["migrations/data/0002_more.sql"]), migrated);
    }

    #[test]
    fn a_removed_file_is_a_change() {
        let root = Path::new("/checkout");
        let before = Snapshot::from([(root.join("crates/a/src/b.rs"), (SystemTime::UNIX_EPOCH, 1))]);
        assert!(Change::between(&before, &Snapshot::new(), root).build);
        assert_eq!(Change::between(&before, &before, root), Change::default());
    }

    #[test]
    fn what_a_build_makes_is_not_watched() {
        let root = std::env::temp_dir().join(format!("weft-watch-{}", std::process::id()));
        for file in ["workers/a/build/index.js", "workers/a/src/build/mod.rs", "crates/.hidden", "target/x"] {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let seen: Vec<PathBuf> = snapshot(&root).into_keys().collect();
        assert_eq!(seen, [root.join("workers/a/src/build/mod.rs")]);
        fs::remove_dir_all(root).unwrap();
    }
}
