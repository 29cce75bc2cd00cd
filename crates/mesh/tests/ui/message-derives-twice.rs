//! serde derived by hand as well.

#[mesh::message]
#[derive(Debug, serde::Serialize)]
pub struct Greet {
    name: String,
}
