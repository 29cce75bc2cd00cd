//! A document that is not there.

use mesh::CallContext;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Guest;
type Call = CallContext<Guest>;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct No;

#[mesh::service(contract = "contracts/Nowhere.json")]
pub trait Greeter {
    async fn greet(&self, context: &Call, request: String) -> Result<String, No>;
}
