//! A run that is there in some builds only.

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
    #[cfg(debug_assertions)]
    async fn run(&self, input: u32, steps: &Steps) -> Result<u32, Failed> {
        Ok(input)
    }
}
