//! Where the tensors lie inside a safetensors file; reads the header, never copies the data.
//!
//! The file is a little-endian `u64` header length, that much JSON, then the tensors' bytes, which the header's
//! `data_offsets` count from the end of the JSON. This model has two: `embeddings`, I8 of rows by dimensions, and
//! `scales`, F32 by row.

use std::ops::Range;

use serde::{Deserialize, de::IgnoredAny};

use super::ModelError;

/// More dimensions than any sentence model has; a limit keeps the arithmetic on offsets far from overflow.
const MAX_DIMENSIONS: u64 = 4_096;

#[derive(Deserialize)]
struct Header {
    embeddings: Tensor,
    scales: Tensor,
    /// Token weights kept apart from the scales, as other exporters do. Ignoring them would embed wrongly.
    weights: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

/// The checked positions of the model's rows and scales.
#[derive(Debug)]
pub(super) struct Layout {
    rows: usize,
    dimensions: usize,
    embeddings: Range<usize>,
    scales: Range<usize>,
}

impl Layout {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let found = bytes.len() as u64;
        let (prefix, rest) =
            bytes.split_first_chunk::<8>().ok_or(ModelError::Truncated { needed: 8, found })?;
        let header_length = u64::from_le_bytes(*prefix);
        let truncated = |end: u64| ModelError::Truncated { needed: end.saturating_add(8), found };
        let header = usize::try_from(header_length)
            .ok()
            .and_then(|length| rest.get(..length))
            .ok_or_else(|| truncated(header_length))?;
        let header: Header = serde_json::from_slice(header).map_err(ModelError::Header)?;
        if header.weights.is_some() {
            return Err(ModelError::Tensor { tensor: "weights", expected: "absent, folded into `scales`" });
        }

        let wrong = |tensor, expected| ModelError::Tensor { tensor, expected };
        let &[rows, dimensions] = header.embeddings.shape.as_slice() else {
            return Err(wrong("embeddings", "two-dimensional"));
        };
        if !(1..=u64::from(u32::MAX)).contains(&rows) || !(1..=MAX_DIMENSIONS).contains(&dimensions) {
            return Err(wrong("embeddings", "at least one row of 1 to 4096 numbers"));
        }
        if header.embeddings.dtype != "I8" {
            return Err(wrong("embeddings", "of type I8"));
        }
        if header.scales.dtype != "F32" || header.scales.shape != [rows] {
            return Err(wrong("scales", "of type F32 with one number for each row"));
        }
        let place = |name, tensor: &Tensor, size: u64| {
            let (start, end) = tensor.data_offsets;
            if end.checked_sub(start) != Some(size) {
                return Err(wrong(name, "as long as its shape says"));
            }
            let data = header_length + 8;
            let end = data.checked_add(end).filter(|&end| end <= found).ok_or_else(|| truncated(end))?;
            // Both ends are at most `found`, which came from a `usize`.
            Ok((end - size) as usize..end as usize)
        };
        let layout = Self {
            rows: rows as usize,
            dimensions: dimensions as usize,
            embeddings: place("embeddings", &header.embeddings, rows * dimensions)?,
            scales: place("scales", &header.scales, rows * 4)?,
        };
        layout.check_scales(bytes)?;
        Ok(layout)
    }

    fn check_scales(&self, bytes: &[u8]) -> Result<(), ModelError> {
        let (scales, _) = bytes[self.scales.clone()].as_chunks::<4>();
        let sound = |scale: f32| scale.is_finite() && scale >= 0.0;
        match scales.iter().position(|scale| !sound(f32::from_le_bytes(*scale))) {
            Some(row) => Err(ModelError::Scale { row }),
            None => Ok(()),
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The scale and the bytes, each an `i8`, of one row of the file that this layout was read from.
    pub(super) fn row<'a>(&self, bytes: &'a [u8], row: usize) -> Option<(f32, &'a [u8])> {
        let (scales, _) = bytes.get(self.scales.clone())?.as_chunks::<4>();
        let scale = f32::from_le_bytes(*scales.get(row)?);
        let start = row * self.dimensions;
        Some((scale, bytes.get(self.embeddings.clone())?.get(start..start + self.dimensions)?))
    }
}
