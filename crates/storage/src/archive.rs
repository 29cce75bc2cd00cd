//! The archive over R2.

use app::ports::{Archive, ArchivedObject, StoreError};
use async_trait::async_trait;
use worker::{Bucket, HttpMetadata};

/// An R2 bucket. Reads see every finished write at once: R2 is strongly consistent.
#[derive(Debug, Clone)]
pub struct R2Archive {
    bucket: Bucket,
    name: &'static str,
}

impl R2Archive {
    /// Over a binding; `name` is the binding's, for errors.
    #[must_use]
    pub fn new(bucket: Bucket, name: &'static str) -> Self {
        Self { bucket, name }
    }
}

#[async_trait(?Send)]
impl Archive for R2Archive {
    async fn put(&self, key: &str, media_type: &str, body: Vec<u8>) -> Result<(), StoreError> {
        let metadata = HttpMetadata { content_type: Some(media_type.to_owned()), ..HttpMetadata::default() };
        let put = self.bucket.put(key, body).http_metadata(metadata).execute().await;
        put.map(|_| ()).map_err(|error| StoreError::new(self.name, error))
    }

    async fn get(&self, key: &str) -> Result<Option<ArchivedObject>, StoreError> {
        let failed = |error| StoreError::new(self.name, error);
        let Some(object) = self.bucket.get(key).execute().await.map_err(failed)? else {
            return Ok(None);
        };
        let Some(body) = object.body() else {
            return Err(StoreError::new(self.name, format!("object `{key}` came without its body")));
        };
        let body = body.bytes().await.map_err(failed)?;
        let media_type =
            object.http_metadata().content_type.unwrap_or_else(|| "application/octet-stream".into());
        Ok(Some(ArchivedObject { media_type, body }))
    }
}
