//! Rows of files.

use app::ports::{DoomedFile, NewFile, NewUpload};
use contracts::Timestamp;
use contracts::pipeline::files::{File, Part};
use ids::{FileId, TenantId};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct KeyedRow {
    pub(super) file_id: FileId,
    pub(super) status: String,
    pub(super) request_hash: Option<String>,
}

#[derive(Deserialize, Default)]
pub(super) struct TotalsRow {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

#[derive(Deserialize)]
pub(super) struct FileRow {
    file_id: FileId,
    name: String,
    media_type: String,
    size_bytes: u64,
    etag: String,
    sha256: Option<String>,
    object_key: String,
    created_at: Timestamp,
}

impl From<FileRow> for (File, String) {
    fn from(row: FileRow) -> Self {
        let FileRow { file_id, name, media_type, size_bytes, etag, sha256, object_key, created_at } = row;
        (File { file_id, name, media_type, size_bytes, etag, sha256, created_at }, object_key)
    }
}

#[derive(Deserialize)]
pub(super) struct UploadRow {
    file_id: FileId,
    name: String,
    media_type: String,
    size_bytes: u64,
    upload_id: String,
    object_key: String,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl From<UploadRow> for (NewFile, NewUpload) {
    fn from(row: UploadRow) -> Self {
        let upload = NewUpload { upload_id: row.upload_id, object_key: row.object_key };
        let file = NewFile {
            file_id: row.file_id,
            name: row.name,
            media_type: row.media_type,
            reserved_bytes: row.size_bytes,
            upload: Some(upload.clone()),
            created_at: row.created_at,
            expires_at: row.expires_at,
        };
        (file, upload)
    }
}

#[derive(Deserialize)]
pub(super) struct PartRow {
    number: u32,
    size_bytes: u64,
    etag: String,
}

impl From<PartRow> for Part {
    fn from(PartRow { number, size_bytes, etag }: PartRow) -> Self {
        Self { number, size_bytes, etag }
    }
}

#[derive(Deserialize)]
pub(super) struct DoomedRow {
    file_id: FileId,
    tenant_id: TenantId,
    upload_id: Option<String>,
    object_key: Option<String>,
}

impl From<DoomedRow> for DoomedFile {
    fn from(row: DoomedRow) -> Self {
        let upload = row.upload_id.zip(row.object_key);
        let upload = upload.map(|(upload_id, object_key)| NewUpload { upload_id, object_key });
        Self { tenant: row.tenant_id, file_id: row.file_id, upload }
    }
}
