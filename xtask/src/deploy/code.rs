//! A Worker's code by content: a hash of its entry module and of everything that this imports, byte for byte. Built again
//! without a change, it is the same; built otherwise, it is another.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// What a Worker's code amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Code {
    /// The hash, 16 hexadecimal digits.
    pub(super) hash: String,
    /// Bytes before compression.
    pub(super) bytes: u64,
}

/// Reads an entry module and what it imports; none where a part has not been built yet.
///
/// # Errors
/// When a file can't be read.
pub(super) fn of(entry: &Path) -> Result<Option<Code>> {
    let mut open = vec![entry.to_path_buf()];
    let mut seen = BTreeSet::new();
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    while let Some(path) = open.pop() {
        let Ok(path) = path.canonicalize() else { return Ok(None) };
        if !seen.insert(path.clone()) {
            continue;
        }
        let bytes = fs::read(&path).with_context(|| format!("can't read `{}`", path.display()))?;
        if path.extension().is_some_and(|ending| ending == "mjs" || ending == "js") {
            open.extend(imports(&String::from_utf8_lossy(&bytes), &path));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        parts.push((name, bytes));
    }
    // By content, so that the folder that a checkout is in makes no difference.
    parts.sort();
    let mut hash = Sha256::new();
    for (name, bytes) in &parts {
        hash.update(name.as_bytes());
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    let bytes = parts.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    Ok(Some(Code { hash: hex(&hash.finalize()), bytes }))
}

/// The first 16 hexadecimal digits of a hash.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The files that a module imports by a relative path.
fn imports(text: &str, module: &Path) -> Vec<PathBuf> {
    let folder = module.parent().unwrap_or(module);
    let mut found = Vec::new();
    for keyword in ["from", "import"] {
        for (at, _) in text.match_indices(keyword) {
            let rest = text[at + keyword.len()..].trim_start();
            let Some(quote) = rest.chars().next().filter(|first| *first == '"' || *first == '\'') else {
                continue;
            };
            let Some(specifier) = rest[1..].split(quote).next() else { continue };
            if specifier.starts_with("./") || specifier.starts_with("../") {
                found.push(folder.join(specifier));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder = crate::paths::target().join("code-tests").join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in files {
            fs::write(folder.join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn the_hash_is_of_all_that_is_imported_and_not_of_where_it_is() {
        let entry = "import * as rust from \"./index.js\";\nexport { default } from './index.js';\n";
        let files = [("entry.mjs", entry), ("index.js", "import x from\"./a.wasm\";"), ("a.wasm", "code")];
        let (one, other) = (folder("one", &files), folder("other", &files));
        let first = of(&one.join("entry.mjs")).unwrap().unwrap();
        assert_eq!(first, of(&other.join("entry.mjs")).unwrap().unwrap());
        fs::write(other.join("a.wasm"), "edited").unwrap();
        assert_ne!(first.hash, of(&other.join("entry.mjs")).unwrap().unwrap().hash);
        fs::remove_file(other.join("a.wasm")).unwrap();
        assert_eq!(of(&other.join("entry.mjs")).unwrap(), None, "it has not been built");
        fs::remove_dir_all(one).unwrap();
        fs::remove_dir_all(other).unwrap();
    }
}
