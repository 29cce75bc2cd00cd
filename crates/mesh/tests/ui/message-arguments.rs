//! Arguments.

#[mesh::message(loud)]
#[derive(Debug)]
pub struct Greet {
    name: String,
}
