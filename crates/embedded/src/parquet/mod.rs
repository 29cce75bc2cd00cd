//! Archive rows as Parquet files: what any engine reads, written and read a column at a time, without Arrow.

mod adapter;
mod columns;
mod pages;
mod read;
mod write;

pub use adapter::{PARQUET_MEDIA_TYPE, ParquetArchive};
pub use read::{read_event_ids, read_groups};
pub use write::FileWriter;

/// Why a file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The format's own library says so.
    #[error(transparent)]
    Format(#[from] ::parquet::errors::ParquetError),
    /// A file has other columns than these rows need.
    #[error("column `{column}` is missing or of another type")]
    Column {
        /// Which.
        column: &'static str,
    },
    /// A value is none that a row can have.
    #[error("column `{column}` has a value that no row has: {detail}")]
    Value {
        /// Where.
        column: &'static str,
        /// What is wrong.
        detail: String,
    },
}
