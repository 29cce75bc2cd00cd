//! An argument that is given twice.

#[mesh::durable(service = Counting, service = Counting)]
pub struct Counter;
