//! Answers of models that are kept to be given again.

use async_trait::async_trait;
use ids::TenantId;

use super::StoreError;

/// The largest value that is taken, in bytes.
pub const LARGEST_ANSWER: usize = 24 * 1024 * 1024;
/// The most that one [`AnswerCache::forget_some`] removes.
pub const MOST_ANSWERS_FORGOTTEN: u32 = 500;

/// A cache of answers, each tenant's apart from every other's. It may have lost what it took, and may be a minute behind:
/// what is not found is asked again.
#[async_trait(?Send)]
pub trait AnswerCache {
    /// What is kept under a name.
    ///
    /// # Errors
    /// [`StoreError`], here and below, when the cache does not answer.
    async fn get(&self, tenant: TenantId, name: &str) -> Result<Option<Vec<u8>>, StoreError>;
    /// Keeps a value for some time, a minute at least. Of two under one name either stays.
    async fn put(&self, tenant: TenantId, name: &str, ttl_s: u64, value: Vec<u8>) -> Result<(), StoreError>;
    /// Removes some of what is kept for a tenant, up to [`MOST_ANSWERS_FORGOTTEN`]; says how many. Ask again until there
    /// are none.
    async fn forget_some(&self, tenant: TenantId) -> Result<u32, StoreError>;
}
