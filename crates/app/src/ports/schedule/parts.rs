//! In how many objects a tenant's jobs are. Only the first of them keeps this.

use contracts::Timestamp;

use crate::ports::StoreError;

/// What a tenant's first object knows of the others. Synchronous as [`ScheduleStore`](super::ScheduleStore) is.
pub trait PartStore {
    /// The last object that jobs were sent to; 0 while there is only this one.
    ///
    /// # Errors
    /// [`StoreError`] from this and every method, when the store fails.
    fn last_part(&self) -> Result<u16, StoreError>;
    /// Keeps that jobs are sent to `part`, and where a key's job is asked for from now on: there, until its answer says
    /// that it is full. Never goes back to an earlier object.
    fn send_to_part(&self, part: u16, key: Option<&str>, now: Timestamp) -> Result<(), StoreError>;
    /// To which object the key's job was sent. Forgotten with the keys themselves.
    fn sent_to(&self, key: &str) -> Result<Option<u16>, StoreError>;
}
