//! Raw bytes, kept for good.

use async_trait::async_trait;

use super::StoreError;

/// An object store. Keys come from [`object_key`], which puts the tenant first.
#[async_trait(?Send)]
pub trait Archive {
    /// Stores an object, or overwrites it with the same bytes: keys contain the content's hash.
    async fn put(&self, key: &str, media_type: &str, body: Vec<u8>) -> Result<(), StoreError>;
    /// Reads one; none when there is no such object.
    async fn get(&self, key: &str) -> Result<Option<ArchivedObject>, StoreError>;
}

/// An archived object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedObject {
    /// As stored.
    pub media_type: String,
    /// Byte for byte.
    pub body: Vec<u8>,
}
