//! A service that is not the path of a trait.

#[mesh::durable(service = "Counting")]
pub struct Counter;
