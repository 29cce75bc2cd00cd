//! A run that is not async.

use mesh::workflow::{Event, Steps};

pub struct Order;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Approved;

impl Event for Approved {
    const TYPE: &'static str = "approved";
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Failed;

#[mesh::workflow]
impl Order {
    fn run(&self, input: u32, steps: &Steps) -> Result<u32, Failed> {
        Ok(input)
    }
}
