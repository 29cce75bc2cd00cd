//! Files in memory: their rows, and their bytes in a [`MemoryArchive`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::{
    Archive, BytesError, CreationKey, DoomedFile, FileBytes, FileQuery, FileState, FileStore, FinishedFile,
    NewFile, NewUpload, Reserved, StoreError, StoredBytes, UploadRecord,
};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::files::{File, Part};
use futures_util::stream::{self, StreamExt};
use ids::{FileId, TenantId};
use mesh::{ByteStream, StreamSource};

use crate::{Faults, MemoryArchive};

const STORE: &str = "MEMORY_FILES";

/// Rows of files in memory. Operations for [`Faults`]: `files.` and the method's name.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    faults: Faults,
    state: Rc<RefCell<BTreeMap<FileId, Row>>>,
}

#[derive(Debug, Clone)]
struct Row {
    tenant: TenantId,
    /// None once it is deleted.
    state: Option<FileState>,
    new: NewFile,
    key: Option<CreationKey>,
    finished: Option<FinishedFile>,
    parts: BTreeMap<u32, Part>,
    expires_at: Option<Timestamp>,
}

impl Row {
    fn size(&self) -> u64 {
        self.finished.as_ref().map_or(self.new.reserved_bytes, |finished| finished.size_bytes)
    }

    fn file(&self) -> Option<(File, String)> {
        let finished = self.finished.clone().filter(|_| self.state == Some(FileState::Ready))?;
        let FinishedFile { object_key, size_bytes, etag, sha256 } = finished;
        let NewFile { file_id, name, media_type, created_at, .. } = self.new.clone();
        Some((File { file_id, name, media_type, size_bytes, etag, sha256, created_at }, object_key))
    }

    fn doomed(&self) -> DoomedFile {
        let upload = self.new.upload.clone().filter(|_| self.finished.is_none());
        DoomedFile { tenant: self.tenant, file_id: self.new.file_id, upload }
    }
}

impl MemoryFiles {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..Self::default() }
    }

    fn used(&self, tenant: TenantId) -> (u64, u64) {
        let state = self.state.borrow();
        let rows = state.values().filter(|row| row.tenant == tenant);
        rows.fold((0, 0), |(files, bytes), row| (files + 1, bytes + row.size()))
    }

    /// What `change` makes of one of the tenant's rows, if it is there.
    fn change<T>(
        &self,
        tenant: TenantId,
        file_id: FileId,
        change: impl FnOnce(&mut Row) -> Option<T>,
    ) -> Option<T> {
        self.state.borrow_mut().get_mut(&file_id).filter(|row| row.tenant == tenant).and_then(change)
    }
}

#[async_trait(?Send)]
impl FileStore for MemoryFiles {
    async fn reserve(
        &self,
        tenant: TenantId,
        file: &NewFile,
        key: Option<&CreationKey>,
        most_bytes: u64,
    ) -> Result<Reserved, StoreError> {
        let reserve = || {
            let keyed = key.and_then(|key| {
                let state = self.state.borrow();
                let same = |row: &&Row| {
                    row.tenant == tenant && row.key.as_ref().is_some_and(|known| known.key == key.key)
                };
                state.values().find(same).cloned()
            });
            let (_, used) = self.used(tenant);
            Ok(match keyed {
                Some(row) if row.key.as_ref() == key => Reserved::Before {
                    file_id: row.new.file_id,
                    ready: !matches!(row.state, Some(FileState::Storing | FileState::Uploading)),
                },
                Some(_) => Reserved::KeyReused,
                None if used + file.reserved_bytes > most_bytes => Reserved::QuotaExceeded { used },
                None => {
                    let uploading = file.upload.is_some();
                    let row = Row {
                        tenant,
                        state: Some(if uploading { FileState::Uploading } else { FileState::Storing }),
                        new: file.clone(),
                        key: key.cloned(),
                        finished: None,
                        parts: BTreeMap::new(),
                        expires_at: Some(file.expires_at),
                    };
                    self.state.borrow_mut().insert(file.file_id, row);
                    Reserved::New
                }
            })
        };
        self.faults.around(STORE, "files.reserve", reserve).await
    }

    async fn finish(
        &self,
        tenant: TenantId,
        file_id: FileId,
        finished: &FinishedFile,
    ) -> Result<Option<(File, String)>, StoreError> {
        let finish = || {
            Ok(self.change(tenant, file_id, |row| {
                if matches!(row.state, Some(FileState::Storing | FileState::Uploading)) {
                    row.state = Some(FileState::Ready);
                    row.finished = Some(finished.clone());
                    row.expires_at = None;
                    row.parts.clear();
                }
                row.file()
            }))
        };
        self.faults.around(STORE, "files.finish", finish).await
    }

    async fn get(&self, tenant: TenantId, file_id: FileId) -> Result<Option<(File, String)>, StoreError> {
        self.faults.around(STORE, "files.get", || Ok(self.change(tenant, file_id, |row| row.file()))).await
    }

    async fn list(&self, tenant: TenantId, query: &FileQuery) -> Result<Vec<File>, StoreError> {
        let FileQuery { name, media_type, before, limit } = query;
        let list = || {
            let state = self.state.borrow();
            let wanted = |file: &File| {
                name.as_ref().is_none_or(|name| *name == file.name)
                    && media_type.as_ref().is_none_or(|media_type| *media_type == file.media_type)
                    && before.is_none_or(|before| file.file_id < before)
            };
            let rows = state.values().rev().filter(|row| row.tenant == tenant);
            let files = rows.filter_map(Row::file).map(|(file, _)| file).filter(wanted);
            Ok(files.take(*limit as usize).collect())
        };
        self.faults.around(STORE, "files.list", list).await
    }

    async fn upload(&self, tenant: TenantId, file_id: FileId) -> Result<Option<UploadRecord>, StoreError> {
        let upload = || {
            Ok(self.change(tenant, file_id, |row| {
                let upload = row.new.upload.clone().filter(|_| row.state == Some(FileState::Uploading))?;
                Some(UploadRecord {
                    file: row.new.clone(),
                    upload,
                    parts: row.parts.values().cloned().collect(),
                })
            }))
        };
        self.faults.around(STORE, "files.upload", upload).await
    }

    async fn note_part(&self, tenant: TenantId, file_id: FileId, part: &Part) -> Result<bool, StoreError> {
        let note = || {
            let noted = self.change(tenant, file_id, |row| {
                (row.state == Some(FileState::Uploading)).then(|| row.parts.insert(part.number, part.clone()))
            });
            Ok(noted.is_some())
        };
        self.faults.around(STORE, "files.note_part", note).await
    }

    async fn doom(
        &self,
        tenant: TenantId,
        file_id: FileId,
        state: FileState,
        now: Timestamp,
    ) -> Result<Option<DoomedFile>, StoreError> {
        let doom = || {
            Ok(self.change(tenant, file_id, |row| {
                let doomed = (row.state == Some(state)).then(|| row.doomed())?;
                (row.state, row.expires_at) = (None, Some(now));
                Some(doomed)
            }))
        };
        self.faults.around(STORE, "files.doom", doom).await
    }

    async fn forget(&self, tenant: TenantId, file_id: FileId) -> Result<(), StoreError> {
        let forget = || {
            let keep = |row: &Row| row.tenant != tenant || row.state == Some(FileState::Ready);
            self.state.borrow_mut().retain(|id, row| *id != file_id || keep(row));
            Ok(())
        };
        self.faults.around(STORE, "files.forget", forget).await
    }

    async fn doomed(&self, now: Timestamp, limit: u32) -> Result<Vec<DoomedFile>, StoreError> {
        let doomed = || {
            let mut state = self.state.borrow_mut();
            let due = state.values_mut().filter(|row| row.expires_at.is_some_and(|at| at <= now));
            let due = due.take(limit as usize).map(|row| {
                row.state = None;
                row.doomed()
            });
            Ok(due.collect())
        };
        self.faults.around(STORE, "files.doomed", doomed).await
    }

    async fn totals(&self, tenant: TenantId) -> Result<(u64, u64), StoreError> {
        self.faults.around(STORE, "files.totals", || Ok(self.used(tenant))).await
    }
}

/// Bytes of files over a [`MemoryArchive`]. Its "hash" of bytes is what [`MemoryFileBytes::digest`] says.
#[derive(Debug, Clone, Default)]
pub struct MemoryFileBytes {
    /// Where the objects are.
    pub objects: MemoryArchive,
    uploads: Rc<RefCell<Uploads>>,
}

/// The parts of each upload, by its name.
type Uploads = BTreeMap<String, BTreeMap<u32, Vec<u8>>>;

impl MemoryFileBytes {
    /// Over an archive.
    #[must_use]
    pub fn over(objects: &MemoryArchive) -> Self {
        Self { objects: objects.clone(), uploads: Rc::default() }
    }

    /// What stands for SHA-256 here: 64 hexadecimal digits that differ where bytes do.
    #[must_use]
    pub fn digest(bytes: &[u8]) -> String {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        format!("{hash:064x}")
    }

    /// How many uploads are neither complete nor aborted.
    #[must_use]
    pub fn open_uploads(&self) -> usize {
        self.uploads.borrow().len()
    }

    async fn keep(&self, key: &str, media_type: &str, bytes: Vec<u8>) -> Result<StoredBytes, StoreError> {
        let stored = StoredBytes {
            size_bytes: bytes.len() as u64,
            etag: Self::digest(&bytes)[32..].to_owned(),
            sha256: None,
        };
        self.objects.put(key, media_type, bytes).await?;
        Ok(stored)
    }
}

async fn read(body: ByteStream, most: u64) -> Result<Vec<u8>, BytesError> {
    let expected = body.length();
    let Some(StreamSource::Chunks(mut chunks)) = body.take_source() else {
        return Err(BytesError::Incomplete("the stream is not of this process".into()));
    };
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        bytes.extend(chunk.map_err(|error| BytesError::Incomplete(error.to_string()))?);
        if bytes.len() as u64 > most {
            return Err(BytesError::TooLarge(most));
        }
    }
    if expected.is_some_and(|expected| expected != bytes.len() as u64) {
        return Err(BytesError::Incomplete("another length than was said".into()));
    }
    Ok(bytes)
}

#[async_trait(?Send)]
impl FileBytes for MemoryFileBytes {
    async fn put(
        &self,
        key: &str,
        media_type: &str,
        body: ByteStream,
        sha256: Option<&str>,
        most: u64,
    ) -> Result<StoredBytes, BytesError> {
        let bytes = read(body, most).await?;
        let made = Self::digest(&bytes);
        if sha256.is_some_and(|said| said != made) {
            return Err(BytesError::Checksum);
        }
        Ok(StoredBytes { sha256: Some(made), ..self.keep(key, media_type, bytes).await? })
    }

    async fn discard(&self, body: ByteStream) {
        drop(read(body, u64::MAX).await);
    }

    async fn open(&self, key: &str, offset: u64, length: u64) -> Result<Option<ByteStream>, StoreError> {
        let Some(object) = self.objects.get(key).await? else { return Ok(None) };
        let (from, to) = (offset as usize, (offset + length) as usize);
        let range = object.body.get(from..to).ok_or_else(|| StoreError::new(STORE, "no such range"))?;
        Ok(Some(ByteStream::new(stream::iter([Ok(range.to_vec())])).with_length(length)))
    }

    async fn begin(&self, key: &str, _media_type: &str) -> Result<String, StoreError> {
        let upload_id = format!("upload of {key}");
        self.uploads.borrow_mut().insert(upload_id.clone(), BTreeMap::new());
        Ok(upload_id)
    }

    async fn put_part(
        &self,
        upload: &NewUpload,
        number: u32,
        body: ByteStream,
    ) -> Result<String, BytesError> {
        let bytes = read(body, u64::MAX).await?;
        let etag = Self::digest(&bytes);
        let mut uploads = self.uploads.borrow_mut();
        let parts = uploads.get_mut(&upload.upload_id).ok_or(BytesError::NoUpload)?;
        parts.insert(number, bytes);
        Ok(etag)
    }

    async fn complete(&self, upload: &NewUpload, parts: &[Part]) -> Result<StoredBytes, BytesError> {
        let stored = self.uploads.borrow_mut().remove(&upload.upload_id).ok_or(BytesError::NoUpload)?;
        let bytes = parts.iter().filter_map(|part| stored.get(&part.number)).flatten().copied().collect();
        Ok(self.keep(&upload.object_key, "application/octet-stream", bytes).await?)
    }

    async fn head(&self, key: &str) -> Result<Option<StoredBytes>, StoreError> {
        let object = self.objects.get(key).await?;
        Ok(object.map(|object| StoredBytes {
            size_bytes: object.body.len() as u64,
            etag: Self::digest(&object.body)[32..].to_owned(),
            sha256: None,
        }))
    }

    async fn abort(&self, upload: &NewUpload) -> Result<(), StoreError> {
        self.uploads.borrow_mut().remove(&upload.upload_id);
        Ok(())
    }
}
