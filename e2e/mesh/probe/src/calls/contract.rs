//! What may be asked of the callee.

pub use mesh_probe_contract::{Never, RefuseError, Values};
use serde::{Deserialize, Serialize};

use crate::case::Call;

/// What to do after the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linger {
    /// What to log.
    pub line: String,
    /// After how many milliseconds.
    pub delay_ms: u64,
    /// Whether the platform is told about it.
    pub told: bool,
}

/// What crosses a call.
#[mesh::service]
pub trait Calls {
    /// Gives back what it got.
    async fn echo(&self, context: &Call, request: Values) -> Result<Values, Never>;
    /// Refuses in its own words.
    async fn refuse(&self, context: &Call, reason: String) -> Result<(), RefuseError>;
    /// Says which Worker answers, from its variables.
    async fn who(&self, context: &Call, request: ()) -> Result<String, Never>;
    /// Answers at once and logs a line later.
    async fn linger(&self, context: &Call, request: Linger) -> Result<(), Never>;
}
