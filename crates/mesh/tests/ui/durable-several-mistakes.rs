//! Everything at once: one compilation tells it all.

#[mesh::durable(service = "Counting", class = 5, storage = 1, storage = 2)]
pub struct Counter<T>(T);
