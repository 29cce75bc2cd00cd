//! KV as a cache of texts.

use app::ports::StoreError;
use async_trait::async_trait;
use worker::KvStore;

use super::cached::{CACHED_MS, TextCache};

/// The shortest life that KV gives an entry is 60 s.
const EXPIRATION_S: u64 = CACHED_MS.div_ceil(1000);
/// How long KV may keep a copy at the edge. The least it takes: a copy too old to be used is then soon gone.
const EDGE_COPY_S: u64 = 30;

/// A KV namespace.
#[derive(Debug, Clone)]
pub struct KvCache {
    namespace: KvStore,
    name: &'static str,
}

impl KvCache {
    /// Over a binding; `name` is the binding's, for errors.
    #[must_use]
    pub fn new(namespace: KvStore, name: &'static str) -> Self {
        Self { namespace, name }
    }
}

#[async_trait(?Send)]
impl TextCache for KvCache {
    async fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        let read = self.namespace.get(key).cache_ttl(EDGE_COPY_S).text().await;
        read.map_err(|error| StoreError::new(self.name, error))
    }

    async fn put(&self, key: &str, text: String) -> Result<(), StoreError> {
        let failed = |error| StoreError::new(self.name, error);
        let put = self.namespace.put(key, text).map_err(failed)?;
        put.expiration_ttl(EXPIRATION_S).execute().await.map_err(failed)
    }
}
