//! An event for a workflow that does not wait for it.

use mesh::workflow::{Event, Handle, Steps};

pub struct Order;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Approved;

impl Event for Approved {
    const TYPE: &'static str = "approved";
}

#[mesh::workflow]
impl Order {
    async fn run(&self, input: u32, steps: &Steps) -> Result<u32, String> {
        let _ = steps;
        Ok(input)
    }
}

pub async fn approve(order: &Handle<Order>) {
    drop(order.send_event::<Approved>(&Approved).await);
}
