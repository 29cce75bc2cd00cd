//! The folder in which contracts are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, io};

use mesh_contract::{MESH_DECLARATIONS, declarations};

use super::Document;

/// Below the folder: the contracts' types for TypeScript.
const TYPESCRIPT: &str = "typescript";

/// A folder that does not hold the contracts as the types say them.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Files that are missing, differ, or are of no contract.
    #[error("{}", .0.join("\n"))]
    Stale(Vec<String>),
    /// A file or folder cannot be read or written.
    #[error("`{path}` cannot be read or written")]
    Unusable {
        /// Which.
        path: String,
        /// What the system says.
        source: io::Error,
    },
}

/// Compares a folder with contracts: `<Name>.json` for each, `typescript/<Name>.d.ts`, and `typescript/mesh.d.ts` with
/// what all have in common. Files of other kinds may lie beside them.
///
/// Made for a test, with [`write_folder`] under an environment variable of its own.
///
/// # Errors
/// [`FolderError::Stale`] with a line a file, where one is missing, differs, or is of none of these contracts.
pub fn compare_folder(folder: &Path, contracts: &[Document]) -> Result<(), FolderError> {
    let files = files(contracts);
    let mut stale = Vec::new();
    for (name, text) in &files {
        match fs::read_to_string(folder.join(name)) {
            Ok(kept) if kept == *text => {}
            Ok(_) => stale.push(format!("`{name}` is not what the types say")),
            Err(_) => stale.push(format!("`{name}` is missing")),
        }
    }
    for (below, ending) in [("", ".json"), ("typescript/", ".d.ts")] {
        let known: BTreeSet<&str> = files.keys().map(String::as_str).collect();
        for entry in fs::read_dir(folder.join(below)).into_iter().flatten().flatten() {
            let name = format!("{below}{}", entry.file_name().to_string_lossy());
            if name.ends_with(ending) && !known.contains(name.as_str()) {
                stale.push(format!("`{name}` is of no contract that is listed: list it or remove the file"));
            }
        }
    }
    if stale.is_empty() { Ok(()) } else { Err(FolderError::Stale(stale)) }
}

/// Writes what [`compare_folder`] wants to find. It removes nothing.
///
/// # Errors
/// [`FolderError::Unusable`].
pub fn write_folder(folder: &Path, contracts: &[Document]) -> Result<(), FolderError> {
    let unusable = |path: &Path| {
        let path = path.display().to_string();
        move |source| FolderError::Unusable { path, source }
    };
    let below = folder.join(TYPESCRIPT);
    fs::create_dir_all(&below).map_err(unusable(&below))?;
    for (name, text) in files(contracts) {
        let path = folder.join(name);
        // An unchanged file keeps its time, so that nothing is built again for it.
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::write(&path, text).map_err(unusable(&path))?;
        }
    }
    Ok(())
}

/// The files by their paths from the folder.
fn files(contracts: &[Document]) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([(format!("{TYPESCRIPT}/mesh.d.ts"), MESH_DECLARATIONS.to_owned())]);
    for document in contracts {
        files.insert(format!("{}.json", document.name), document.to_text());
        files.insert(format!("{TYPESCRIPT}/{}.d.ts", document.name), declarations(document));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::describe::Description;

    #[test]
    fn a_folder_that_was_written_is_current_until_it_is_not() {
        let folder = std::env::temp_dir().join(format!("mesh-contracts-{}", std::process::id()));
        let contract = |name| Description::new(name, "").service();
        let stale = |contracts: &[Document]| match compare_folder(&folder, contracts) {
            Ok(()) => Vec::new(),
            Err(FolderError::Stale(lines)) => lines,
            Err(other) => panic!("{other}"),
        };
        let (one, both) = ([contract("One")], [contract("One"), contract("Two")]);
        write_folder(&folder, &one).unwrap();
        assert!(stale(&one).is_empty());
        assert_eq!(stale(&both), ["`Two.json` is missing", "`typescript/Two.d.ts` is missing"]);
        write_folder(&folder, &both).unwrap();
        assert_eq!(stale(&one).len(), 2);
        fs::write(folder.join("One.json"), "{}").unwrap();
        assert_eq!(stale(&both), ["`One.json` is not what the types say"]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
