//! Tenants' files: stored in one piece or in parts, read by ranges, deleted.
//!
//! Room is reserved by a row before a byte is stored, and the row becomes a file once the bytes are there. Each attempt
//! has an object of its own, under the file's id; of several that carry out one request, the first that is done counts.
//! What an attempt that died has left goes with the file, or with the row that [`sweep`] gives up.

mod read;
mod service;
mod store;
mod sweep;
mod upload;

use std::rc::Rc;

use contracts::pipeline::files::FileError;
use ids::{FileId, TenantId};

use crate::ports::{
    Archive, BytesError, Clock, DoomedFile, FileBytes, FileStore, MOST_OBJECTS, Random, StoreError,
};

pub use service::FilesService;
pub use sweep::sweep;

/// What files need of the world.
#[derive(Clone)]
pub struct FilePorts {
    /// Their rows.
    pub files: Rc<dyn FileStore>,
    /// Their bytes.
    pub bytes: Rc<dyn FileBytes>,
    /// The same bucket, for what is to be found and removed.
    pub objects: Rc<dyn Archive>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// For ids.
    pub random: Rc<dyn Random>,
}

impl FilePorts {
    /// Where another attempt at a file's bytes goes.
    fn object_key(&self, tenant: TenantId, file_id: FileId) -> String {
        format!("{}{}", prefix(tenant, file_id), hex::encode(self.random.for_id()))
    }

    /// Removes the bytes of what nobody sees any more, and then its rows.
    async fn remove(&self, doomed: &DoomedFile) -> Result<(), StoreError> {
        if let Some(upload) = &doomed.upload {
            self.bytes.abort(upload).await?;
        }
        let prefix = prefix(doomed.tenant, doomed.file_id);
        loop {
            let listed = self.objects.list(&prefix, None, MOST_OBJECTS).await?;
            if listed.is_empty() {
                break;
            }
            let keys: Vec<String> = listed.into_iter().map(|object| object.key).collect();
            self.objects.delete(&keys).await?;
        }
        self.files.forget(doomed.tenant, doomed.file_id).await
    }
}

/// Under which keys a file's bytes lie.
fn prefix(tenant: TenantId, file_id: FileId) -> String {
    format!("{tenant}/files/{file_id}/")
}

fn unavailable(error: StoreError) -> FileError {
    FileError::Unavailable { detail: error.to_string() }
}

fn not_stored(error: BytesError) -> FileError {
    match error {
        BytesError::Checksum => FileError::ChecksumMismatch,
        BytesError::Incomplete(_) => FileError::Incomplete,
        BytesError::TooLarge(limit) => FileError::TooLarge { limit },
        BytesError::NoUpload => FileError::UploadNotFound,
        BytesError::Store(error) => unavailable(error),
    }
}
