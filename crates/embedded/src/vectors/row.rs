//! One vector as an int8 row.
//!
//! A row is a little-endian `f32` scale, then a multiplier byte for each block of 16 numbers, then a signed byte for
//! each number, the last block filled up with zeros. A number is `scale * multiplier * byte`: every block has a step
//! that suits its own largest number, since some of a model's dimensions are several times larger than others. A row
//! of 192 numbers is 208 bytes against 768 as `f32`, and its cosine with a query is within about 0.002 of the exact one.

use thiserror::Error;

use super::dot::{BLOCK, dot};

/// The most numbers a vector may have: more than any model gives.
pub const MAX_DIMENSIONS: usize = 4_096;

const SCALE_BYTES: usize = 4;

/// The largest scale of a row that [`encode_row`] makes: the vector has one number, 1. The rest is for rounding.
const MAX_SCALE: f32 = 1.001 / (127.0 * 255.0);

/// Bytes of a row of so many numbers.
pub(super) const fn row_bytes(dimensions: usize) -> usize {
    SCALE_BYTES + dimensions.div_ceil(BLOCK) * (1 + BLOCK)
}

/// Makes the row of a vector, which is normalized first, so its length does not matter; all zeros stay zeros and
/// score 0 with every query.
///
/// # Errors
/// [`VectorError`] when the vector is empty, longer than [`MAX_DIMENSIONS`], or has a number that is not finite.
pub fn encode_row(vector: &[f32]) -> Result<Vec<u8>, VectorError> {
    let mut row = Vec::with_capacity(row_bytes(vector.len()));
    append_row(vector, &mut row)?;
    Ok(row)
}

/// As [`encode_row`], at the end of `out`, which is left alone on an error.
pub(super) fn append_row(vector: &[f32], out: &mut Vec<u8>) -> Result<(), VectorError> {
    let vector = normalized(vector)?;
    let step = largest(&vector) / (127.0 * 255.0);
    // Rounded up, so that the block's largest number stays within a byte; 0 for a block of zeros.
    let multipliers: Vec<u8> =
        vector.chunks(BLOCK).map(|block| (largest(block) / (127.0 * step)).ceil() as u8).collect();
    out.extend_from_slice(&(step as f32).to_le_bytes());
    out.extend_from_slice(&multipliers);
    for (block, &multiplier) in vector.chunks(BLOCK).zip(&multipliers) {
        let mut bytes = [0; BLOCK];
        for (byte, x) in bytes.iter_mut().zip(block).filter(|_| multiplier > 0) {
            // The conversion stops at the ends of an `i8`'s range.
            *byte = ((x / (step * f64::from(multiplier))).round() as i8).cast_unsigned();
        }
        out.extend_from_slice(&bytes);
    }
    Ok(())
}

/// Makes a vector of a row: near to a unit one, or all zeros.
///
/// # Errors
/// [`RowError`] when the blob is not a row of `dimensions` numbers.
pub fn decode_row(row: &[u8], dimensions: usize) -> Result<Vec<f32>, RowError> {
    let (scale, multipliers, blocks) = parts(row, dimensions.div_ceil(BLOCK))?;
    let steps = multipliers.iter().map(|&multiplier| scale * f32::from(multiplier));
    let numbers = steps
        .zip(blocks)
        .flat_map(|(step, block)| block.iter().map(move |byte| step * f32::from(byte.cast_signed())));
    Ok(numbers.take(dimensions).collect())
}

/// The cosine of a query with a row, from -1 to 1 but for rounding; 0 when either is all zeros.
///
/// # Errors
/// [`RowError`] when the blob is not a row of as many numbers as the query.
pub fn score(query: &QuantizedQuery, row: &[u8]) -> Result<f32, RowError> {
    let (scale, multipliers, blocks) = parts(row, query.blocks.len())?;
    Ok(dot(&query.blocks, multipliers, blocks) * (query.scale * scale))
}

/// The scale, the multipliers and the numbers of a row.
type Parts<'a> = (f32, &'a [u8], &'a [[u8; BLOCK]]);

/// Takes a row of so many blocks apart, checked.
fn parts(row: &[u8], blocks: usize) -> Result<Parts<'_>, RowError> {
    let expected = row_bytes(blocks * BLOCK);
    let split = row.split_first_chunk::<SCALE_BYTES>().filter(|_| row.len() == expected);
    let (scale, rest) = split.ok_or(RowError::Length { expected, found: row.len() })?;
    let (multipliers, numbers) = rest.split_at(blocks);
    let scale = f32::from_le_bytes(*scale);
    // Written so that a scale which is not a number fails too.
    if !(0.0..=MAX_SCALE).contains(&scale) {
        return Err(RowError::Scale);
    }
    Ok((scale, multipliers, numbers.as_chunks().0))
}

/// A query made ready for many rows: the vector normalized and rounded to 16 bits, finely enough that the rounding of
/// the rows is what remains.
#[derive(Clone, Debug)]
pub struct QuantizedQuery {
    dimensions: usize,
    scale: f32,
    blocks: Vec<[i16; BLOCK]>,
}

impl QuantizedQuery {
    /// Makes a query of a vector, which need not be normalized.
    ///
    /// # Errors
    /// As for [`encode_row`].
    pub fn new(vector: &[f32]) -> Result<Self, VectorError> {
        let vector = normalized(vector)?;
        let step = largest(&vector) / f64::from(i16::MAX);
        let blocks = vector.chunks(BLOCK).map(|block| {
            let mut words = [0; BLOCK];
            for (word, x) in words.iter_mut().zip(block).filter(|_| step > 0.0) {
                *word = (x / step).round() as i16;
            }
            words
        });
        Ok(Self { dimensions: vector.len(), scale: step as f32, blocks: blocks.collect() })
    }

    /// How many numbers the query has, and so the rows it can be held against.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }
}

/// The vector with a norm of 1, or of 0 if it has no other. In `f64`, where the squares of the largest `f32` are
/// finite and those of the smallest not yet 0.
fn normalized(vector: &[f32]) -> Result<Vec<f64>, VectorError> {
    if vector.is_empty() || vector.len() > MAX_DIMENSIONS {
        return Err(VectorError::Dimensions { found: vector.len() });
    }
    if let Some(index) = vector.iter().position(|x| !x.is_finite()) {
        return Err(VectorError::NotFinite { index });
    }
    let norm = vector.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
    let unit = |&x: &f32| if norm > 0.0 { f64::from(x) / norm } else { 0.0 };
    Ok(vector.iter().map(unit).collect())
}

fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().fold(0.0, |largest, x| largest.max(x.abs()))
}

/// Why a vector cannot become a row or a query.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VectorError {
    /// No numbers, or too many.
    #[error("vector has {found} numbers; pass 1 to {MAX_DIMENSIONS}")]
    Dimensions {
        /// How many it has.
        found: usize,
    },
    /// An infinite number, or none at all.
    #[error("vector's number {index} is not finite; embed the text again")]
    NotFinite {
        /// Its place, counted from 0.
        index: usize,
    },
}

/// Why a stored blob is not a row. Either means damage or another model's vectors: embed the text again.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowError {
    /// The blob has another length than rows of this model.
    #[error("row has {found} bytes in place of {expected}; embed its text again with the current model")]
    Length {
        /// Bytes a row should have.
        expected: usize,
        /// Bytes it has.
        found: usize,
    },
    /// The scale is negative, too large or not a number.
    #[error("row has a scale no vector gives; it is damaged, embed its text again")]
    Scale,
}
