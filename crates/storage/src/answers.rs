//! Kept answers of models in KV, under names that begin with their tenant.

use app::ports::{AnswerCache, MOST_ANSWERS_FORGOTTEN, StoreError};
use async_trait::async_trait;
use ids::TenantId;
use worker::KvStore;

/// How long KV may keep a copy at the edge, also of the news that there is nothing: the least it takes, in seconds.
const EDGE_COPY_S: u64 = 30;
/// The shortest life that KV gives an entry, in seconds.
const SHORTEST_TTL_S: u64 = 60;

/// [`AnswerCache`] over a KV namespace.
#[derive(Debug, Clone)]
pub struct KvAnswers {
    namespace: KvStore,
    name: &'static str,
}

impl KvAnswers {
    /// Over a binding; `name` is the binding's, for errors.
    #[must_use]
    pub fn new(namespace: KvStore, name: &'static str) -> Self {
        Self { namespace, name }
    }

    fn failed(&self, error: impl std::fmt::Display) -> StoreError {
        StoreError::new(self.name, error)
    }
}

#[async_trait(?Send)]
impl AnswerCache for KvAnswers {
    async fn get(&self, tenant: TenantId, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let read = self.namespace.get(&key(tenant, name)).cache_ttl(EDGE_COPY_S).bytes().await;
        read.map_err(|error| self.failed(error))
    }

    async fn put(&self, tenant: TenantId, name: &str, ttl_s: u64, value: Vec<u8>) -> Result<(), StoreError> {
        let put = self.namespace.put_bytes(&key(tenant, name), &value).map_err(|error| self.failed(error))?;
        let put = put.expiration_ttl(ttl_s.max(SHORTEST_TTL_S)).execute().await;
        put.map_err(|error| self.failed(error))
    }

    async fn forget_some(&self, tenant: TenantId) -> Result<u32, StoreError> {
        let list = self.namespace.list().prefix(key(tenant, "")).limit(MOST_ANSWERS_FORGOTTEN.into());
        let listed = list.execute().await.map_err(|error| self.failed(error))?;
        for entry in &listed.keys {
            self.namespace.delete(&entry.name).await.map_err(|error| self.failed(error))?;
        }
        Ok(listed.keys.len() as u32)
    }
}

fn key(tenant: TenantId, name: &str) -> String {
    format!("{tenant}/{name}")
}
