//! Caches in front of a control store, so that a request costs no read of D1, and mostly none at all.
//!
//! There are two: what this isolate has seen ([`IsolateCache`]), and what any near it has (KV, as a [`TextCache`]).
//!
//! **What is cached may be a minute old, never older.** So a revoked key, a suspended tenant, a disabled endpoint and
//! a rotated secret take effect within [`CACHED_MS`]. Each entry carries the time at which D1 was read and is judged by
//! it, because a cache's own expiry is not enough: KV may serve an entry from the edge beyond the time it was given.
//!
//! What is *not* there is not cached: a key or endpoint works from the moment it is made. Requests with made-up keys
//! therefore do reach D1; an API key's checksum and rate limits keep them few.
//!
//! Webhook secrets are cached like the rest, since each webhook needs its own. KV encrypts at rest as D1 does, the
//! namespace is bound to the gateway alone, and entries go after a minute. A cache that fails is passed over.

use app::ports::{Clock, ControlStore, ENDPOINT_FRESH_MS, Heartbeat, StoreError, StoredEndpoint, StoredKey};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EndpointId, KeyId, TenantId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::isolate::IsolateCache;
use super::row::{EndpointRow, KeyRow};

/// How old, in milliseconds, what is cached may be.
pub const CACHED_MS: u64 = 60_000;

/// A store of texts that forgets them after about [`CACHED_MS`]; later is harmless.
#[async_trait(?Send)]
pub trait TextCache {
    /// The text under a key.
    ///
    /// # Errors
    /// When the cache does not answer.
    async fn get(&self, key: &str) -> Result<Option<String>, StoreError>;

    /// Stores a text under a key.
    ///
    /// # Errors
    /// When the cache does not answer.
    async fn put(&self, key: &str, text: String) -> Result<(), StoreError>;
}

/// A control store behind caches.
#[derive(Debug, Clone)]
pub struct CachedControl<S, C, T> {
    store: S,
    isolate: IsolateCache,
    cache: C,
    clock: T,
    kept_ms: u64,
}

impl<S, C, T> CachedControl<S, C, T> {
    /// Puts `cache` before `store`, and a memory of its own before that: make one and keep it, or say with
    /// [`CachedControl::remembering`] where the memory is that outlives a request.
    #[must_use]
    pub fn new(store: S, cache: C, clock: T) -> Self {
        Self { store, isolate: IsolateCache::default(), cache, clock, kept_ms: CACHED_MS }
    }

    /// What is cached may be at most `kept_ms` old, and never more than [`CACHED_MS`].
    #[must_use]
    pub fn kept_for(self, kept_ms: u64) -> Self {
        Self { kept_ms: kept_ms.min(CACHED_MS), ..self }
    }

    /// With the isolate's memory. A Worker keeps one in a `thread_local`.
    #[must_use]
    pub fn remembering(self, isolate: IsolateCache) -> Self {
        Self { isolate, ..self }
    }
}

/// What is cached: a row, and when it was read.
#[derive(Serialize, Deserialize)]
struct Entry<R> {
    read_at: Timestamp,
    row: R,
}

impl<S, C: TextCache, T: Clock> CachedControl<S, C, T> {
    /// The row under `key`, from the nearest cache that has a fresh one.
    async fn cached<R: DeserializeOwned>(&self, key: &str, most_ms: u64) -> Option<R> {
        if let Some(row) = self.isolate.get(key).and_then(|text| self.fresh(&text, most_ms)) {
            return Some(row);
        }
        let text = match self.cache.get(key).await {
            Ok(text) => text?,
            Err(error) => {
                tracing::warn!(event = "control.cache_unavailable", error = %error, "the cache was passed over");
                return None;
            }
        };
        let row = self.fresh(&text, most_ms)?;
        self.isolate.put(key, text);
        Some(row)
    }

    /// The row of an entry, unless it is too old, or of a shape that another version of this code wrote.
    fn fresh<R: DeserializeOwned>(&self, text: &str, most_ms: u64) -> Option<R> {
        let entry: Entry<R> = serde_json::from_str(text).ok()?;
        // Either way: what was read in the future was read by a clock that is wrong.
        let age = self.clock.now().unix_ms().abs_diff(entry.read_at.unix_ms());
        (age < most_ms).then_some(entry.row)
    }

    /// Caches what was asked for at `read_at`.
    async fn remember<R: Serialize>(&self, key: &str, read_at: Timestamp, row: R) {
        let entry = serde_json::json!(Entry { read_at, row }).to_string();
        self.isolate.put(key, entry.clone());
        if let Err(error) = self.cache.put(key, entry).await {
            tracing::warn!(event = "control.cache_unavailable", error = %error, "nothing was cached");
        }
    }
}

#[async_trait(?Send)]
impl<S: ControlStore, C: TextCache, T: Clock> ControlStore for CachedControl<S, C, T> {
    async fn key_by_prefix(&self, prefix: &str) -> Result<Option<StoredKey>, StoreError> {
        let cache_key = format!("key:{prefix}");
        if let Some(row) = self.cached::<KeyRow>(&cache_key, self.kept_ms).await
            && let Ok(key) = row.try_into()
        {
            return Ok(Some(key));
        }
        // Before the read: what changes while it is under way must not count as seen.
        let read_at = self.clock.now();
        let found = self.store.key_by_prefix(prefix).await?;
        if let Some(key) = &found {
            self.remember(&cache_key, read_at, KeyRow::from(key)).await;
        }
        Ok(found)
    }

    async fn endpoint(&self, endpoint_id: EndpointId) -> Result<Option<StoredEndpoint>, StoreError> {
        self.endpoint_not_older(endpoint_id, self.kept_ms).await
    }

    async fn fresh_endpoint(&self, endpoint_id: EndpointId) -> Result<Option<StoredEndpoint>, StoreError> {
        self.endpoint_not_older(endpoint_id, ENDPOINT_FRESH_MS.min(self.kept_ms)).await
    }

    async fn touch_key(&self, tenant: TenantId, key_id: KeyId, at: Timestamp) -> Result<(), StoreError> {
        self.store.touch_key(tenant, key_id, at).await
    }

    async fn put_heartbeat(&self, heartbeat: &Heartbeat) -> Result<(), StoreError> {
        self.store.put_heartbeat(heartbeat).await
    }

    async fn heartbeat(&self, service: &str) -> Result<Option<Heartbeat>, StoreError> {
        self.store.heartbeat(service).await
    }
}

impl<S: ControlStore, C: TextCache, T: Clock> CachedControl<S, C, T> {
    async fn endpoint_not_older(
        &self,
        endpoint_id: EndpointId,
        most_ms: u64,
    ) -> Result<Option<StoredEndpoint>, StoreError> {
        let cache_key = format!("endpoint:{endpoint_id}");
        if let Some(row) = self.cached::<EndpointRow>(&cache_key, most_ms).await
            && let Ok(endpoint) = row.try_into()
        {
            return Ok(Some(endpoint));
        }
        let read_at = self.clock.now();
        let found = self.store.endpoint(endpoint_id).await?;
        if let Some(endpoint) = &found {
            self.remember(&cache_key, read_at, EndpointRow::from(endpoint)).await;
        }
        Ok(found)
    }
}
