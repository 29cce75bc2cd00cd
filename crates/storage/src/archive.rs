//! The archive over R2.

use app::ports::{Archive, ArchivedObject, ListedObject, MOST_OBJECTS, ObjectVersion, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use worker::{Bucket, Conditional, HttpMetadata};

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

    async fn put_if(
        &self,
        key: &str,
        media_type: &str,
        body: Vec<u8>,
        seen: Option<&ObjectVersion>,
    ) -> Result<bool, StoreError> {
        let metadata = HttpMetadata { content_type: Some(media_type.to_owned()), ..HttpMetadata::default() };
        let condition = Conditional {
            etag_matches: seen.map(|version| version.0.clone()),
            // Only where there is nothing yet.
            etag_does_not_match: seen.is_none().then(|| "*".to_owned()),
            uploaded_before: None,
            uploaded_after: None,
        };
        let put = self.bucket.put(key, body).http_metadata(metadata).only_if(condition).execute().await;
        put.map(|stored| stored.is_some()).map_err(|error| StoreError::new(self.name, error))
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

    async fn version(&self, key: &str) -> Result<Option<ObjectVersion>, StoreError> {
        let head = self.bucket.head(key).await.map_err(|error| StoreError::new(self.name, error))?;
        Ok(head.map(|object| ObjectVersion(object.etag())))
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        let keys = keys.iter().map(String::as_str).collect();
        self.bucket.delete_multiple(keys).await.map_err(|error| StoreError::new(self.name, error))
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ListedObject>, StoreError> {
        let mut list = self.bucket.list().prefix(prefix).limit(limit.min(MOST_OBJECTS));
        if let Some(after) = after {
            list = list.start_after(after);
        }
        let listed = list.execute().await.map_err(|error| StoreError::new(self.name, error))?;
        let object = |object: worker::Object| ListedObject {
            key: object.key(),
            stored_at: Timestamp::from_unix_ms(object.uploaded().as_millis()),
        };
        Ok(listed.objects().into_iter().map(object).collect())
    }
}
