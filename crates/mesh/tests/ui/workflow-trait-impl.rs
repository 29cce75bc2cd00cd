//! The attribute on the implementation of a trait.

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
impl Clone for Order {
    fn clone(&self) -> Self {
        Self
    }
}
