//! The log of a tenant's live feed.

use contracts::Timestamp;
use contracts::pipeline::live::{NewEntry, TicketHolder};
use ids::EventId;

use super::StoreError;

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEntry {
    /// Counts up from 1.
    pub seq: u64,
    /// When it came.
    pub at: Timestamp,
    /// What it says.
    pub entry: NewEntry,
}

/// What the log has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveBounds {
    /// A word that a log which was lost and begun again does not share with the one before.
    pub epoch: String,
    /// The oldest entry that is there; one past the newest where there is none.
    pub oldest: u64,
    /// The newest entry that ever came; 0 before the first.
    pub newest: u64,
}

/// A bounded log in the database of the feed's own object: it answers at once.
pub trait LiveStore {
    /// Adds entries whose keys are new; how many.
    ///
    /// # Errors
    /// [`StoreError`], here and below, when the database fails.
    fn append(&self, entries: &[NewEntry], at: Timestamp) -> Result<u32, StoreError>;
    /// The entries after `seq`, oldest first.
    fn after(&self, seq: u64, limit: u32) -> Result<Vec<LiveEntry>, StoreError>;
    /// What the log has. `epoch` names one that is new.
    fn bounds(&self, epoch: &str) -> Result<LiveBounds, StoreError>;
    /// Forgets entries from before a time, and the oldest beyond so many.
    fn prune(&self, before: Timestamp, most: u32) -> Result<(), StoreError>;
    /// How many entries tell of these events, or how many there are.
    fn count(&self, event_ids: Option<&[EventId]>) -> Result<u32, StoreError>;
    /// Forgets those; without events all entries, and all tickets. How many entries there were. Numbers are not given
    /// again.
    fn forget(&self, event_ids: Option<&[EventId]>) -> Result<u32, StoreError>;
    /// Keeps a ticket by the hash of its secret.
    fn put_ticket(&self, hash: &str, holder: &TicketHolder, expires_at: Timestamp) -> Result<(), StoreError>;
    /// Takes a ticket that has not expired, and forgets those that have.
    fn take_ticket(&self, hash: &str, now: Timestamp) -> Result<Option<TicketHolder>, StoreError>;
}
