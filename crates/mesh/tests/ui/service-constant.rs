//! Something else than methods.

use mesh::CallContext;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Guest;
type Call = CallContext<Guest>;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct No;

#[mesh::service]
pub trait Greeter {
    const LIMIT: u32;
    type Reply;
    async fn greet(&self, context: &Call, request: String) -> Result<String, No>;
}
