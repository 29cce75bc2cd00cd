//! The contract as a file: what it says is what the types say.

use std::{env, fs};

use guestbook_contract::GuestbookContract;
use mesh::describe::Described;

#[test]
fn the_committed_document_is_that_of_the_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Guestbook.json");
    let text = GuestbookContract::document().to_text();
    if env::var_os("WRITE_CONTRACTS").is_some() {
        fs::write(path, &text).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == text,
        "run `WRITE_CONTRACTS=1 cargo test -p guestbook-contract` and commit the file"
    );
}
