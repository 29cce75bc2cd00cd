//! A struct that answers its service's calls and is no object yet.

use mesh::CallContext;

#[mesh::service]
pub trait Counter {
    async fn add(&self, context: &CallContext<String>, amount: u32) -> Result<u32, String>;
}

#[mesh::durable(service = Counter)]
pub struct CounterObject;

#[async_trait::async_trait(?Send)]
impl Counter for CounterObject {
    async fn add(&self, _: &CallContext<String>, amount: u32) -> Result<u32, String> {
        Ok(amount)
    }
}
