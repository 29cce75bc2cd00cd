//! Arguments that are none.

#[mesh::durable(Counting)]
pub struct Counter;
