//! Writing a file: rows gather into row groups, and those into one buffer.

use std::sync::Arc;

use app::ports::{ArchiveRow, WrittenFile};
use bytes::Bytes;
use contracts::Timestamp;
use ids::EventId;
use parquet::basic::Compression;
use parquet::column::writer::{ColumnCloseResult, ColumnWriterImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::{ColumnDescPtr, ColumnPath};
use sha2::{Digest, Sha256};

use super::FileError;
use super::columns::{COLUMNS, PAYLOAD, Values, schema};

/// Text that a row group gathers before it is written. A reader and a merge hold one group in memory.
const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// Rows of a group, where they are small.
const GROUP_ROWS: usize = 20_000;

/// A file in the making, in memory.
pub struct FileWriter {
    file: SerializedFileWriter<Vec<u8>>,
    pending: Vec<ArchiveRow>,
    pending_bytes: usize,
    rows: u32,
    span: Option<Span>,
}

/// The least and the greatest of what was written.
struct Span {
    received_at: (Timestamp, Timestamp),
    event_ids: (EventId, EventId),
}

impl FileWriter {
    /// An empty file.
    ///
    /// # Errors
    /// [`FileError::Format`].
    pub fn new() -> Result<Self, FileError> {
        let file = SerializedFileWriter::new(Vec::new(), schema()?, properties())?;
        Ok(Self { file, pending: Vec::new(), pending_bytes: 0, rows: 0, span: None })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`FileError::Format`].
    pub fn push(&mut self, row: ArchiveRow) -> Result<(), FileError> {
        let (at, id) = (row.received_at, row.event_id);
        let span = self.span.get_or_insert(Span { received_at: (at, at), event_ids: (id, id) });
        span.received_at = (span.received_at.0.min(at), span.received_at.1.max(at));
        span.event_ids = (span.event_ids.0.min(id), span.event_ids.1.max(id));
        self.pending_bytes += row.payload.as_ref().map_or(0, String::len);
        self.pending.push(row);
        self.rows += 1;
        if self.pending_bytes >= GROUP_BYTES || self.pending.len() >= GROUP_ROWS {
            self.write_group()?;
        }
        Ok(())
    }

    /// Ends the file and gives its bytes; none when it has no row.
    ///
    /// # Errors
    /// [`FileError::Format`].
    pub fn finish(mut self) -> Result<Option<(WrittenFile, Vec<u8>)>, FileError> {
        self.write_group()?;
        let Some(Span { received_at, event_ids }) = self.span else {
            return Ok(None);
        };
        let bytes = self.file.into_inner()?;
        let written = WrittenFile {
            rows: self.rows,
            bytes: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            sha256: hex::encode(Sha256::digest(&bytes)),
            received_at,
            event_ids,
        };
        Ok(Some((written, bytes)))
    }

    fn write_group(&mut self) -> Result<(), FileError> {
        let rows = std::mem::take(&mut self.pending);
        self.pending_bytes = 0;
        if rows.is_empty() {
            return Ok(());
        }
        let descriptors = self.file.schema_descr().columns().to_vec();
        let properties = self.file.properties().clone();
        let mut group = self.file.next_row_group()?;
        for (column, descriptor) in COLUMNS.iter().zip(descriptors) {
            let (chunk, closed) = match column.values {
                Values::Text(_) | Values::OptionalText(_) => {
                    chunk::<ByteArrayType>(descriptor, &properties, texts(&column.values, &rows))?
                }
                Values::Number(_) | Values::Time(_) | Values::OptionalTime(_) => {
                    chunk::<Int64Type>(descriptor, &properties, numbers(&column.values, &rows))?
                }
            };
            group.append_column(&Bytes::from(chunk), closed)?;
        }
        group.close()?;
        Ok(())
    }
}

/// One column of a row group. The group's own writers would bring those of every type that there is: a third of all
/// code that this format costs.
fn chunk<T: DataType>(
    descriptor: ColumnDescPtr,
    properties: &WriterPropertiesPtr,
    (values, levels): Batch<T::T>,
) -> Result<(Vec<u8>, ColumnCloseResult), FileError> {
    let mut sink = TrackedWrite::new(Vec::new());
    let pages = Box::new(SerializedPageWriter::new(&mut sink));
    let mut writer = ColumnWriterImpl::<T>::new(descriptor, properties.clone(), pages);
    writer.write_batch(&values, levels.as_deref(), None)?;
    let closed = writer.close()?;
    Ok((sink.into_inner()?, closed))
}

/// Values that are there, and, for a column that may lack some, whether each row's is.
type Batch<T> = (Vec<T>, Option<Vec<i16>>);

fn texts(values: &Values, rows: &[ArchiveRow]) -> Batch<ByteArray> {
    let bytes = |text: std::borrow::Cow<'_, str>| ByteArray::from(text.into_owned().into_bytes());
    match values {
        Values::Text(of) => (rows.iter().map(|row| bytes(of(row))).collect(), None),
        Values::OptionalText(of) => {
            let levels = rows.iter().map(|row| i16::from(of(row).is_some())).collect();
            (rows.iter().filter_map(|row| of(row).map(bytes)).collect(), Some(levels))
        }
        Values::Number(_) | Values::Time(_) | Values::OptionalTime(_) => (Vec::new(), None),
    }
}

fn numbers(values: &Values, rows: &[ArchiveRow]) -> Batch<i64> {
    match values {
        Values::Number(of) | Values::Time(of) => (rows.iter().map(of).collect(), None),
        Values::OptionalTime(of) => {
            let levels = rows.iter().map(|row| i16::from(of(row).is_some())).collect();
            (rows.iter().filter_map(of).collect(), Some(levels))
        }
        Values::Text(_) | Values::OptionalText(_) => (Vec::new(), None),
    }
}

fn properties() -> WriterPropertiesPtr {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        // The bounds of a payload would be payloads.
        .set_column_statistics_enabled(ColumnPath::from(PAYLOAD), EnabledStatistics::None)
        .set_created_by("weft".to_owned());
    for column in COLUMNS.iter().filter(|column| column.distinct) {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column.name), false);
    }
    Arc::new(properties.build())
}
