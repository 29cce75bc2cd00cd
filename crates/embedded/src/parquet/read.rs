//! Reading a file back, a row group at a time.

use std::str::FromStr;
use std::sync::Arc;

use app::ports::ArchiveRow;
use bytes::Bytes;
use contracts::Timestamp;
use ids::EventId;
use parquet::basic::Type as PhysicalType;
use parquet::errors::ParquetError;
use parquet::file::metadata::{FooterTail, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;

use super::FileError;
use super::pages::{self, Plain};

/// Gives the rows of a file, in order, a row group at a time.
///
/// # Errors
/// [`FileError`] when the file is none of ours, or what `take` says.
pub fn read_groups<E: From<FileError>>(
    file: Vec<u8>,
    mut take: impl FnMut(Vec<ArchiveRow>) -> Result<(), E>,
) -> Result<(), E> {
    let file = File::open(file)?;
    for group in file.groups() {
        take(rows(&group)?)?;
    }
    Ok(())
}

/// The events of a file, in order. Only that column is read.
///
/// # Errors
/// [`FileError`] when the file is none of ours.
pub fn read_event_ids(file: Vec<u8>) -> Result<Vec<EventId>, FileError> {
    let file = File::open(file)?;
    let mut ids = Vec::new();
    for group in file.groups() {
        for text in required(texts(&group, "event_id")?, "event_id")? {
            ids.push(parse(&text, "event_id")?);
        }
    }
    Ok(ids)
}

/// A file in memory.
struct File {
    bytes: Arc<Bytes>,
    metadata: ParquetMetaData,
}

/// One of its row groups.
struct Group<'a> {
    bytes: &'a Arc<Bytes>,
    metadata: &'a RowGroupMetaData,
}

impl File {
    fn open(file: Vec<u8>) -> Result<Self, FileError> {
        let metadata = metadata(&file)?;
        Ok(Self { bytes: Arc::new(Bytes::from(file)), metadata })
    }

    fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        self.metadata.row_groups().iter().map(|metadata| Group { bytes: &self.bytes, metadata })
    }
}

/// What stands at the end of a file.
fn metadata(file: &[u8]) -> Result<ParquetMetaData, FileError> {
    let short = || ParquetError::EOF(format!("{} bytes are no file", file.len()));
    let (rest, tail) = file.split_last_chunk().ok_or_else(short)?;
    let length = FooterTail::try_new(tail)?.metadata_length();
    let start = rest.len().checked_sub(length).ok_or_else(short)?;
    Ok(ParquetMetaDataReader::decode_metadata(&rest[start..])?)
}

impl Group<'_> {
    /// The values of a column, one a row.
    fn values<T: Plain>(
        &self,
        column: &'static str,
        physical: PhysicalType,
    ) -> Result<Vec<Option<T>>, FileError> {
        let mut chunks = self.metadata.columns().iter();
        let chunk = chunks.find(|chunk| chunk.column_path().string() == column);
        let chunk = chunk.filter(|chunk| chunk.column_type() == physical);
        let chunk = chunk.ok_or(FileError::Column { column })?;
        let rows = usize::try_from(self.metadata.num_rows()).unwrap_or_default();
        let pages = SerializedPageReader::new(self.bytes.clone(), chunk, rows, None)?;
        pages::values(pages, chunk, column, rows)
    }
}

fn rows(group: &Group<'_>) -> Result<Vec<ArchiveRow>, FileError> {
    let text = |column| required(texts(group, column)?, column).map(Vec::into_iter);
    let optional_text = |column| texts(group, column).map(Vec::into_iter);
    let (mut tenant, mut event_id) = (text("tenant")?, text("event_id")?);
    let (mut source, mut kind) = (text("source")?, text("type")?);
    let (mut subject, mut endpoint_id) = (optional_text("subject")?, optional_text("endpoint_id")?);
    let mut occurred_at = numbers(group, "occurred_at")?.into_iter();
    let mut received_at = required(numbers(group, "received_at")?, "received_at")?.into_iter();
    let mut content_sha256 = text("content_sha256")?;
    let mut object_key = text("object_key")?;
    let mut size_bytes = required(numbers(group, "size_bytes")?, "size_bytes")?.into_iter();
    let (mut media_type, mut trace_id) = (text("media_type")?, text("trace_id")?);
    let mut payload = optional_text("payload")?;

    let count = tenant.len();
    let mut rows = Vec::with_capacity(count);
    for _ in 0..count {
        rows.push(ArchiveRow {
            tenant: parse(&next(&mut tenant, "tenant")?, "tenant")?,
            event_id: parse(&next(&mut event_id, "event_id")?, "event_id")?,
            source: next(&mut source, "source")?,
            kind: next(&mut kind, "type")?,
            subject: next(&mut subject, "subject")?,
            endpoint_id: next(&mut endpoint_id, "endpoint_id")?
                .map(|id| parse(&id, "endpoint_id"))
                .transpose()?,
            occurred_at: next(&mut occurred_at, "occurred_at")?
                .map(|ms| time(ms, "occurred_at"))
                .transpose()?,
            received_at: time(next(&mut received_at, "received_at")?, "received_at")?,
            content_sha256: next(&mut content_sha256, "content_sha256")?,
            object_key: next(&mut object_key, "object_key")?,
            size_bytes: u32::try_from(next(&mut size_bytes, "size_bytes")?)
                .map_err(|error| invalid("size_bytes", error))?,
            media_type: next(&mut media_type, "media_type")?,
            trace_id: next(&mut trace_id, "trace_id")?,
            payload: next(&mut payload, "payload")?,
        });
    }
    Ok(rows)
}

fn texts(group: &Group<'_>, column: &'static str) -> Result<Vec<Option<String>>, FileError> {
    let text = |value| String::from_utf8(value).map_err(|error| invalid(column, error));
    let values = group.values::<Vec<u8>>(column, PhysicalType::BYTE_ARRAY)?;
    values.into_iter().map(|value| value.map(text).transpose()).collect()
}

fn numbers(group: &Group<'_>, column: &'static str) -> Result<Vec<Option<i64>>, FileError> {
    group.values(column, PhysicalType::INT64)
}

fn required<T>(values: Vec<Option<T>>, column: &'static str) -> Result<Vec<T>, FileError> {
    values.into_iter().collect::<Option<_>>().ok_or_else(|| invalid(column, "it is null"))
}

fn next<T>(values: &mut impl Iterator<Item = T>, column: &'static str) -> Result<T, FileError> {
    values.next().ok_or_else(|| invalid(column, "it ends early"))
}

fn parse<T: FromStr<Err: std::fmt::Display>>(text: &str, column: &'static str) -> Result<T, FileError> {
    text.parse().map_err(|error| invalid(column, error))
}

fn time(unix_ms: i64, column: &'static str) -> Result<Timestamp, FileError> {
    u64::try_from(unix_ms).map(Timestamp::from_unix_ms).map_err(|error| invalid(column, error))
}

fn invalid(column: &'static str, detail: impl std::fmt::Display) -> FileError {
    FileError::Value { column, detail: detail.to_string() }
}
