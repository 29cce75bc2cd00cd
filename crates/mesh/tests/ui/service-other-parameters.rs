//! Methods with too few, too many, or other parameters.

use mesh::CallContext;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Guest;
type Call = CallContext<Guest>;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct No;

#[mesh::service]
pub trait Greeter {
    async fn without_receiver(context: &Call, request: String) -> Result<String, No>;
    async fn with_exclusive_receiver(&mut self, context: &Call, request: String) -> Result<String, No>;
    async fn without_context(&self, request: String) -> Result<String, No>;
    async fn with_owned_context(&self, context: Call, request: String) -> Result<String, No>;
    async fn with_borrowed_request(&self, context: &Call, request: &str) -> Result<String, No>;
    async fn with_two_requests(&self, context: &Call, one: String, other: String) -> Result<String, No>;
}
