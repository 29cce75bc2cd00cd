//! A tenant's files: stored, listed, read by ranges, and sent in parts where they are large.

use ids::FileId;
use mesh::ByteStream;

use crate::{TenantCall, Timestamp};

/// The gateway's view of a tenant's files.
///
/// The context's idempotency key stores a file, or begins an upload, once: the same key with the same request gives the
/// first. A file does not change once it is stored.
#[mesh::service(contract = "../../contracts/Files.json")]
pub trait Files {
    /// Stores a file.
    async fn store_file(&self, context: &TenantCall, request: StoreFile) -> Result<File, FileError>;
    /// What is known of a stored file.
    #[mesh(idempotent)]
    async fn get_file(&self, context: &TenantCall, request: GetFile) -> Result<File, FileError>;
    /// A stored file's bytes, or a range of them.
    async fn open_file(&self, context: &TenantCall, request: OpenFile) -> Result<OpenedFile, FileError>;
    /// Stored files, newest first.
    #[mesh(idempotent)]
    async fn list_files(&self, context: &TenantCall, request: ListFiles) -> Result<FilePage, FileError>;
    /// Deletes a stored file.
    async fn delete_file(&self, context: &TenantCall, request: GetFile) -> Result<(), FileError>;
    /// Begins a file that is sent in parts, and reserves its room.
    async fn begin_upload(&self, context: &TenantCall, request: BeginUpload) -> Result<Upload, FileError>;
    /// How far an upload is.
    #[mesh(idempotent)]
    async fn get_upload(&self, context: &TenantCall, request: GetFile) -> Result<Upload, FileError>;
    /// Stores a part. Storing it again replaces it.
    async fn store_part(&self, context: &TenantCall, request: StorePart) -> Result<Part, FileError>;
    /// Makes a file of the parts. Completing it again gives the file.
    async fn complete_upload(&self, context: &TenantCall, request: GetFile) -> Result<File, FileError>;
    /// Gives an upload up with its parts.
    async fn abort_upload(&self, context: &TenantCall, request: GetFile) -> Result<(), FileError>;
}

/// Asks for a file to be stored.
#[mesh::message]
#[derive(Debug)]
pub struct StoreFile {
    /// As its sender calls it.
    pub name: String,
    /// What it is said to be.
    pub media_type: String,
    /// SHA-256 of its bytes in lower-case hexadecimal, where the sender gives it: other bytes are refused.
    #[serde(default)]
    pub sha256: Option<String>,
    /// At most so many bytes will come: the room that is reserved where the stream has no length.
    pub most_bytes: u64,
    /// The bytes, with their length where it is known.
    pub body: ByteStream,
}

/// A stored file.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its id.
    pub file_id: FileId,
    /// As its sender calls it.
    pub name: String,
    /// What it is said to be.
    pub media_type: String,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// Its strong entity tag, without quotes.
    pub etag: String,
    /// SHA-256 in lower-case hexadecimal, where it is known.
    #[serde(default)]
    pub sha256: Option<String>,
    /// When it was first asked for.
    pub created_at: Timestamp,
}

/// Names one file or upload.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct GetFile {
    /// Which.
    pub file_id: FileId,
}

/// Asks for a file's bytes.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct OpenFile {
    /// Which.
    pub file_id: FileId,
    /// From which byte on, counted from 0.
    #[serde(default)]
    pub offset: u64,
    /// How many; up to the end where it is left out.
    #[serde(default)]
    pub length: Option<u64>,
}

/// A file with its bytes, or a range of them.
#[mesh::message]
#[derive(Debug)]
pub struct OpenedFile {
    /// The file.
    pub file: File,
    /// The bytes, with their length.
    pub body: ByteStream,
}

/// Asks for a page of files.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct ListFiles {
    /// Only files of this name.
    #[serde(default)]
    pub name: Option<String>,
    /// Only files of this media type.
    #[serde(default)]
    pub media_type: Option<String>,
    /// Only older than this one.
    #[serde(default)]
    pub before: Option<FileId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of files.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct FilePage {
    /// Newest first.
    pub items: Vec<File>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_before: Option<FileId>,
}

/// Asks for a file that is sent in parts.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct BeginUpload {
    /// As its sender calls it.
    pub name: String,
    /// What it is said to be.
    pub media_type: String,
    /// How many bytes it will have.
    pub size_bytes: u64,
}

/// A file whose parts are being sent.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The id, which is the file's once it is complete.
    pub file_id: FileId,
    /// As its sender calls it.
    pub name: String,
    /// What it is said to be.
    pub media_type: String,
    /// How many bytes it will have.
    pub size_bytes: u64,
    /// How many bytes each part has, but the last.
    pub part_bytes: u64,
    /// How many parts there are.
    pub part_count: u32,
    /// Those that are stored, in order.
    pub parts: Vec<Part>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it is given up, unless it was completed.
    pub expires_at: Timestamp,
}

/// Asks for a part to be stored.
#[mesh::message]
#[derive(Debug)]
pub struct StorePart {
    /// Of which upload.
    pub file_id: FileId,
    /// Which part, from 1.
    pub number: u32,
    /// The bytes, with their length.
    pub body: ByteStream,
}

/// A stored part.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which, from 1.
    pub number: u32,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// Its entity tag.
    pub etag: String,
}

/// Why a request about files was refused.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The tenant has no such file.
    #[error("there is no such file")]
    NotFound,
    /// The tenant has no such upload.
    #[error("there is no such upload")]
    UploadNotFound,
    /// A field has a value that it cannot take.
    #[error("`{pointer}` {detail}")]
    Invalid {
        /// Which, as a JSON pointer.
        pointer: String,
        /// What is wrong with it, as a predicate.
        detail: String,
    },
    /// The bytes have another SHA-256 than was said.
    #[error("the bytes have another SHA-256 than was said")]
    ChecksumMismatch,
    /// Fewer or more bytes came than was said, or the sender broke off.
    #[error("the bytes did not come as was said")]
    Incomplete,
    /// More bytes came than a file may have that is sent in one piece.
    #[error("more than {limit} bytes came")]
    TooLarge {
        /// How many may.
        limit: u64,
    },
    /// The tenant's files would take more room than they may.
    #[error("the tenant's files take {used} of {limit} bytes")]
    QuotaExceeded {
        /// How much they take.
        used: u64,
        /// How much they may.
        limit: u64,
    },
    /// Parts are missing.
    #[error("the upload lacks {missing} of its parts")]
    PartsMissing {
        /// How many.
        missing: u32,
        /// The first of them.
        first: u32,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A store does not answer.
    #[error("the files are not available: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
