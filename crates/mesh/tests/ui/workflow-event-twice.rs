//! An event that is named twice.

use mesh::workflow::{Event, Steps};

pub struct Order;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Approved;

impl Event for Approved {
    const TYPE: &'static str = "approved";
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Failed;

#[mesh::workflow(events(Approved, Approved))]
impl Order {
    async fn run(&self, input: u32, steps: &Steps) -> Result<u32, Failed> {
        Ok(input)
    }
}
