//! A service with parameters of its own.

use mesh::CallContext;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Guest;
type Call = CallContext<Guest>;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct No;

#[mesh::service]
pub trait Greeter<T> {
    async fn greet(&self, context: &Call, request: String) -> Result<String, No>;
}
