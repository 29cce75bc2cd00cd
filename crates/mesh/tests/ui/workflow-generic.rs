//! A workflow with parameters of its own.

use mesh::workflow::{Event, Steps};

pub struct Order;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Approved;

impl Event for Approved {
    const TYPE: &'static str = "approved";
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Failed;

pub struct Any<T>(T);

#[mesh::workflow]
impl<T> Any<T> {
    async fn run(&self, input: u32, steps: &Steps) -> Result<u32, Failed> {
        Ok(input)
    }
}
