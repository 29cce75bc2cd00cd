//! Rows of tenants' files over SQL. How much room they take, triggers keep.

mod row;

use app::ports::{
    CreationKey, DoomedFile, FileQuery, FileState, FileStore, FinishedFile, NewFile, NewUpload, Reserved,
    StoreError, UploadRecord,
};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::files::{File, Part};
use ids::{FileId, TenantId};

use crate::sql::{SqlDatabase, Statement, Value, values};
use row::{DoomedRow, FileRow, KeyedRow, PartRow, TotalsRow, UploadRow};

/// Files over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlFileStore<D> {
    database: D,
}

/// A statement from a file in `queries/files`.
macro_rules! query {
    ($name:literal, $values:expr) => {
        Statement::new(include_str!(concat!("../../queries/files/", $name, ".sql")), $values)
    };
}

impl<D> SqlFileStore<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

/// Sizes are far below 2^53.
fn bytes(size: u64) -> Value {
    Value::Number(size as f64)
}

#[async_trait(?Send)]
impl<D: SqlDatabase> FileStore for SqlFileStore<D> {
    async fn reserve(
        &self,
        tenant: TenantId,
        file: &NewFile,
        key: Option<&CreationKey>,
        most_bytes: u64,
    ) -> Result<Reserved, StoreError> {
        let NewFile { file_id, name, media_type, reserved_bytes, upload, created_at, expires_at } = file;
        let status = if upload.is_some() { "uploading" } else { "storing" };
        let hash = key.map(|key| &key.request_hash);
        let mut all = values![tenant, *file_id, name, media_type, status];
        all.push(bytes(*reserved_bytes));
        all.extend(values![
            upload.as_ref().map(|upload| &upload.upload_id),
            upload.as_ref().map(|upload| &upload.object_key),
            *created_at,
            *expires_at,
            key.map(|key| &key.key),
            hash
        ]);
        all.push(bytes(most_bytes));
        // The key is looked up in the same transaction: whoever comes second finds what the first reserved.
        let by_key = query!("by_key", values![tenant, key.map(|key| &key.key)]);
        let totals = query!("totals", values![tenant]);
        let answers = self.database.batch(vec![query!("reserve", all), by_key, totals]).await?;
        let [inserted, keyed, totals] = answers.as_slice() else {
            return Err(StoreError::new(self.database.name(), "no answer to a statement"));
        };
        if !inserted.is_empty() {
            return Ok(Reserved::New);
        }
        match keyed.first::<KeyedRow, KeyedRow>()? {
            // Of a deleted one nothing can be given: its key is used up until its row is gone.
            Some(row) if row.request_hash.as_ref() == hash => Ok(Reserved::Before {
                file_id: row.file_id,
                ready: !matches!(&*row.status, "storing" | "uploading"),
            }),
            Some(_) => Ok(Reserved::KeyReused),
            None => {
                let used = totals.first::<TotalsRow, TotalsRow>()?.unwrap_or_default().bytes;
                Ok(Reserved::QuotaExceeded { used })
            }
        }
    }

    async fn finish(
        &self,
        tenant: TenantId,
        file_id: FileId,
        finished: &FinishedFile,
    ) -> Result<Option<(File, String)>, StoreError> {
        let FinishedFile { object_key, size_bytes, etag, sha256 } = finished;
        let mut all = values![tenant, file_id, object_key];
        all.push(bytes(*size_bytes));
        all.extend(values![etag, sha256.as_ref()]);
        let select = query!("select", values![tenant]).and("id =", file_id);
        let forget = query!("forget_parts", values![tenant, file_id]);
        let answers = self.database.batch(vec![query!("finish", all), forget, select]).await?;
        answers.last().map_or(Ok(None), |rows| rows.first::<FileRow, _>())
    }

    async fn get(&self, tenant: TenantId, file_id: FileId) -> Result<Option<(File, String)>, StoreError> {
        let select = query!("select", values![tenant]).and("id =", file_id);
        self.database.query(select).await?.first::<FileRow, _>()
    }

    async fn list(&self, tenant: TenantId, query: &FileQuery) -> Result<Vec<File>, StoreError> {
        let FileQuery { name, media_type, before, limit } = query;
        let select = query!("select", values![tenant])
            .and_if("name =", name.as_ref())
            .and_if("media_type =", media_type.as_ref())
            .and_if("id <", *before)
            .newest(*limit);
        let files = self.database.query(select).await?.read::<FileRow, (File, String)>()?;
        Ok(files.into_iter().map(|(file, _)| file).collect())
    }

    async fn upload(&self, tenant: TenantId, file_id: FileId) -> Result<Option<UploadRecord>, StoreError> {
        let statements =
            vec![query!("upload", values![tenant, file_id]), query!("parts", values![tenant, file_id])];
        let answers = self.database.batch(statements).await?;
        let [uploads, parts] = answers.as_slice() else {
            return Err(StoreError::new(self.database.name(), "no answer to a statement"));
        };
        let Some((file, upload)) = uploads.first::<UploadRow, (NewFile, NewUpload)>()? else {
            return Ok(None);
        };
        Ok(Some(UploadRecord { file, upload, parts: parts.read::<PartRow, Part>()? }))
    }

    async fn note_part(&self, tenant: TenantId, file_id: FileId, part: &Part) -> Result<bool, StoreError> {
        let mut all = values![tenant, file_id, part.number];
        all.push(bytes(part.size_bytes));
        all.push((&part.etag).into());
        Ok(!self.database.query(query!("note_part", all)).await?.is_empty())
    }

    async fn doom(
        &self,
        tenant: TenantId,
        file_id: FileId,
        state: FileState,
        now: Timestamp,
    ) -> Result<Option<DoomedFile>, StoreError> {
        let status = match state {
            FileState::Storing => "storing",
            FileState::Uploading => "uploading",
            FileState::Ready => "ready",
        };
        let doom = query!("doom", values![tenant, file_id, status, now]);
        self.database.query(doom).await?.first::<DoomedRow, _>()
    }

    async fn forget(&self, tenant: TenantId, file_id: FileId) -> Result<(), StoreError> {
        let forget = query!("forget", values![tenant, file_id]);
        let parts = query!("forget_parts", values![tenant, file_id]);
        self.database.batch(vec![forget, parts]).await.map(drop)
    }

    async fn doomed(&self, now: Timestamp, limit: u32) -> Result<Vec<DoomedFile>, StoreError> {
        self.database.query(query!("doomed", values![now, limit])).await?.read::<DoomedRow, _>()
    }

    async fn totals(&self, tenant: TenantId) -> Result<(u64, u64), StoreError> {
        let totals = self.database.query(query!("totals", values![tenant])).await?;
        let TotalsRow { files, bytes } = totals.first::<TotalsRow, TotalsRow>()?.unwrap_or_default();
        Ok((files, bytes))
    }
}
