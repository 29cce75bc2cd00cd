//! An argument that the attribute does not take.

#[mesh::durable(service = Counting, storage = "kv")]
pub struct Counter;
