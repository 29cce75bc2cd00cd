//! Types that cannot travel.

use mesh::CallContext;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Guest;
type Call = CallContext<Guest>;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct No;

pub struct Question;
pub struct Answer;
pub struct Refusal;

#[mesh::service]
pub trait Greeter {
    async fn greet(&self, context: &Call, request: Question) -> Result<Answer, Refusal>;
}
