//! The bytes of tenants' files over R2.
//!
//! A stream whose length is known goes to R2 as it came, without passing through Wasm. One of unknown length is cut
//! into parts, of which one at a time is held.

use app::ports::{BytesError, FileBytes, NewUpload, StoreError, StoredBytes};
use async_trait::async_trait;
use contracts::pipeline::files::Part;
use futures_util::StreamExt;
use futures_util::stream;
use mesh::ByteStream;
use mesh_worker::stream::{chunks, from_readable, into_readable_of_known_length};
use sha2::{Digest, Sha256};
use worker::{Bucket, HttpMetadata, MultipartUpload, Object, Range, ResponseBody, UploadedPart};

/// How much of a stream of unknown length is held: R2 wants parts of one size, of at least 5 MiB.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// An R2 bucket.
#[derive(Debug, Clone)]
pub struct R2FileBytes {
    bucket: Bucket,
    name: &'static str,
}

impl R2FileBytes {
    /// Over a binding; `name` is the binding's, for errors.
    #[must_use]
    pub fn new(bucket: Bucket, name: &'static str) -> Self {
        Self { bucket, name }
    }

    fn failed(&self, error: impl ToString) -> StoreError {
        StoreError::new(self.name, error.to_string())
    }

    /// What R2's words mean: its errors carry a number, those of the stream do not.
    fn not_stored(&self, error: impl ToString) -> BytesError {
        let text = error.to_string();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if says(&["(10037)"]) {
            BytesError::Checksum
        } else if says(&["(10024)"]) {
            BytesError::NoUpload
        } else if says(&[
            "FixedLengthStream",
            "disconnected prematurely",
            "broke off",
            "Network connection lost",
        ]) {
            BytesError::Incomplete(text)
        } else {
            BytesError::Store(self.failed(text))
        }
    }

    fn resumed(&self, upload: &NewUpload) -> Result<MultipartUpload, StoreError> {
        self.bucket
            .resume_multipart_upload(&upload.object_key, &upload.upload_id)
            .map_err(|error| self.failed(error))
    }

    async fn begun(&self, key: &str, media_type: &str) -> Result<MultipartUpload, StoreError> {
        let begun = self.bucket.create_multipart_upload(key).http_metadata(of_type(media_type)).execute();
        begun.await.map_err(|error| self.failed(error))
    }

    /// A stream of unknown length.
    async fn put_parts(
        &self,
        key: &str,
        media_type: &str,
        body: ByteStream,
        sha256: Option<&str>,
        most: u64,
    ) -> Result<StoredBytes, BytesError> {
        let mut cutting = Cutting::of(&body, most)?;
        let first = cutting.next().await?;
        if first.len() < PART_BYTES {
            let sha256 = cutting.checked(sha256)?;
            let put = self.bucket.put(key, first).http_metadata(of_type(media_type)).execute().await;
            let object = put.map_err(|error| self.not_stored(error))?;
            return Ok(stored(&object.ok_or_else(|| self.failed("nothing was stored"))?, Some(sha256)));
        }
        let upload = self.begun(key, media_type).await?;
        let upload_id = upload.upload_id().await;
        let outcome = async {
            let mut parts = vec![upload.upload_part(1, first).await.map_err(|error| self.not_stored(error))?];
            loop {
                let part = cutting.next().await?;
                if part.is_empty() {
                    break;
                }
                let last = part.len() < PART_BYTES;
                let number = u16::try_from(parts.len() + 1).map_err(|_| BytesError::TooLarge(most))?;
                parts.push(upload.upload_part(number, part).await.map_err(|error| self.not_stored(error))?);
                if last {
                    break;
                }
            }
            let sha256 = cutting.checked(sha256)?;
            let object = upload.complete(parts).await.map_err(|error| self.not_stored(error))?;
            Ok(stored(&object, Some(sha256)))
        };
        let outcome = outcome.await;
        if outcome.is_err() {
            // What is not aborted, R2 removes after a week.
            drop(self.abort(&NewUpload { upload_id, object_key: key.to_owned() }).await);
        }
        outcome
    }
}

/// A stream in parts of one size, counted and hashed as they go by.
struct Cutting {
    chunks: mesh_worker::stream::Chunks,
    rest: Vec<u8>,
    hash: Sha256,
    seen: u64,
    most: u64,
}

impl Cutting {
    fn of(body: &ByteStream, most: u64) -> Result<Self, BytesError> {
        let chunks = chunks(body).map_err(|error| BytesError::Incomplete(error.to_string()))?;
        Ok(Self { chunks, rest: Vec::new(), hash: Sha256::new(), seen: 0, most })
    }

    /// The next part: shorter than the others, or empty, at the end.
    async fn next(&mut self) -> Result<Vec<u8>, BytesError> {
        while self.rest.len() < PART_BYTES {
            let Some(chunk) = self.chunks.next().await else { break };
            let chunk = chunk.map_err(|error| BytesError::Incomplete(error.to_string()))?;
            self.seen += chunk.len() as u64;
            if self.seen > self.most {
                return Err(BytesError::TooLarge(self.most));
            }
            self.hash.update(&chunk);
            self.rest.extend_from_slice(&chunk);
        }
        let behind = self.rest.split_off(self.rest.len().min(PART_BYTES));
        Ok(std::mem::replace(&mut self.rest, behind))
    }

    /// The hash of all that went by, if it is what was said.
    fn checked(&self, said: Option<&str>) -> Result<String, BytesError> {
        let made = hex::encode(self.hash.clone().finalize());
        if said.is_some_and(|said| said != made) { Err(BytesError::Checksum) } else { Ok(made) }
    }
}

fn of_type(media_type: &str) -> HttpMetadata {
    HttpMetadata { content_type: Some(media_type.to_owned()), ..HttpMetadata::default() }
}

fn stored(object: &Object, sha256: Option<String>) -> StoredBytes {
    StoredBytes { size_bytes: object.size(), etag: object.etag(), sha256 }
}

#[async_trait(?Send)]
impl FileBytes for R2FileBytes {
    async fn put(
        &self,
        key: &str,
        media_type: &str,
        body: ByteStream,
        sha256: Option<&str>,
        most: u64,
    ) -> Result<StoredBytes, BytesError> {
        let Some(length) = body.length() else {
            return self.put_parts(key, media_type, body, sha256, most).await;
        };
        if length > most {
            return Err(BytesError::TooLarge(most));
        }
        let body = into_readable_of_known_length(&body).map_err(|error| self.failed(error))?;
        let mut put = self.bucket.put(key, body).http_metadata(of_type(media_type));
        if let Some(sha256) = sha256 {
            put = put.sha256(hex::decode(sha256).map_err(|_| BytesError::Checksum)?);
        }
        let object = put.execute().await.map_err(|error| self.not_stored(error))?;
        let object = object.ok_or_else(|| self.failed("nothing was stored"))?;
        Ok(stored(&object, sha256.map(str::to_owned)))
    }

    async fn discard(&self, body: ByteStream) {
        if let Ok(mut chunks) = chunks(&body) {
            while let Some(Ok(_)) = chunks.next().await {}
        }
    }

    async fn open(&self, key: &str, offset: u64, length: u64) -> Result<Option<ByteStream>, StoreError> {
        // R2 has no ranges without bytes.
        if length == 0 {
            return Ok(Some(ByteStream::new(stream::empty()).with_length(0)));
        }
        let range = Range::OffsetWithLength { offset, length };
        let object = self.bucket.get(key).range(range).execute().await.map_err(|error| self.failed(error))?;
        let Some(object) = object else { return Ok(None) };
        let body = object.body().ok_or_else(|| self.failed("an object came without its body"))?;
        match body.response_body().map_err(|error| self.failed(error))? {
            ResponseBody::Stream(stream) => Ok(Some(from_readable(stream).with_length(length))),
            ResponseBody::Body(_) | ResponseBody::Empty => Err(self.failed("an object's body is no stream")),
        }
    }

    async fn begin(&self, key: &str, media_type: &str) -> Result<String, StoreError> {
        Ok(self.begun(key, media_type).await?.upload_id().await)
    }

    async fn put_part(
        &self,
        upload: &NewUpload,
        number: u32,
        body: ByteStream,
    ) -> Result<String, BytesError> {
        let body = into_readable_of_known_length(&body).map_err(|error| self.failed(error))?;
        let number = u16::try_from(number).map_err(|error| self.failed(error))?;
        let stored = self.resumed(upload)?.upload_part(number, body).await;
        stored.map(|part| part.etag()).map_err(|error| self.not_stored(error))
    }

    async fn complete(&self, upload: &NewUpload, parts: &[Part]) -> Result<StoredBytes, BytesError> {
        let named = parts.iter().map(|part| {
            let number = u16::try_from(part.number).map_err(|error| self.failed(error))?;
            Ok(UploadedPart::new(number, part.etag.clone()))
        });
        let named = named.collect::<Result<Vec<_>, StoreError>>()?;
        let object = self.resumed(upload)?.complete(named).await.map_err(|error| self.not_stored(error))?;
        Ok(stored(&object, None))
    }

    async fn head(&self, key: &str) -> Result<Option<StoredBytes>, StoreError> {
        let head = self.bucket.head(key).await.map_err(|error| self.failed(error))?;
        Ok(head.map(|object| stored(&object, None)))
    }

    async fn abort(&self, upload: &NewUpload) -> Result<(), StoreError> {
        match self.resumed(upload)?.abort().await {
            Ok(()) => Ok(()),
            Err(error) => match self.not_stored(error) {
                BytesError::NoUpload => Ok(()),
                error => Err(self.failed(error)),
            },
        }
    }
}
