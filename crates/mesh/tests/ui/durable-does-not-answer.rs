//! An object that does not implement its service.

use mesh::CallContext;
use mesh::durable::{DurableObject, ObjectContext, StartError};

#[mesh::service]
pub trait Counter {
    async fn add(&self, context: &CallContext<String>, amount: u32) -> Result<u32, String>;
}

#[mesh::durable(service = Counter)]
pub struct CounterObject;

#[async_trait::async_trait(?Send)]
impl DurableObject for CounterObject {
    async fn start(_: ObjectContext) -> Result<Self, StartError> {
        Ok(Self)
    }
}
