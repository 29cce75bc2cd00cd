//! What a notebook can be asked.

use mesh::Bytes;
use mesh::durable::StorageError;
use serde::{Deserialize, Serialize};

use crate::case::Call;

/// A tenant's notes.
#[mesh::service]
pub trait Notes {
    /// Adds a note; how many there are then.
    async fn write(&self, context: &Call, text: String) -> Result<u32, NotesError>;
    /// Adds two notes, or none where it is to fail in between.
    async fn write_both(&self, context: &Call, request: Both) -> Result<u32, NotesError>;
    /// All notes, oldest first.
    async fn read(&self, context: &Call, request: ()) -> Result<Vec<String>, NotesError>;
    /// Sends values through the database.
    async fn store(&self, context: &Call, values: Stored) -> Result<Stored, NotesError>;
    /// Binds an integer that the platform could not keep.
    async fn store_too_much(&self, context: &Call, number: i64) -> Result<(), NotesError>;
    /// Sets the alarm, whose handler fails so often.
    async fn ring(&self, context: &Call, request: Ring) -> Result<(), NotesError>;
    /// The alarms that went off: how often each had failed before.
    async fn rings(&self, context: &Call, request: ()) -> Result<Vec<u32>, NotesError>;
    /// The time that the alarm is set to.
    async fn next_ring(&self, context: &Call, request: ()) -> Result<Option<u64>, NotesError>;
    /// A number that another memory of the same object would not have.
    async fn memory(&self, context: &Call, request: ()) -> Result<u64, NotesError>;
    /// Sends a text to every socket with a tag; how many there were.
    async fn tell(&self, context: &Call, request: Tell) -> Result<u32, NotesError>;
}

/// Two notes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Both {
    /// The notes.
    pub texts: (String, String),
    /// Whether to fail between the two.
    pub fail: bool,
}

/// A value of each kind.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// Within 2^53.
    pub integer: i64,
    /// Not whole.
    pub real: f64,
    /// Stored as 0 or 1.
    pub flag: bool,
    /// Text.
    pub text: String,
    /// A blob.
    pub bytes: Bytes,
    /// NULL, or not.
    pub maybe: Option<u32>,
}

/// When, and how often to fail.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ring {
    /// Milliseconds from now.
    pub in_ms: u64,
    /// How often the handler fails before it succeeds.
    pub failing: u32,
}

/// What to tell whom.
#[derive(Debug, Serialize, Deserialize)]
pub struct Tell {
    /// The sockets' tag.
    pub tag: String,
    /// The message.
    pub text: String,
}

/// Asks for a socket.
#[derive(Debug, Serialize, Deserialize)]
pub struct Watch {
    /// The socket's tag. None is refused.
    pub tag: Option<String>,
}

/// A notebook says no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct NotesError(pub String);

impl From<StorageError> for NotesError {
    fn from(error: StorageError) -> Self {
        Self(error.to_string())
    }
}

impl From<mesh::durable::SocketError> for NotesError {
    fn from(error: mesh::durable::SocketError) -> Self {
        Self(error.to_string())
    }
}
