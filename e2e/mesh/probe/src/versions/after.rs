//! The same contract after changes of every kind.

use serde::{Deserialize, Serialize};

use crate::calls::Never;
use crate::case::Call;

/// A guest, now with a party: a change that either side can meet the other with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// By this name.
    pub name: String,
    /// How many come along.
    #[serde(default)]
    pub party: u32,
}

/// What a host does.
#[mesh::service]
pub trait Host {
    /// Takes a guest in and says who came.
    async fn welcome(&self, context: &Call, guest: Guest) -> Result<Guest, Never>;
    /// Says how many may come: a word where there was a number, which no older caller can read.
    async fn seats(&self, context: &Call, request: ()) -> Result<String, Never>;
    /// Sees a guest off: older hosts cannot.
    async fn farewell(&self, context: &Call, guest: Guest) -> Result<(), Never>;
}
