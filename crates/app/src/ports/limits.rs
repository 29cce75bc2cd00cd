//! The counts behind a tenant's limits.

use domain::rate::Bucket;

use super::StoreError;

/// Buckets and counts in the database of the tenant's own object: it answers at once.
pub trait LimitStore {
    /// What a bucket had when it was last written; none where it never was.
    ///
    /// # Errors
    /// [`StoreError`], here and below, when the database fails.
    fn bucket(&self, name: &str) -> Result<Option<Bucket>, StoreError>;
    /// Events counted in a period.
    fn counted(&self, period: &str) -> Result<u64, StoreError>;
    /// Writes buckets and counts, all or nothing.
    fn write(&self, buckets: &[(&str, Bucket)], counts: &[(&str, u64)]) -> Result<(), StoreError>;
    /// Forgets buckets that were written before a time and counts of periods that sort before `period`.
    fn forget(&self, before_ms: u64, period: &str) -> Result<(), StoreError>;
}
