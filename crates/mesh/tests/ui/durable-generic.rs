//! An object with parameters of its own.

#[mesh::durable(service = Counting)]
pub struct Counter<T>(T);
