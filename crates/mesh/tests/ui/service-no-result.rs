//! Methods that return something else than a Result of two types.

use mesh::CallContext;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Guest;
type Call = CallContext<Guest>;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct No;

#[mesh::service]
pub trait Greeter {
    async fn nothing(&self, context: &Call, request: String);
    async fn bare(&self, context: &Call, request: String) -> String;
    async fn half(&self, context: &Call, request: String) -> std::io::Result<String>;
}
