//! The contracts as files: `contracts/*.json` at the repository's top, and their types for TypeScript beside them.
//!
//! `cargo xtask contracts` writes them anew, `cargo xtask contracts check` compares; both run this test.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use contracts::health::HealthContract;
use contracts::pipeline::tenant_index::TenantIndexContract;
use contracts::pipeline::{IntakeContract, TasksContract};
use contracts::scheduler::JobsContract;
use mesh::Contract;
use mesh::describe::{Described, Document};
use mesh_contract::{MESH_DECLARATIONS, declarations};

/// A contract's document, and the fingerprint that this build has of it.
fn described<C: Contract + Described>() -> (Document, String) {
    (C::document(), C::FINGERPRINT.to_string())
}

/// Every contract between Workers.
fn all() -> Vec<(Document, String)> {
    vec![
        described::<HealthContract>(),
        described::<IntakeContract>(),
        described::<JobsContract>(),
        described::<TasksContract>(),
        described::<TenantIndexContract>(),
    ]
}

/// The files by their names below `contracts/`.
fn files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([("typescript/mesh.d.ts".to_owned(), MESH_DECLARATIONS.to_owned())]);
    for (document, _) in all() {
        files.insert(format!("{}.json", document.name), document.to_text());
        files.insert(format!("typescript/{}.d.ts", document.name), declarations(&document));
    }
    files
}

/// Where the files are: at the repository's top, or where they shall be written for a comparison.
fn folder() -> PathBuf {
    std::env::var_os("CONTRACTS_FOLDER")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts"), PathBuf::from)
}

#[test]
fn the_committed_documents_are_those_of_the_types() {
    let (folder, files) = (folder(), files());
    if std::env::var_os("WRITE_CONTRACTS").is_some() {
        fs::create_dir_all(folder.join("typescript")).unwrap();
        for (name, text) in &files {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let mut stale: Vec<String> = files
        .iter()
        .filter(|(name, text)| fs::read_to_string(folder.join(name)).ok().as_ref() != Some(*text))
        .map(|(name, _)| format!("`contracts/{name}` is not what the types say"))
        .collect();
    let kept = fs::read_dir(&folder).into_iter().flatten().flatten();
    let names = kept.map(|entry| entry.file_name().to_string_lossy().into_owned());
    stale.extend(
        names.filter(|name| name.ends_with(".json") && !files.contains_key(name)).map(|name| {
            format!("`contracts/{name}` is of no contract that this test lists: add or remove it")
        }),
    );
    assert!(stale.is_empty(), "\n{}\nrun `cargo xtask contracts` and commit the folder", stale.join("\n"));
}

#[test]
fn every_build_carries_the_fingerprints_of_the_documents() {
    // Written anew, the documents are of the next build.
    if std::env::var_os("WRITE_CONTRACTS").is_some() {
        return;
    }
    for (document, fingerprint) in all() {
        assert_eq!(fingerprint, document.fingerprint, "{}: run `cargo xtask contracts`", document.name);
    }
}
