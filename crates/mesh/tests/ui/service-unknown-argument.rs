//! An argument that the attribute does not take.

use mesh::CallContext;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Guest;
type Call = CallContext<Guest>;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct No;

#[mesh::service(retries = 3)]
pub trait Greeter {
    async fn greet(&self, context: &Call, request: String) -> Result<String, No>;
}
