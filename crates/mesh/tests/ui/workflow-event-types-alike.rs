//! Two events that the platform could not tell apart.

use mesh::workflow::{Event, Steps};

pub struct Order;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Approved;

impl Event for Approved {
    const TYPE: &'static str = "decided";
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Declined;

impl Event for Declined {
    const TYPE: &'static str = "decided";
}

#[mesh::workflow(events(Approved, Declined))]
impl Order {
    async fn run(&self, input: u32, steps: &Steps) -> Result<u32, String> {
        let _ = steps;
        Ok(input)
    }
}

pub const EVENTS: &[&str] = <Order as mesh::workflow::Definition>::EVENTS;
