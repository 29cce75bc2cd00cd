//! A class that JavaScript could not name.

#[mesh::durable(service = Counting, class = "My Counter")]
pub struct Counter;
