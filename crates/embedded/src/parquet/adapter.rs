//! The archive's ports over Parquet files in an object store.

use std::collections::BTreeSet;
use std::rc::Rc;

use app::ports::{Archive, ArchiveFiles, ArchiveRow, EventArchive, StoreError, Written, WrittenFile};
use async_trait::async_trait;
use ids::EventId;

use super::{FileError, FileWriter, read_event_ids, read_groups};

/// The media type of a file, as registered.
pub const PARQUET_MEDIA_TYPE: &str = "application/vnd.apache.parquet";

const STORE: &str = "parquet";

/// Parquet files among the objects of a store.
#[derive(Clone)]
pub struct ParquetArchive {
    objects: Rc<dyn Archive>,
}

impl ParquetArchive {
    /// Over a store.
    #[must_use]
    pub fn new(objects: Rc<dyn Archive>) -> Self {
        Self { objects }
    }

    async fn finish(&self, key: &str, file: FileWriter) -> Result<Option<WrittenFile>, StoreError> {
        let Some((written, bytes)) = file.finish().map_err(unusable(key))? else {
            return Ok(None);
        };
        self.objects.put(key, PARQUET_MEDIA_TYPE, bytes).await?;
        Ok(Some(written))
    }

    async fn read(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.objects.get(key).await?.map(|object| object.body))
    }
}

#[async_trait(?Send)]
impl EventArchive for ParquetArchive {
    async fn write(&self, key: &str, rows: &[ArchiveRow]) -> Result<Written, StoreError> {
        let mut file = FileWriter::new().map_err(unusable(key))?;
        for row in rows {
            file.push(row.clone()).map_err(unusable(key))?;
        }
        let written = self.finish(key, file).await?;
        written.map(Written::File).ok_or_else(|| StoreError::new(STORE, format!("`{key}` would have no row")))
    }
}

#[async_trait(?Send)]
impl ArchiveFiles for ParquetArchive {
    async fn merge(
        &self,
        inputs: &[String],
        output: &str,
        without: &BTreeSet<EventId>,
    ) -> Result<Option<WrittenFile>, StoreError> {
        let mut file = FileWriter::new().map_err(unusable(output))?;
        for input in inputs {
            let missing = || StoreError::new(STORE, format!("the archive has no file `{input}`"));
            let body = self.read(input).await?.ok_or_else(missing)?;
            let keep = |rows: Vec<ArchiveRow>| {
                let mut kept = rows.into_iter().filter(|row| !without.contains(&row.event_id));
                kept.try_for_each(|row| file.push(row))
            };
            read_groups(body, keep).map_err(unusable(input))?;
        }
        self.finish(output, file).await
    }

    async fn event_ids(&self, key: &str) -> Result<Option<Vec<EventId>>, StoreError> {
        let body = self.read(key).await?;
        body.map(|body| read_event_ids(body).map_err(unusable(key))).transpose()
    }
}

fn unusable(key: &str) -> impl Fn(FileError) -> StoreError {
    move |error| StoreError::new(STORE, format!("`{key}`: {error}"))
}
