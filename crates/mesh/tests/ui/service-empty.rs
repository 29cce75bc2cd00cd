//! A service without a method.

use mesh::CallContext;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Guest;
type Call = CallContext<Guest>;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct No;

#[mesh::service]
pub trait Greeter {}
