//! What the guestbook's Workers may ask of each other. Both sides are built from this crate, each at its own time.

use mesh::TenantScoped;

/// On whose behalf a call is made: what whoever let the caller in knows about them.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// The house whose guestbook it is. Houses share nothing.
    pub house: String,
    /// Who is at the book.
    pub guest: String,
}

impl TenantScoped for Visitor {
    fn tenant_key(&self) -> String {
        self.house.clone()
    }
}

/// The context of every call here.
pub type Call = mesh::CallContext<Visitor>;

/// An entry of a guestbook.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Counts up from 1 in each house.
    pub number: u64,
    /// Who wrote it.
    pub guest: String,
    /// What they wrote.
    pub text: String,
}

/// Something to write into the book.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// From 1 to 280 characters.
    pub text: String,
}

/// Why an entry is not taken.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum SignError {
    /// The text is empty, or too long.
    #[error("an entry has 1 to 280 characters, and this one has {length}")]
    BadLength {
        /// How many characters it has.
        length: u64,
    },
    /// The book cannot be written right now.
    #[error("the book is closed: {reason}")]
    Closed {
        /// Why; for operators.
        reason: String,
    },
}

/// Why an approval is not taken.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ApproveError {
    /// There is no entry of this number, or it is not waiting any more.
    #[error("no entry waits under the number {number}")]
    NothingWaits {
        /// The number asked for.
        number: u64,
    },
    /// The book cannot be reached right now.
    #[error("the book is closed: {reason}")]
    Closed {
        /// Why; for operators.
        reason: String,
    },
}

/// Why the book cannot be read right now; for operators.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the book is closed: {0}")]
pub struct Closed(pub String);

/// The guestbook of a house.
#[mesh::service(contract = "Guestbook.json")]
pub trait Guestbook {
    /// Writes an entry. It is on view once the house has approved it.
    async fn sign(&self, context: &Call, request: Sign) -> Result<Entry, SignError>;
    /// Has an entry put on view.
    #[mesh(idempotent)]
    async fn approve(&self, context: &Call, number: u64) -> Result<(), ApproveError>;
    /// The entries on view, oldest first.
    #[mesh(idempotent)]
    async fn entries(&self, context: &Call, request: ()) -> Result<Vec<Entry>, Closed>;
}
