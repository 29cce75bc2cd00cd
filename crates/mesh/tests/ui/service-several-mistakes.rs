//! Everything at once: one compilation tells it all.

use mesh::CallContext;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Guest;
type Call = CallContext<Guest>;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct No;

#[mesh::service]
pub trait Greeter<T>: Clone {
    const LIMIT: u32;
    fn alarm<U>(&mut self, request: &str) -> String {
        String::new()
    }
    #[mesh(loud)]
    async fn greet(&self, context: &Call, request: String);
}
