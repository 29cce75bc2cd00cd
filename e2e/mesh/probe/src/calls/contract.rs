//! What may be asked of the callee.

use mesh::Bytes;
use serde::{Deserialize, Serialize};

use crate::case::Call;

/// Values whose neighbors are easily taken for them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Values {
    /// Past what JavaScript's numbers can say.
    pub largest: u64,
    /// The same below zero.
    pub smallest: i64,
    /// No integer.
    pub fraction: f64,
    /// Text of more than one byte a character.
    pub text: String,
    /// A byte string, not a list of numbers.
    pub bytes: Bytes,
    /// Given or not.
    pub maybe: Option<u32>,
    /// Every form of a variant.
    pub shapes: Vec<Shape>,
}

/// Every form of a variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// No content.
    Point,
    /// One value.
    Circle(u32),
    /// Named values.
    Box {
        /// Across.
        width: u16,
        /// Down.
        height: u16,
    },
}

/// Why [`Calls::refuse`] says no.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum RefuseError {
    /// As asked.
    #[error("refused as asked: {reason}")]
    Asked {
        /// What the caller gave as the reason.
        reason: String,
        /// A number past what JavaScript's can say.
        code: u64,
    },
}

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

/// Of a method that does not refuse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub enum Never {}

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
