//! What may be asked of the callee.

use serde::{Deserialize, Serialize};

use crate::calls::Never;
use crate::case::{Call, Visitor};

/// A context as the callee has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// On whose behalf.
    pub visitor: Visitor,
    /// The trace's id.
    pub trace_id: String,
    /// The time left when the method began.
    pub left_ms: u64,
    /// Under which key.
    pub key: Option<String>,
    /// Who calls.
    pub caller: String,
    /// How deep.
    pub hops: u32,
}

/// How long to take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// What the callee logs with its progress.
    pub name: String,
    /// Milliseconds.
    pub ms: u64,
}

/// What travels beside a request.
#[mesh::service]
pub trait Contexts {
    /// Says what came with the call.
    async fn describe(&self, context: &Call, request: ()) -> Result<Seen, Never>;
    /// Answers after a while. Logs `began`, then `finished`, or `given up` when its time is over before.
    async fn wait(&self, context: &Call, request: Wait) -> Result<(), Never>;
    /// Has another wait, and logs the like.
    async fn delegate(&self, context: &Call, request: Wait) -> Result<(), Never>;
    /// Calls itself over a binding, as long as it may, and says how deep that was and what ended it.
    async fn descend(&self, context: &Call, request: ()) -> Result<String, Never>;
}
