//! A method for tenants, called with the context of a service.

use mesh::{CallContext, Transport};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Tenant;
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Machine;
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct No;

#[mesh::service]
pub trait Greeter {
    async fn greet(&self, context: &CallContext<Tenant>, request: String) -> Result<String, No>;
}

pub async fn call(client: &GreeterClient<impl Transport>, context: &CallContext<Machine>) {
    drop(client.greet(context, String::new()).await);
}
