//! The contract as it once was.

use serde::{Deserialize, Serialize};

use crate::calls::Never;
use crate::case::Call;

/// A guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// By this name.
    pub name: String,
}

/// What a host does.
#[mesh::service]
pub trait Host {
    /// Takes a guest in and says who came.
    async fn welcome(&self, context: &Call, guest: Guest) -> Result<Guest, Never>;
    /// Says how many may come.
    async fn seats(&self, context: &Call, request: ()) -> Result<u32, Never>;
}
