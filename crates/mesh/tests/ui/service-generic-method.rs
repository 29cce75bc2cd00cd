//! A method with parameters of its own.

use mesh::CallContext;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Guest;
type Call = CallContext<Guest>;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct No;

#[mesh::service]
pub trait Greeter {
    async fn greet<T>(&self, context: &Call, request: T) -> Result<String, No>;
}
