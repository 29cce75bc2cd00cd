//! A method with a name that the runtime needs.

use mesh::CallContext;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Guest;
type Call = CallContext<Guest>;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct No;

#[mesh::service]
pub trait Greeter {
    async fn fetch(&self, context: &Call, request: String) -> Result<String, No>;
    async fn r#then(&self, context: &Call, request: String) -> Result<String, No>;
}
