//! An object without a service.

#[mesh::durable]
pub struct Counter;
