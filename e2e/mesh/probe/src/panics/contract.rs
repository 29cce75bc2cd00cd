//! What may be asked of the callee.

use serde::{Deserialize, Serialize};

use crate::calls::Never;
use crate::case::Call;

/// How a method ends badly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strike {
    /// Before it waits for anything.
    AtOnce,
    /// After it waited.
    Later,
    /// In another Worker that it calls.
    Nested,
    /// While it holds a cell that others want.
    Borrowing,
    /// By an exception of JavaScript's that nobody catches.
    Exception,
    /// By a trap, which no code can catch.
    Trap,
}

/// Where a method ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The isolate, by a mark on its global object.
    pub isolate: u32,
    /// How many calls this Wasm instance has counted in its memory.
    pub counted: u32,
    /// Bytes of the instance's memory.
    pub memory: u32,
    /// Whether the module was compiled so that panics unwind.
    pub unwinds: bool,
}

/// Methods that break down.
#[mesh::service]
pub trait Panics {
    /// Breaks down as asked.
    async fn strike(&self, context: &Call, request: Strike) -> Result<(), Never>;
    /// Counts, and says where.
    async fn count(&self, context: &Call, request: ()) -> Result<Seen, Never>;
    /// Waits for so many milliseconds, then counts.
    async fn linger(&self, context: &Call, request: u32) -> Result<Seen, Never>;
}
