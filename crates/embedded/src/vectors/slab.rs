//! Many keyed rows in one contiguous blob, searched in place.
//!
//! The blob is `WVS1`, the number of dimensions as a little-endian `u32`, then for each row a 16-byte key and the row
//! as [`super::encode_row`] makes it. What is stored is what is searched: loading checks the blob, and copies nothing.

use thiserror::Error;

use super::{
    MAX_DIMENSIONS, QuantizedQuery, VectorError,
    row::{self, row_bytes},
    top_k::TopK,
};

/// What a row of a slab is known by: 16 bytes, such as a UUID's. Keys of equal scores rank in byte order.
pub type Key = [u8; KEY_BYTES];

const KEY_BYTES: usize = 16;
const MAGIC: [u8; 4] = *b"WVS1";
const HEADER_BYTES: usize = 8;

/// A blob of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slab {
    dimensions: usize,
    bytes: Vec<u8>,
}

impl Slab {
    /// An empty slab for rows of so many numbers.
    ///
    /// # Errors
    /// [`VectorError::Dimensions`] when that is 0 or above [`MAX_DIMENSIONS`].
    pub fn new(dimensions: usize) -> Result<Self, VectorError> {
        if !(1..=MAX_DIMENSIONS).contains(&dimensions) {
            return Err(VectorError::Dimensions { found: dimensions });
        }
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&(dimensions as u32).to_le_bytes());
        Ok(Self { dimensions, bytes })
    }

    /// Takes a stored blob back. Its rows are checked one by one when they are searched.
    ///
    /// # Errors
    /// [`SlabError`] when it is not a slab, or ends within a row.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SlabError> {
        let (magic, rest) = bytes.split_first_chunk::<4>().ok_or(SlabError::Header)?;
        let (dimensions, rows) = rest.split_first_chunk::<4>().ok_or(SlabError::Header)?;
        let dimensions = u32::from_le_bytes(*dimensions) as usize;
        if *magic != MAGIC || !(1..=MAX_DIMENSIONS).contains(&dimensions) {
            return Err(SlabError::Header);
        }
        if !rows.len().is_multiple_of(stride(dimensions)) {
            return Err(SlabError::Torn { length: bytes.len() });
        }
        Ok(Self { dimensions, bytes })
    }

    /// The blob to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many rows of so many numbers a slab of at most `bytes` holds.
    pub fn capacity(dimensions: usize, bytes: usize) -> usize {
        bytes.saturating_sub(HEADER_BYTES) / stride(dimensions)
    }

    /// How many numbers each row has.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows().len() / stride(self.dimensions)
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows().is_empty()
    }

    /// The keys and the rows, in the order they are stored.
    pub fn iter(&self) -> impl Iterator<Item = (Key, &[u8])> {
        self.rows().chunks_exact(stride(self.dimensions)).filter_map(|record| {
            let (key, row) = record.split_first_chunk::<KEY_BYTES>()?;
            Some((*key, row))
        })
    }

    /// Adds a row at the end. A key may stand more than once here; [`super::VectorIndex`] keeps keys unique.
    ///
    /// # Errors
    /// [`VectorError`] when the vector is not one of this slab's dimensions, or has a number that is not finite.
    pub fn push(&mut self, key: Key, vector: &[f32]) -> Result<(), VectorError> {
        let record = self.record(key, vector)?;
        self.bytes.extend_from_slice(&record);
        Ok(())
    }

    /// Puts another key and vector in the place of row `at`; `false` when there is no such row.
    ///
    /// # Errors
    /// As for [`push`](Self::push).
    pub fn replace(&mut self, at: usize, key: Key, vector: &[f32]) -> Result<bool, VectorError> {
        let record = self.record(key, vector)?;
        let place = self.rows_mut().chunks_exact_mut(record.len()).nth(at);
        Ok(place.map(|place| place.copy_from_slice(&record)).is_some())
    }

    /// Removes row `at` by moving the last row into its place, and gives the moved row's key if another row moved;
    /// does nothing when there is no such row.
    pub fn swap_remove(&mut self, at: usize) -> Option<Key> {
        let stride = stride(self.dimensions);
        let last = self.len().checked_sub(1).filter(|&last| at <= last)?;
        let (start, last_start) = (at * stride, last * stride);
        self.rows_mut().copy_within(last_start.., start);
        self.bytes.truncate(HEADER_BYTES + last_start);
        if at == last { None } else { self.iter().nth(at).map(|(key, _)| key) }
    }

    /// Offers every row whose key passes `keep`.
    pub(super) fn search(
        &self,
        query: &QuantizedQuery,
        mut keep: impl FnMut(&Key) -> bool,
        best: &mut TopK<Key>,
    ) {
        for (key, bytes) in self.iter().filter(|(key, _)| keep(key)) {
            best.offer(key, row::score(query, bytes));
        }
    }

    fn record(&self, key: Key, vector: &[f32]) -> Result<Vec<u8>, VectorError> {
        if vector.len() != self.dimensions {
            return Err(VectorError::Dimensions { found: vector.len() });
        }
        let mut record = Vec::with_capacity(stride(self.dimensions));
        record.extend_from_slice(&key);
        row::append_row(vector, &mut record)?;
        Ok(record)
    }

    fn rows(&self) -> &[u8] {
        &self.bytes[HEADER_BYTES..]
    }

    fn rows_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[HEADER_BYTES..]
    }
}

/// Bytes of a key and its row.
fn stride(dimensions: usize) -> usize {
    KEY_BYTES + row_bytes(dimensions)
}

/// Why a stored blob is not a slab.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlabError {
    /// It does not begin as slabs do.
    #[error("blob is not a slab of vectors; rebuild the index from its texts")]
    Header,
    /// It ends within a row.
    #[error("slab of {length} bytes ends within a row; rebuild the index from its texts")]
    Torn {
        /// The blob's length in bytes.
        length: usize,
    },
}
