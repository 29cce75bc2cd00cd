//! Sending a file in parts.

use contracts::pipeline::files::{BeginUpload, File, FileError, GetFile, Part, StorePart, Upload};
use contracts::{TenantCall, Timestamp};
use domain::file::{PartPlan, UPLOAD_MS, check_size, safe_media_type, safe_name};
use ids::{FileId, TenantId};

use super::store::{Reserving, existing, reserve};
use super::{FilePorts, not_stored, unavailable};
use crate::pipeline::sha256_hex;
use crate::ports::{BytesError, CreationKey, FileState, FinishedFile, NewFile, NewUpload, UploadRecord};

pub(super) async fn begin(
    ports: &FilePorts,
    context: &TenantCall,
    request: BeginUpload,
) -> Result<Upload, FileError> {
    let BeginUpload { name, media_type, size_bytes } = request;
    check_size(size_bytes)
        .map_err(|domain::Fault { pointer, detail }| FileError::Invalid { pointer, detail })?;
    let (tenant, now) = (context.scope.tenant, ports.clock.now());
    let (name, media_type) = (safe_name(&name), safe_media_type(&media_type));
    let key = context.idempotency_key.as_ref().map(|key| {
        let request = format!("parts\n{name:?}\n{media_type:?}\n{size_bytes}");
        CreationKey { key: key.clone(), request_hash: sha256_hex(request.as_bytes()) }
    });
    let file_id = FileId::from_parts(now.unix_ms(), ports.random.for_id());
    let object_key = ports.object_key(tenant, file_id);
    let upload_id = ports.bytes.begin(&object_key, &media_type).await.map_err(unavailable)?;
    let upload = NewUpload { upload_id, object_key };
    let new = NewFile {
        file_id,
        name,
        media_type,
        reserved_bytes: size_bytes,
        upload: Some(upload.clone()),
        created_at: now,
        expires_at: Timestamp::from_unix_ms(now.unix_ms().saturating_add(UPLOAD_MS)),
    };
    let reserved = reserve(ports, tenant, &new, key.as_ref()).await;
    if let Ok(Reserving::New) = reserved {
        return Ok(public(&UploadRecord { file: new, upload, parts: Vec::new() }));
    }
    // Nobody will send parts of this one. The store forgets it by itself if it is not told.
    drop(ports.bytes.abort(&upload).await);
    match reserved? {
        Reserving::New => Err(FileError::UploadNotFound),
        Reserving::Before { file_id, .. } => get(ports, tenant, file_id).await,
    }
}

pub(super) async fn get(ports: &FilePorts, tenant: TenantId, file_id: FileId) -> Result<Upload, FileError> {
    Ok(public(&record(ports, tenant, file_id).await?))
}

pub(super) async fn store_part(
    ports: &FilePorts,
    tenant: TenantId,
    request: StorePart,
) -> Result<Part, FileError> {
    let StorePart { file_id, number, body } = request;
    let (upload, size_bytes) = match expected(ports, tenant, file_id, number, body.length()).await {
        Ok(expected) => expected,
        Err(error) => {
            // Read and dropped: a sender that is still writing would see a broken connection in place of the reason.
            ports.bytes.discard(body).await;
            return Err(error);
        }
    };
    let etag = ports.bytes.put_part(&upload, number, body).await.map_err(not_stored)?;
    let part = Part { number, size_bytes, etag };
    let noted = ports.files.note_part(tenant, file_id, &part).await.map_err(unavailable)?;
    if noted { Ok(part) } else { Err(FileError::UploadNotFound) }
}

/// Where a part goes and how many bytes it has, if so many are sent.
async fn expected(
    ports: &FilePorts,
    tenant: TenantId,
    file_id: FileId,
    number: u32,
    sent: Option<u64>,
) -> Result<(NewUpload, u64), FileError> {
    let UploadRecord { file, upload, .. } = record(ports, tenant, file_id).await?;
    let plan = PartPlan::of(file.reserved_bytes);
    let Some(size_bytes) = plan.bytes_of(number) else {
        let detail = format!("must be from 1 to {}", plan.count);
        return Err(FileError::Invalid { pointer: "/number".into(), detail });
    };
    if sent != Some(size_bytes) {
        let detail = format!("must have exactly {size_bytes} bytes, by its `Content-Length`");
        return Err(FileError::Invalid { pointer: "/body".into(), detail });
    }
    Ok((upload, size_bytes))
}

pub(super) async fn complete(
    ports: &FilePorts,
    tenant: TenantId,
    file_id: FileId,
) -> Result<File, FileError> {
    let found = ports.files.upload(tenant, file_id).await.map_err(unavailable)?;
    let Some(UploadRecord { file, upload, parts }) = found else {
        return existing(ports, tenant, file_id).await.map_err(|error| match error {
            FileError::NotFound => FileError::UploadNotFound,
            error => error,
        });
    };
    let plan = PartPlan::of(file.reserved_bytes);
    let missing = |number: &u32| !parts.iter().any(|part| part.number == *number);
    if let Some(first) = (1..=plan.count).find(missing) {
        return Err(FileError::PartsMissing {
            missing: (1..=plan.count).filter(missing).count() as u32,
            first,
        });
    }
    let stored = match ports.bytes.complete(&upload, &parts).await {
        // Completed before, by a try that did not get to note it.
        Err(BytesError::NoUpload) => {
            let head = ports.bytes.head(&upload.object_key).await.map_err(unavailable)?;
            head.ok_or(FileError::UploadNotFound)?
        }
        stored => stored.map_err(not_stored)?,
    };
    let finished = FinishedFile {
        object_key: upload.object_key,
        size_bytes: stored.size_bytes,
        etag: stored.etag,
        sha256: stored.sha256,
    };
    let file = ports.files.finish(tenant, file_id, &finished).await.map_err(unavailable)?;
    let (file, _) = file.ok_or(FileError::UploadNotFound)?;
    tracing::info!(event = "files.stored", %tenant, %file_id, size_bytes = file.size_bytes);
    Ok(file)
}

pub(super) async fn abort(ports: &FilePorts, tenant: TenantId, request: GetFile) -> Result<(), FileError> {
    let now = ports.clock.now();
    let doomed =
        ports.files.doom(tenant, request.file_id, FileState::Uploading, now).await.map_err(unavailable)?;
    let doomed = doomed.ok_or(FileError::UploadNotFound)?;
    ports.remove(&doomed).await.map_err(unavailable)
}

async fn record(ports: &FilePorts, tenant: TenantId, file_id: FileId) -> Result<UploadRecord, FileError> {
    let found = ports.files.upload(tenant, file_id).await.map_err(unavailable)?;
    found.ok_or(FileError::UploadNotFound)
}

fn public(record: &UploadRecord) -> Upload {
    let UploadRecord { file, upload: _, parts } = record;
    let plan = PartPlan::of(file.reserved_bytes);
    Upload {
        file_id: file.file_id,
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size_bytes: file.reserved_bytes,
        part_bytes: plan.part_bytes,
        part_count: plan.count,
        parts: parts.clone(),
        created_at: file.created_at,
        expires_at: file.expires_at,
    }
}
