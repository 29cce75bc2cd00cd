//! Reading and deleting files.

use contracts::pipeline::files::{FileError, FilePage, GetFile, ListFiles, OpenFile, OpenedFile};
use ids::TenantId;

use super::{FilePorts, unavailable};
use crate::ports::{FileQuery, FileState};

pub(super) async fn open(
    ports: &FilePorts,
    tenant: TenantId,
    request: OpenFile,
) -> Result<OpenedFile, FileError> {
    let OpenFile { file_id, offset, length } = request;
    let found = ports.files.get(tenant, file_id).await.map_err(unavailable)?;
    let (file, object_key) = found.ok_or(FileError::NotFound)?;
    let rest = file.size_bytes.checked_sub(offset).ok_or_else(|| FileError::Invalid {
        pointer: "/offset".into(),
        detail: format!("must be at most {}", file.size_bytes),
    })?;
    let length = length.map_or(rest, |length| length.min(rest));
    let body = ports.bytes.open(&object_key, offset, length).await.map_err(unavailable)?;
    // Between the row and the bytes somebody deleted it.
    let body = body.ok_or(FileError::NotFound)?.with_length(length);
    Ok(OpenedFile { file, body })
}

pub(super) async fn list(
    ports: &FilePorts,
    tenant: TenantId,
    request: ListFiles,
) -> Result<FilePage, FileError> {
    let ListFiles { name, media_type, before, limit } = request;
    let limit = limit.clamp(1, 200);
    let query = FileQuery { name, media_type, before, limit: limit + 1 };
    let mut items = ports.files.list(tenant, &query).await.map_err(unavailable)?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next_before = items.last().filter(|_| more).map(|file| file.file_id);
    Ok(FilePage { items, next_before })
}

pub(super) async fn delete(ports: &FilePorts, tenant: TenantId, request: GetFile) -> Result<(), FileError> {
    let now = ports.clock.now();
    let doomed =
        ports.files.doom(tenant, request.file_id, FileState::Ready, now).await.map_err(unavailable)?;
    let doomed = doomed.ok_or(FileError::NotFound)?;
    // Nobody sees it any more: what is left of it here, the sweep removes.
    if let Err(error) = ports.remove(&doomed).await {
        tracing::warn!(event = "files.not_removed", %tenant, file_id = %doomed.file_id, %error);
    }
    Ok(())
}
