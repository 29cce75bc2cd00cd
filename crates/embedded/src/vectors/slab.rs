//! Many keyed rows in one contiguous blob, searched in place.
//!
//! The blob is `WVS2`, the number of dimensions as a little-endian `u32`, then for each row a 16-byte key, 20 bytes of
//! [`Facts`] that a search can be narrowed by, and the row as [`super::encode_row`] makes it. What is stored is what is
//! searched: loading checks the blob, and copies nothing. `WVS1`, which had no facts, is read by [`Slab::upgraded`].

use thiserror::Error;

use super::{
    Facts, MAX_DIMENSIONS, Narrowing, QuantizedQuery, VectorError,
    facts::FACTS_BYTES,
    row::{self, row_bytes},
    top_k::TopK,
};

/// What a row of a slab is known by: 16 bytes, such as a UUID's. Keys of equal scores rank in byte order.
pub type Key = [u8; KEY_BYTES];

const KEY_BYTES: usize = 16;
const MAGIC: [u8; 4] = *b"WVS2";
const MAGIC_WITHOUT_FACTS: [u8; 4] = *b"WVS1";
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
        Ok(Self { dimensions, bytes: header(dimensions) })
    }

    /// Takes a stored blob back. Its rows are checked one by one when they are searched.
    ///
    /// # Errors
    /// [`SlabError`] when it is not a slab, or ends within a row.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SlabError> {
        let (dimensions, rows) = split_header(&bytes, MAGIC)?;
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
        self.records().map(|(key, _, row)| (key, row))
    }

    /// The place of a key's row.
    pub fn position(&self, key: &Key) -> Option<usize> {
        let stride = stride(self.dimensions);
        self.rows().chunks_exact(stride).position(|record| record.starts_with(key))
    }

    /// Adds a row at the end. A key should stand once; the owner of the slabs keeps keys unique.
    ///
    /// # Errors
    /// [`VectorError`] when the vector is not one of this slab's dimensions, or has a number that is not finite.
    pub fn push(&mut self, key: Key, facts: Facts, vector: &[f32]) -> Result<(), VectorError> {
        let record = self.record(key, facts, vector)?;
        self.bytes.extend_from_slice(&record);
        Ok(())
    }

    /// Puts another row in the place of row `at`; `false` when there is no such row.
    ///
    /// # Errors
    /// As for [`push`](Self::push).
    pub fn replace(
        &mut self,
        at: usize,
        key: Key,
        facts: Facts,
        vector: &[f32],
    ) -> Result<bool, VectorError> {
        let record = self.record(key, facts, vector)?;
        let place = self.rows_mut().chunks_exact_mut(record.len()).nth(at);
        Ok(place.map(|place| place.copy_from_slice(&record)).is_some())
    }

    /// A slab of the first format, with the facts that the caller knows of each key. Rows of which it knows none, such
    /// as those of removed passages, are left out.
    ///
    /// # Errors
    /// [`SlabError`] as [`from_bytes`](Self::from_bytes).
    pub fn upgraded(bytes: &[u8], facts: impl Fn(&Key) -> Option<Facts>) -> Result<Self, SlabError> {
        let (dimensions, rows) = split_header(bytes, MAGIC_WITHOUT_FACTS)?;
        let stride = KEY_BYTES + row_bytes(dimensions);
        if !rows.len().is_multiple_of(stride) {
            return Err(SlabError::Torn { length: bytes.len() });
        }
        let mut upgraded = Self { dimensions, bytes: header(dimensions) };
        for record in rows.chunks_exact(stride) {
            let Some((key, row)) = record.split_first_chunk::<KEY_BYTES>() else { continue };
            let Some(facts) = facts(key) else { continue };
            upgraded.bytes.extend_from_slice(key);
            upgraded.bytes.extend_from_slice(&facts.to_bytes());
            upgraded.bytes.extend_from_slice(row);
        }
        Ok(upgraded)
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

    /// Offers every row that `narrowing` admits.
    pub fn search(&self, query: &QuantizedQuery, narrowing: &Narrowing, best: &mut TopK<Key>) {
        for (key, facts, row) in self.records() {
            if narrowing.admits(facts) {
                best.offer(key, row::score(query, row));
            }
        }
    }

    /// Each row's key, its facts as stored, and the row.
    fn records(&self) -> impl Iterator<Item = (Key, &[u8; FACTS_BYTES], &[u8])> {
        self.rows().chunks_exact(stride(self.dimensions)).filter_map(|record| {
            let (key, rest) = record.split_first_chunk::<KEY_BYTES>()?;
            let (facts, row) = rest.split_first_chunk::<FACTS_BYTES>()?;
            Some((*key, facts, row))
        })
    }

    fn record(&self, key: Key, facts: Facts, vector: &[f32]) -> Result<Vec<u8>, VectorError> {
        if vector.len() != self.dimensions {
            return Err(VectorError::Dimensions { found: vector.len() });
        }
        let mut record = Vec::with_capacity(stride(self.dimensions));
        record.extend_from_slice(&key);
        record.extend_from_slice(&facts.to_bytes());
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

/// Bytes of a key, its facts and its row.
fn stride(dimensions: usize) -> usize {
    KEY_BYTES + FACTS_BYTES + row_bytes(dimensions)
}

fn header(dimensions: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&(dimensions as u32).to_le_bytes());
    bytes
}

/// The number of dimensions, and what comes after the header.
fn split_header(bytes: &[u8], expected: [u8; 4]) -> Result<(usize, &[u8]), SlabError> {
    let (magic, rest) = bytes.split_first_chunk::<4>().ok_or(SlabError::Header)?;
    let (dimensions, rows) = rest.split_first_chunk::<4>().ok_or(SlabError::Header)?;
    let dimensions = u32::from_le_bytes(*dimensions) as usize;
    if *magic != expected || !(1..=MAX_DIMENSIONS).contains(&dimensions) {
        return Err(SlabError::Header);
    }
    Ok((dimensions, rows))
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
