//! A mark that does not exist.

use mesh::CallContext;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Guest;
type Call = CallContext<Guest>;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct No;

#[mesh::service]
pub trait Greeter {
    #[mesh(retry)]
    async fn greet(&self, context: &Call, request: String) -> Result<String, No>;
    #[mesh(idempotent = true)]
    async fn nod(&self, context: &Call, request: String) -> Result<String, No>;
}
