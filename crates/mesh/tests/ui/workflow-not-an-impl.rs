//! The attribute on the type.

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
pub struct Other;
