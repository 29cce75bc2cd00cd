//! Tenants' files: their rows, and their bytes in an object store.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::files::{File, Part};
use ids::{FileId, TenantId};
use mesh::ByteStream;

use super::{CreationKey, StoreError};

/// A file that is to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its id.
    pub file_id: FileId,
    /// As its sender calls it.
    pub name: String,
    /// What it is said to be.
    pub media_type: String,
    /// The room that is reserved for it, in bytes.
    pub reserved_bytes: u64,
    /// The store's name of an upload in parts, and where its bytes will be; none for a file in one piece.
    pub upload: Option<NewUpload>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it is given up unless it is finished.
    pub expires_at: Timestamp,
}

/// Where the parts of an upload go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// The store's name of it.
    pub upload_id: String,
    /// The key that the object will have.
    pub object_key: String,
}

/// An upload as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRecord {
    /// What was asked for.
    pub file: NewFile,
    /// Where its parts go.
    pub upload: NewUpload,
    /// Those that are stored, in order.
    pub parts: Vec<Part>,
}

/// What became of asking for room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reserved {
    /// It is reserved.
    New,
    /// The key was used for the same request, whose file this is: stored, or not yet.
    Before {
        /// The first request's file.
        file_id: FileId,
        /// Whether it is stored.
        ready: bool,
    },
    /// The key was used for another request.
    KeyReused,
    /// There is not so much room.
    QuotaExceeded {
        /// How many bytes the tenant's files take.
        used: u64,
    },
}

/// What a file came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedFile {
    /// Where its bytes are.
    pub object_key: String,
    /// How many there are.
    pub size_bytes: u64,
    /// The object's entity tag.
    pub etag: String,
    /// SHA-256 in lower-case hexadecimal, where it is known.
    pub sha256: Option<String>,
}

/// What a file is before it is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// Its bytes are coming in one piece.
    Storing,
    /// They are coming in parts.
    Uploading,
    /// It is stored.
    Ready,
}

/// Something that was given up or deleted, and whose bytes may still be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoomedFile {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub file_id: FileId,
    /// An upload that was not completed.
    pub upload: Option<NewUpload>,
}

/// The rows of tenants' files.
#[async_trait(?Send)]
pub trait FileStore {
    /// Reserves room for a file, if with it the tenant's files take at most `most_bytes`.
    async fn reserve(
        &self,
        tenant: TenantId,
        file: &NewFile,
        key: Option<&CreationKey>,
        most_bytes: u64,
    ) -> Result<Reserved, StoreError>;
    /// Makes a file of what was reserved. The first who does so is kept, and its file is given with the key of its
    /// bytes; none where nothing is reserved any more.
    async fn finish(
        &self,
        tenant: TenantId,
        file_id: FileId,
        finished: &FinishedFile,
    ) -> Result<Option<(File, String)>, StoreError>;
    /// A stored file, with the key of its bytes.
    async fn get(&self, tenant: TenantId, file_id: FileId) -> Result<Option<(File, String)>, StoreError>;
    /// Stored files, newest first.
    async fn list(&self, tenant: TenantId, query: &FileQuery) -> Result<Vec<File>, StoreError>;
    /// An upload in parts that is not complete.
    async fn upload(&self, tenant: TenantId, file_id: FileId) -> Result<Option<UploadRecord>, StoreError>;
    /// Notes a part, in place of one of its number; says whether its upload is still there.
    async fn note_part(&self, tenant: TenantId, file_id: FileId, part: &Part) -> Result<bool, StoreError>;
    /// Marks a file in this state as deleted: from now on nobody sees it. None where there is none.
    async fn doom(
        &self,
        tenant: TenantId,
        file_id: FileId,
        state: FileState,
        now: Timestamp,
    ) -> Result<Option<DoomedFile>, StoreError>;
    /// Removes the rows of what is not stored, and gives its room back.
    async fn forget(&self, tenant: TenantId, file_id: FileId) -> Result<(), StoreError>;
    /// What was deleted by now, and what was not finished in time, which is deleted with it; of all tenants. For the
    /// cron only.
    async fn doomed(&self, now: Timestamp, limit: u32) -> Result<Vec<DoomedFile>, StoreError>;
    /// How many files the tenant has and how many bytes they take, with what is reserved.
    async fn totals(&self, tenant: TenantId) -> Result<(u64, u64), StoreError>;
}

/// What a list of files is of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileQuery {
    /// Only of this name.
    pub name: Option<String>,
    /// Only of this media type.
    pub media_type: Option<String>,
    /// Only older than this one.
    pub before: Option<FileId>,
    /// At most so many.
    pub limit: u32,
}

/// Bytes as they were stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBytes {
    /// How many.
    pub size_bytes: u64,
    /// The object's entity tag, without quotes.
    pub etag: String,
    /// SHA-256 in lower-case hexadecimal, where it was said or made.
    pub sha256: Option<String>,
}

/// Why bytes were not stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BytesError {
    /// They have another SHA-256 than was said.
    #[error("the bytes have another SHA-256 than was said")]
    Checksum,
    /// Fewer or more came than was said, or the sender broke off.
    #[error("the bytes did not come as was said: {0}")]
    Incomplete(String),
    /// More came than may.
    #[error("more than {0} bytes came")]
    TooLarge(u64),
    /// The store has no such upload.
    #[error("the store has no such upload")]
    NoUpload,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The bytes of tenants' files. They are not held in memory: at most a part of them is.
#[async_trait(?Send)]
pub trait FileBytes {
    /// Stores an object of at most `most` bytes. What was not stored whole is not there.
    async fn put(
        &self,
        key: &str,
        media_type: &str,
        body: ByteStream,
        sha256: Option<&str>,
        most: u64,
    ) -> Result<StoredBytes, BytesError>;
    /// Reads a stream to its end and keeps nothing.
    async fn discard(&self, body: ByteStream);
    /// Opens a range of an object; none where there is no such object.
    async fn open(&self, key: &str, offset: u64, length: u64) -> Result<Option<ByteStream>, StoreError>;
    /// Begins an object in parts; gives the store's name of it.
    async fn begin(&self, key: &str, media_type: &str) -> Result<String, StoreError>;
    /// Stores a part, which comes with its length; gives its entity tag.
    async fn put_part(&self, upload: &NewUpload, number: u32, body: ByteStream)
    -> Result<String, BytesError>;
    /// Makes an object of the parts.
    async fn complete(&self, upload: &NewUpload, parts: &[Part]) -> Result<StoredBytes, BytesError>;
    /// What is stored under a key.
    async fn head(&self, key: &str) -> Result<Option<StoredBytes>, StoreError>;
    /// Gives parts up. An upload that the store does not know is no error.
    async fn abort(&self, upload: &NewUpload) -> Result<(), StoreError>;
}
