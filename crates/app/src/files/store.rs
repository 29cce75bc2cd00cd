//! Storing a file in one piece.

use contracts::TenantCall;
use contracts::Timestamp;
use contracts::pipeline::files::{File, FileError, StoreFile};
use domain::file::{MAX_PIECE_BYTES, MAX_TENANT_BYTES, STORING_MS, safe_media_type, safe_name};
use ids::{FileId, TenantId};

use super::{FilePorts, not_stored, unavailable};
use crate::pipeline::sha256_hex;
use crate::ports::{CreationKey, FileState, FinishedFile, NewFile, Reserved};

pub(super) async fn store_file(
    ports: &FilePorts,
    context: &TenantCall,
    request: StoreFile,
) -> Result<File, FileError> {
    let StoreFile { name, media_type, sha256, most_bytes, body } = request;
    let (tenant, now) = (context.scope.tenant, ports.clock.now());
    let expected = body.length();
    let size_bytes = expected.unwrap_or(most_bytes);
    if size_bytes > MAX_PIECE_BYTES {
        return Err(FileError::TooLarge { limit: MAX_PIECE_BYTES });
    }
    let (name, media_type) = (safe_name(&name), safe_media_type(&media_type));
    let key = context.idempotency_key.as_ref().map(|key| {
        let request = format!("piece\n{name:?}\n{media_type:?}\n{expected:?}\n{sha256:?}");
        CreationKey { key: key.clone(), request_hash: sha256_hex(request.as_bytes()) }
    });
    let new = NewFile {
        file_id: FileId::from_parts(now.unix_ms(), ports.random.for_id()),
        name,
        media_type: media_type.clone(),
        reserved_bytes: size_bytes,
        upload: None,
        created_at: now,
        expires_at: Timestamp::from_unix_ms(now.unix_ms().saturating_add(STORING_MS)),
    };
    let reserving = match reserve(ports, tenant, &new, key.as_ref()).await {
        Ok(reserving) => reserving,
        Err(error) => {
            // Read and dropped: a sender that is still writing would see a broken connection in place of the reason.
            ports.bytes.discard(body).await;
            return Err(error);
        }
    };
    let file_id = match reserving {
        Reserving::New => new.file_id,
        Reserving::Before { file_id, ready: false } => file_id,
        Reserving::Before { file_id, ready: true } => {
            ports.bytes.discard(body).await;
            return existing(ports, tenant, file_id).await;
        }
    };

    let object_key = ports.object_key(tenant, file_id);
    let put = ports.bytes.put(&object_key, &media_type, body, sha256.as_deref(), size_bytes).await;
    let stored = match put {
        Ok(stored) => stored,
        Err(error) => {
            tracing::warn!(event = "files.not_stored", %tenant, %file_id, %error);
            // Another try may be at it under the same key; then its row stays, and is given up in its time.
            if file_id == new.file_id {
                release(ports, tenant, file_id).await;
            }
            return Err(not_stored(error));
        }
    };
    let finished = FinishedFile {
        object_key: object_key.clone(),
        size_bytes: stored.size_bytes,
        etag: stored.etag,
        sha256: stored.sha256,
    };
    let Some((file, kept)) = ports.files.finish(tenant, file_id, &finished).await.map_err(unavailable)?
    else {
        let detail = format!("`{file_id}` was given up while its bytes came");
        drop(ports.objects.delete(&[object_key]).await);
        return Err(FileError::Unavailable { detail });
    };
    if kept != object_key {
        // Another try was quicker; its bytes count.
        drop(ports.objects.delete(&[object_key]).await);
    }
    tracing::info!(event = "files.stored", %tenant, %file_id, size_bytes = file.size_bytes);
    Ok(file)
}

/// What a request got that asked for room.
pub(super) enum Reserving {
    New,
    Before { file_id: FileId, ready: bool },
}

pub(super) async fn reserve(
    ports: &FilePorts,
    tenant: TenantId,
    new: &NewFile,
    key: Option<&CreationKey>,
) -> Result<Reserving, FileError> {
    match ports.files.reserve(tenant, new, key, MAX_TENANT_BYTES).await.map_err(unavailable)? {
        Reserved::New => Ok(Reserving::New),
        Reserved::Before { file_id, ready } => Ok(Reserving::Before { file_id, ready }),
        Reserved::KeyReused => Err(FileError::KeyReused),
        Reserved::QuotaExceeded { used } => Err(FileError::QuotaExceeded { used, limit: MAX_TENANT_BYTES }),
    }
}

pub(super) async fn existing(
    ports: &FilePorts,
    tenant: TenantId,
    file_id: FileId,
) -> Result<File, FileError> {
    let found = ports.files.get(tenant, file_id).await.map_err(unavailable)?;
    found.map(|(file, _)| file).ok_or(FileError::NotFound)
}

/// Gives the room of what was not stored back. Where that fails, the sweep does it.
async fn release(ports: &FilePorts, tenant: TenantId, file_id: FileId) {
    let removed = async {
        match ports.files.doom(tenant, file_id, FileState::Storing, ports.clock.now()).await? {
            Some(doomed) => ports.remove(&doomed).await,
            None => Ok(()),
        }
    };
    if let Err(error) = removed.await {
        tracing::warn!(event = "files.not_released", %tenant, %file_id, %error);
    }
}
