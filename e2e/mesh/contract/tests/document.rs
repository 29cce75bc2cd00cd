//! The contract as files: what its document and its declarations for TypeScript say is what the types say.

use std::path::Path;
use std::{env, fs};

use mesh::describe::Described;
use mesh_contract::{MESH_DECLARATIONS, declarations};
use mesh_probe_contract::WorkshopContract;

#[test]
fn the_committed_files_are_those_of_the_types() {
    let document = WorkshopContract::document();
    let files = [
        ("Workshop.json", document.to_text()),
        ("../typescript/Workshop.d.ts", declarations(&document)),
        ("../typescript/mesh.d.ts", MESH_DECLARATIONS.to_owned()),
    ];
    for (name, text) in files {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        if env::var_os("WRITE_CONTRACTS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let committed = fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == text,
            "`{name}`: run `WRITE_CONTRACTS=1 cargo test -p mesh-probe-contract` and commit the files"
        );
    }
}
