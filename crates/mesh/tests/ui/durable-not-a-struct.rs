//! The attribute on an enum.

#[mesh::durable(service = Counting)]
pub enum Counter {
    Zero,
}
