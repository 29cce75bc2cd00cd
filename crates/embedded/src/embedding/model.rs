//! The static model: token ids for a text, and the text's unit vector.

use std::borrow::Cow;

use thiserror::Error;

use super::{normalize::normalize, safetensors::Layout, vocabulary::Vocabulary, wordpiece};

/// A static embedding model with its vocabulary, ready to embed.
///
/// The weights stay in the buffer they came in, so the memory cost is that buffer, the vocabulary's text and a lookup
/// table of some 340 KB for 19,000 tokens. Loading touches each token and each scale once.
pub struct StaticModel {
    weights: Cow<'static, [u8]>,
    layout: Layout,
    vocabulary: Vocabulary,
}

impl StaticModel {
    /// Reads a model from the bytes of its safetensors file and the text of its vocabulary, one token a line.
    ///
    /// Both are kept as they are: pass `&'static` data (`include_bytes!`) or owned buffers; neither is copied.
    ///
    /// # Errors
    /// [`ModelError`] when the weights are not in the expected format, hold an impossible number, or do not have
    /// exactly one row for each line of the vocabulary.
    pub fn new(
        weights: impl Into<Cow<'static, [u8]>>,
        vocabulary: impl Into<Cow<'static, str>>,
    ) -> Result<Self, ModelError> {
        let weights = weights.into();
        let layout = Layout::read(&weights)?;
        let vocabulary = Vocabulary::new(vocabulary.into())?;
        if vocabulary.len() != layout.rows() {
            return Err(ModelError::VocabularyLength { tokens: vocabulary.len(), rows: layout.rows() });
        }
        Ok(Self { weights, layout, vocabulary })
    }

    /// How many numbers a vector of this model has: 192 for the one that ships.
    pub fn dimensions(&self) -> usize {
        self.layout.dimensions()
    }

    /// The tokens of a text, in order, each a row number of the model; empty when nothing in the text is known to it.
    pub fn token_ids(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        self.for_each_token(text, |id| ids.push(id));
        ids
    }

    /// How many tokens a text has. Texts of up to 256 tokens embed well; cut longer ones with [`super::chunking`].
    pub fn count_tokens(&self, text: &str) -> usize {
        let mut count = 0;
        self.for_each_token(text, |_| count += 1);
        count
    }

    /// The vector of a text: [`dimensions`](Self::dimensions) numbers with an L2 norm of 1, so that the dot product
    /// of two vectors is the cosine of their angle; all zeros when the text has no known token.
    pub fn embed(&self, text: &str) -> Vec<f32> {
        let mut sum = vec![0.0_f32; self.dimensions()];
        self.for_each_token(text, |id| {
            // The vocabulary has as many tokens as the weights have rows, so every id has a row.
            if let Some((scale, row)) = self.layout.row(&self.weights, id as usize) {
                for (total, &byte) in sum.iter_mut().zip(row) {
                    *total += scale * f32::from(byte.cast_signed());
                }
            }
        });
        let norm = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
        if norm > 0.0 {
            sum.iter_mut().for_each(|x| *x /= norm);
        }
        sum
    }

    /// The sum of the rows of some tokens; all zeros of none.
    pub(super) fn sum(&self, ids: &[u32]) -> Vec<f32> {
        let mut sum = vec![0.0_f32; self.dimensions()];
        for &id in ids {
            if let Some((scale, row)) = self.layout.row(&self.weights, id as usize) {
                for (total, &byte) in sum.iter_mut().zip(row) {
                    *total += scale * f32::from(byte.cast_signed());
                }
            }
        }
        sum
    }

    fn for_each_token(&self, text: &str, sink: impl FnMut(u32)) {
        wordpiece::for_each_token(&self.vocabulary, &normalize(text), sink);
    }
}

impl std::fmt::Debug for StaticModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaticModel")
            .field("tokens", &self.vocabulary.len())
            .field("dimensions", &self.dimensions())
            .finish_non_exhaustive()
    }
}

/// Why a model could not be loaded. Every variant means wrong or damaged files: ship the pair that belongs together.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The weights end before their own header or tensors do.
    #[error("weights are cut short: {needed} bytes are needed and {found} are there; copy the file again")]
    Truncated {
        /// Bytes that the header asks for.
        needed: u64,
        /// Bytes that were given.
        found: u64,
    },
    /// The header is not the JSON of a safetensors file with `embeddings` and `scales`.
    #[error("weights have no readable safetensors header; pass the bytes of static-minilm.safetensors")]
    Header(#[source] serde_json::Error),
    /// A tensor has another type, shape or size than this format's.
    #[error("tensor `{tensor}` should be {expected}; use a model exported in this crate's format")]
    Tensor {
        /// The tensor's name in the file.
        tensor: &'static str,
        /// What it should have been.
        expected: &'static str,
    },
    /// A row's scale is negative, infinite or not a number.
    #[error("row {row} has an impossible scale; the weights are damaged, copy the file again")]
    Scale {
        /// The row, counted from 0.
        row: usize,
    },
    /// The vocabulary and the weights differ in length.
    #[error(
        "vocabulary has {tokens} tokens for {rows} rows; pass the vocabulary that belongs to the weights"
    )]
    VocabularyLength {
        /// Lines of the vocabulary.
        tokens: usize,
        /// Rows of the weights.
        rows: usize,
    },
    /// The vocabulary has an empty line, the same token twice, or more text than 4 GiB.
    #[error(
        "vocabulary line {line} is empty, a repetition or beyond 4 GiB; each token stands once, on its own line"
    )]
    VocabularyLine {
        /// The line, counted from 1.
        line: usize,
    },
}
