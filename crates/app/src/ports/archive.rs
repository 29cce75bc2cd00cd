//! Raw bytes and the archive's files, in an object store.

use async_trait::async_trait;
use contracts::Timestamp;

use super::StoreError;

/// The most keys that one [`Archive::delete`] takes, and the most that one [`Archive::list`] gives.
pub const MOST_OBJECTS: u32 = 1_000;

/// An object store. Every key begins with, or is partitioned by, the tenant.
#[async_trait(?Send)]
pub trait Archive {
    /// Stores an object, or overwrites it: keys of raw bytes contain the content's hash.
    async fn put(&self, key: &str, media_type: &str, body: Vec<u8>) -> Result<(), StoreError>;
    /// Stores an object if what is there under its key is what the caller has seen, and says whether it did.
    async fn put_if(
        &self,
        key: &str,
        media_type: &str,
        body: Vec<u8>,
        seen: Option<&ObjectVersion>,
    ) -> Result<bool, StoreError>;
    /// Reads one; none when there is no such object.
    async fn get(&self, key: &str) -> Result<Option<ArchivedObject>, StoreError>;
    /// What is there under a key, without its body.
    async fn version(&self, key: &str) -> Result<Option<ObjectVersion>, StoreError>;
    /// Deletes objects, at most [`MOST_OBJECTS`]. What is not there is no error.
    async fn delete(&self, keys: &[String]) -> Result<(), StoreError>;
    /// Objects whose key begins so, in the order of their keys and behind `after`; at most `limit`, up to
    /// [`MOST_OBJECTS`].
    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ListedObject>, StoreError>;
}

/// An archived object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedObject {
    /// As stored.
    pub media_type: String,
    /// Byte for byte.
    pub body: Vec<u8>,
}

/// One state of an object: another body has another version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectVersion(pub String);

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// Its key.
    pub key: String,
    /// When it was stored.
    pub stored_at: Timestamp,
}
