//! One vector as an int8 row: a little-endian `f32` scale, then a byte for each number.
//!
//! The number at `i` is `scale * byte[i]`, with the scale that of the vector's largest number. A row of 192 numbers is
//! 196 bytes against 768 as `f32`, and its cosine with a query is within about 0.005 of the exact one.

use thiserror::Error;

use super::dot::{QUERY_LIMIT, dot};

/// The most numbers a vector may have. Sums of products stay within an `i32` up to here.
pub const MAX_DIMENSIONS: usize = 4_096;

/// Bytes of a row before its numbers.
pub(super) const SCALE_BYTES: usize = 4;

/// The largest scale of a row that [`encode_row`] makes: the vector has one number, 1. The rest is for rounding.
const MAX_SCALE: f32 = 1.0 / 127.0 + 1e-6;

/// Makes the row of a vector, which is normalized first, so its length does not matter; all zeros stay zeros and
/// score 0 with every query.
///
/// # Errors
/// [`VectorError`] when the vector is empty, longer than [`MAX_DIMENSIONS`], or has a number that is not finite.
pub fn encode_row(vector: &[f32]) -> Result<Vec<u8>, VectorError> {
    let mut row = Vec::with_capacity(SCALE_BYTES + vector.len());
    append_row(vector, &mut row)?;
    Ok(row)
}

/// As [`encode_row`], at the end of `out`, which is left alone on an error.
pub(super) fn append_row(vector: &[f32], out: &mut Vec<u8>) -> Result<(), VectorError> {
    let quantized = Quantized::of(vector, 127.0)?;
    out.extend_from_slice(&quantized.scale.to_le_bytes());
    out.extend(vector.iter().map(|&x| (quantized.round(x) as i8).cast_unsigned()));
    Ok(())
}

/// Makes a vector of a row: near to a unit one, or all zeros.
///
/// # Errors
/// [`RowError`] when the blob is not a row of `dimensions` numbers.
pub fn decode_row(row: &[u8], dimensions: usize) -> Result<Vec<f32>, RowError> {
    let (scale, bytes) = parts(row, dimensions)?;
    Ok(bytes.iter().map(|&byte| scale * f32::from(byte.cast_signed())).collect())
}

/// The cosine of a query with a row, from -1 to 1 but for rounding; 0 when either is all zeros.
///
/// # Errors
/// [`RowError`] when the blob is not a row of as many numbers as the query.
pub fn score(query: &QuantizedQuery, row: &[u8]) -> Result<f32, RowError> {
    let (scale, bytes) = parts(row, query.dimensions())?;
    Ok(dot(&query.values, bytes) as f32 * (query.scale * scale))
}

/// The scale and the bytes of a row, checked.
fn parts(row: &[u8], dimensions: usize) -> Result<(f32, &[u8]), RowError> {
    let wrong_length = RowError::Length { expected: SCALE_BYTES + dimensions, found: row.len() };
    let (scale, bytes) = row.split_first_chunk::<SCALE_BYTES>().ok_or(wrong_length.clone())?;
    if bytes.len() != dimensions {
        return Err(wrong_length);
    }
    let scale = f32::from_le_bytes(*scale);
    // Written so that a scale which is not a number fails too.
    if (0.0..=MAX_SCALE).contains(&scale) { Ok((scale, bytes)) } else { Err(RowError::Scale) }
}

/// A query made ready for many rows: the vector normalized and rounded to 13 bits, finely enough that the rounding of
/// the rows is what remains.
#[derive(Clone, Debug)]
pub struct QuantizedQuery {
    scale: f32,
    values: Vec<i16>,
}

impl QuantizedQuery {
    /// Makes a query of a vector, which need not be normalized.
    ///
    /// # Errors
    /// As for [`encode_row`].
    pub fn new(vector: &[f32]) -> Result<Self, VectorError> {
        let quantized = Quantized::of(vector, f32::from(QUERY_LIMIT))?;
        let values = vector.iter().map(|&x| quantized.round(x) as i16).collect();
        Ok(Self { scale: quantized.scale, values })
    }

    /// How many numbers the query has, and so the rows it can be held against.
    pub fn dimensions(&self) -> usize {
        self.values.len()
    }
}

/// How the numbers of one vector become integers up to `limit`.
struct Quantized {
    /// What one integer step is worth in the unit vector.
    scale: f32,
    /// Integer steps for each unit of the given vector.
    steps: f64,
    limit: f32,
}

impl Quantized {
    fn of(vector: &[f32], limit: f32) -> Result<Self, VectorError> {
        if vector.is_empty() || vector.len() > MAX_DIMENSIONS {
            return Err(VectorError::Dimensions { found: vector.len() });
        }
        if let Some(index) = vector.iter().position(|x| !x.is_finite()) {
            return Err(VectorError::NotFinite { index });
        }
        // In f64: the squares of the largest f32 numbers are still finite there, those of the smallest not yet 0.
        let norm = vector.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
        let largest = vector.iter().fold(0.0_f64, |largest, &x| largest.max(f64::from(x).abs()));
        if largest == 0.0 {
            return Ok(Self { scale: 0.0, steps: 0.0, limit });
        }
        let steps = f64::from(limit) / largest;
        Ok(Self { scale: (largest / norm / f64::from(limit)) as f32, steps, limit })
    }

    fn round(&self, x: f32) -> f32 {
        ((f64::from(x) * self.steps).round() as f32).clamp(-self.limit, self.limit)
    }
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
