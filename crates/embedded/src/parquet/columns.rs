//! The columns of a file, in order. A column is only ever added, at the end and optional.

use std::borrow::Cow;
use std::sync::Arc;

use app::ports::ArchiveRow;
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};

/// How a column's values come out of a row. None is a null.
pub(super) enum Values {
    /// Text that every row has.
    Text(fn(&ArchiveRow) -> Cow<'_, str>),
    /// Text that a row may lack.
    OptionalText(fn(&ArchiveRow) -> Option<Cow<'_, str>>),
    /// A number that every row has.
    Number(fn(&ArchiveRow) -> i64),
    /// A time in UTC milliseconds that every row has.
    Time(fn(&ArchiveRow) -> i64),
    /// One that a row may lack.
    OptionalTime(fn(&ArchiveRow) -> Option<i64>),
}

/// A column.
pub(super) struct Column {
    pub(super) name: &'static str,
    /// Whether its values hardly repeat, so that a dictionary of them only costs.
    pub(super) distinct: bool,
    pub(super) values: Values,
}

const fn distinct(name: &'static str, values: Values) -> Column {
    Column { name, distinct: true, values }
}

const fn repeating(name: &'static str, values: Values) -> Column {
    Column { name, distinct: false, values }
}

/// The column whose values may be long.
pub(super) const PAYLOAD: &str = "payload";

pub(super) const COLUMNS: [Column; 14] = [
    repeating("tenant", Values::Text(|row| row.tenant.to_string().into())),
    distinct("event_id", Values::Text(|row| row.event_id.to_string().into())),
    repeating("source", Values::Text(|row| row.source.as_str().into())),
    repeating("type", Values::Text(|row| row.kind.as_str().into())),
    repeating("subject", Values::OptionalText(|row| row.subject.as_deref().map(Into::into))),
    repeating("endpoint_id", Values::OptionalText(|row| row.endpoint_id.map(|id| id.to_string().into()))),
    repeating("occurred_at", Values::OptionalTime(|row| row.occurred_at.map(|time| number(time.unix_ms())))),
    repeating("received_at", Values::Time(|row| number(row.received_at.unix_ms()))),
    distinct("content_sha256", Values::Text(|row| row.content_sha256.as_str().into())),
    distinct("object_key", Values::Text(|row| row.object_key.as_str().into())),
    repeating("size_bytes", Values::Number(|row| row.size_bytes.into())),
    repeating("media_type", Values::Text(|row| row.media_type.as_str().into())),
    distinct("trace_id", Values::Text(|row| row.trace_id.as_str().into())),
    distinct(PAYLOAD, Values::OptionalText(|row| row.payload.as_deref().map(Into::into))),
];

/// The schema of these columns.
///
/// # Errors
/// [`ParquetError`] when a column is none that the format knows.
pub(super) fn schema() -> Result<TypePtr, ParquetError> {
    let fields = COLUMNS.iter().map(|column| column.field().map(Arc::new)).collect::<Result<_, _>>()?;
    Type::group_type_builder("event").with_fields(fields).build().map(Arc::new)
}

impl Column {
    fn field(&self) -> Result<Type, ParquetError> {
        let time = LogicalType::Timestamp { is_adjusted_to_u_t_c: true, unit: TimeUnit::MILLIS };
        let (physical, logical, repetition) = match self.values {
            Values::Text(_) => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED),
            Values::OptionalText(_) => {
                (PhysicalType::BYTE_ARRAY, Some(LogicalType::String), Repetition::OPTIONAL)
            }
            Values::Number(_) => (PhysicalType::INT64, None, Repetition::REQUIRED),
            Values::Time(_) => (PhysicalType::INT64, Some(time), Repetition::REQUIRED),
            Values::OptionalTime(_) => (PhysicalType::INT64, Some(time), Repetition::OPTIONAL),
        };
        Type::primitive_type_builder(self.name, physical)
            .with_repetition(repetition)
            .with_logical_type(logical)
            .build()
    }
}

/// A time that a sender made up may lie past what the format holds; it is cut to that.
fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
