//! The `Files` service.

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::files::{
    BeginUpload, File, FileError, FilePage, Files, GetFile, ListFiles, OpenFile, OpenedFile, Part, StoreFile,
    StorePart, Upload,
};

use super::{FilePorts, read, store, upload};

/// [`Files`] over ports.
#[derive(Clone)]
pub struct FilesService(pub FilePorts);

#[async_trait(?Send)]
impl Files for FilesService {
    async fn store_file(&self, context: &TenantCall, request: StoreFile) -> Result<File, FileError> {
        store::store_file(&self.0, context, request).await
    }

    async fn get_file(&self, context: &TenantCall, request: GetFile) -> Result<File, FileError> {
        store::existing(&self.0, context.scope.tenant, request.file_id).await
    }

    async fn open_file(&self, context: &TenantCall, request: OpenFile) -> Result<OpenedFile, FileError> {
        read::open(&self.0, context.scope.tenant, request).await
    }

    async fn list_files(&self, context: &TenantCall, request: ListFiles) -> Result<FilePage, FileError> {
        read::list(&self.0, context.scope.tenant, request).await
    }

    async fn delete_file(&self, context: &TenantCall, request: GetFile) -> Result<(), FileError> {
        read::delete(&self.0, context.scope.tenant, request).await
    }

    async fn begin_upload(&self, context: &TenantCall, request: BeginUpload) -> Result<Upload, FileError> {
        upload::begin(&self.0, context, request).await
    }

    async fn get_upload(&self, context: &TenantCall, request: GetFile) -> Result<Upload, FileError> {
        upload::get(&self.0, context.scope.tenant, request.file_id).await
    }

    async fn store_part(&self, context: &TenantCall, request: StorePart) -> Result<Part, FileError> {
        upload::store_part(&self.0, context.scope.tenant, request).await
    }

    async fn complete_upload(&self, context: &TenantCall, request: GetFile) -> Result<File, FileError> {
        upload::complete(&self.0, context.scope.tenant, request.file_id).await
    }

    async fn abort_upload(&self, context: &TenantCall, request: GetFile) -> Result<(), FileError> {
        upload::abort(&self.0, context.scope.tenant, request).await
    }
}
