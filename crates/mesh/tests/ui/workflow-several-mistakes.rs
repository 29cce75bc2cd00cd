//! Everything at once: one compilation tells it all.

use mesh::workflow::{Event, Steps};

pub struct Order;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Approved;

impl Event for Approved {
    const TYPE: &'static str = "approved";
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Failed;

#[mesh::workflow(loud)]
impl Order {
    fn run<T>(&mut self, input: &T) -> u32 {
        1
    }
}
