//! The attribute on a function.

#[mesh::message]
pub fn greet() {}
