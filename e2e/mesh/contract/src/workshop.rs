//! A service that Rust and TypeScript both implement and both call.

use mesh::{ByteStream, Bytes};

use crate::visitor::Call;

/// Values whose neighbors are easily taken for them.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// Past what JavaScript's numbers can say.
    pub largest: u64,
    /// The same below zero.
    pub smallest: i64,
    /// No integer.
    pub fraction: f64,
    /// A small integer.
    pub count: u32,
    /// Text of more than one byte a character.
    pub text: String,
    /// A byte string, not a list of numbers.
    pub bytes: Bytes,
    /// Given or not.
    #[serde(default)]
    pub maybe: Option<u32>,
    /// Every form of a variant.
    pub shapes: Vec<Shape>,
}

/// Every form of a variant.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
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

/// Why [`Workshop::refuse`] says no.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
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

/// A file.
#[mesh::message]
#[derive(Debug)]
pub struct File {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub content: ByteStream,
}

/// Of a method that does not refuse.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Never {}

/// What can be had in either language.
#[mesh::service(contract = "Workshop.json")]
pub trait Workshop {
    /// Gives back what it got.
    #[mesh(idempotent)]
    async fn echo(&self, context: &Call, values: Values) -> Result<Values, Never>;
    /// Refuses in its own words.
    async fn refuse(&self, context: &Call, reason: String) -> Result<(), RefuseError>;
    /// Gives back a file with its letters made large.
    async fn shout(&self, context: &Call, file: File) -> Result<File, Never>;
    /// Says for whom it is called, and how deep in calls.
    async fn visitor(&self, context: &Call, request: ()) -> Result<String, Never>;
}
