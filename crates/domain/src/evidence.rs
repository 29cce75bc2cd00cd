//! Whether a quote is really in its source text, and the conversion between byte and Unicode scalar offsets.
//!
//! Offsets leave the platform as Unicode scalar values (code points), because that is what slicing means in most
//! languages a reader of our signals uses; Rust slices by bytes. [`ScalarIndex`] converts either way for many offsets
//! over one text.

use crate::signal::Evidence;

/// Bytes between two checkpoints of a [`ScalarIndex`]: one word of memory per block, at most a block scanned a lookup.
const BLOCK: usize = 256;

/// Why a piece of evidence is not true of a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// The quote is the empty string: it shows nothing.
    #[error("evidence quotes nothing; a quote needs at least one character")]
    Empty,
    /// `start` is not before `end`.
    #[error("evidence runs backwards, from {start} to {end}")]
    Backwards {
        /// The start, in scalar values.
        start: usize,
        /// The end, in scalar values.
        end: usize,
    },
    /// `end` lies behind the end of the text.
    #[error("evidence ends at {end}, but the text has only {length} characters")]
    OutOfRange {
        /// The end, in scalar values.
        end: usize,
        /// The length of the text, in scalar values.
        length: usize,
    },
    /// The slice from `start` to `end` is another text than the quote.
    #[error("the quote is not what the text says from {start} to {end}; quote the source verbatim")]
    Mismatch {
        /// The start, in scalar values.
        start: usize,
        /// The end, in scalar values.
        end: usize,
    },
}

/// Checks that `evidence.quote` is exactly the slice of `text` from `start` to `end`.
///
/// For many pieces of evidence over one text, build a [`ScalarIndex`] once and call [`ScalarIndex::verify`].
///
/// # Errors
/// [`EvidenceError::Empty`] for an empty quote, [`EvidenceError::Backwards`] when it does not start before it ends,
/// [`EvidenceError::OutOfRange`] when it ends behind the text, [`EvidenceError::Mismatch`] when the slice differs.
pub fn verify(text: &str, evidence: &Evidence) -> Result<(), EvidenceError> {
    ScalarIndex::new(text).verify(evidence)
}

/// Converts between byte and scalar offsets of one text: built in one pass, then constant time a lookup.
#[derive(Clone, Debug)]
pub struct ScalarIndex<'t> {
    text: &'t str,
    /// Scalar values that start before byte `BLOCK * i`; empty for ASCII, where both offsets are the same.
    checkpoints: Vec<usize>,
    length: usize,
}

impl<'t> ScalarIndex<'t> {
    /// Indexes `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        if text.is_ascii() {
            return Self { text, checkpoints: Vec::new(), length: text.len() };
        }
        let mut checkpoints = Vec::with_capacity(text.len() / BLOCK + 1);
        let mut length = 0;
        for block in text.as_bytes().chunks(BLOCK) {
            checkpoints.push(length);
            length += starts(block);
        }
        Self { text, checkpoints, length }
    }

    /// The length of the text in scalar values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether the text has no character.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The scalar offset of byte offset `byte`; `None` when that is behind the text or inside a character.
    #[must_use]
    pub fn to_scalar(&self, byte: usize) -> Option<usize> {
        if !self.text.is_char_boundary(byte) {
            return None;
        }
        if self.checkpoints.is_empty() {
            return Some(byte);
        }
        if byte == self.text.len() {
            return Some(self.length);
        }
        let block = byte / BLOCK;
        Some(self.checkpoints[block] + starts(&self.text.as_bytes()[block * BLOCK..byte]))
    }

    /// The byte offset of scalar offset `scalar`; `None` when that is behind the text.
    #[must_use]
    pub fn to_byte(&self, scalar: usize) -> Option<usize> {
        if scalar >= self.length {
            return (scalar == self.length).then_some(self.text.len());
        }
        if self.checkpoints.is_empty() {
            return Some(scalar);
        }
        let block = self.checkpoints.partition_point(|before| *before <= scalar) - 1;
        let mut left = scalar - self.checkpoints[block];
        for (at, byte) in self.text.as_bytes().iter().enumerate().skip(block * BLOCK) {
            if is_start(*byte) {
                if left == 0 {
                    return Some(at);
                }
                left -= 1;
            }
        }
        None
    }

    /// The slice between two scalar offsets; `None` when they run backwards or leave the text.
    #[must_use]
    pub fn slice(&self, start: usize, end: usize) -> Option<&'t str> {
        self.text.get(self.to_byte(start)?..self.to_byte(end)?)
    }

    /// As [`verify`], over the indexed text.
    ///
    /// # Errors
    /// The same as [`verify`].
    pub fn verify(&self, evidence: &Evidence) -> Result<(), EvidenceError> {
        let Evidence { ref quote, start, end, .. } = *evidence;
        if quote.is_empty() {
            return Err(EvidenceError::Empty);
        }
        if start >= end {
            return Err(EvidenceError::Backwards { start, end });
        }
        if end > self.length {
            return Err(EvidenceError::OutOfRange { end, length: self.length });
        }
        if self.slice(start, end) != Some(quote.as_str()) {
            return Err(EvidenceError::Mismatch { start, end });
        }
        Ok(())
    }
}

/// How many characters start in `bytes`.
fn starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| is_start(**byte)).count()
}

/// Whether a byte of UTF-8 is not a continuation byte.
fn is_start(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(quote: &str, start: usize, end: usize) -> Evidence {
        Evidence { quote: quote.to_owned(), start, end, turn: 0, speaker: String::new(), at_ms: None }
    }

    #[test]
    fn a_quote_is_true_only_where_the_text_says_it() {
        let text = "We have 50 k€ 🎉 set aside.\nYes.";
        for (quote, start, end, expect) in [
            ("We have", 0, 7, Ok(())),
            ("🎉 set", 14, 19, Ok(())),
            ("Yes.", 27, 31, Ok(())),
            ("", 3, 3, Err(EvidenceError::Empty)),
            ("We", 2, 2, Err(EvidenceError::Backwards { start: 2, end: 2 })),
            ("We", 2, 0, Err(EvidenceError::Backwards { start: 2, end: 0 })),
            ("Yes.!", 27, 32, Err(EvidenceError::OutOfRange { end: 32, length: 31 })),
            ("we have", 0, 7, Err(EvidenceError::Mismatch { start: 0, end: 7 })),
            ("We have", 1, 8, Err(EvidenceError::Mismatch { start: 1, end: 8 })),
        ] {
            assert_eq!(verify(text, &evidence(quote, start, end)), expect, "{quote:?} {start}..{end}");
        }
    }

    #[test]
    fn offsets_convert_both_ways_at_every_character() {
        let mixed = "aé漢🎉\u{301}".repeat(200);
        for text in ["", "plain ascii", "é", mixed.as_str()] {
            let index = ScalarIndex::new(text);
            assert_eq!(index.len(), text.chars().count());
            assert_eq!(index.is_empty(), text.is_empty());
            let ends = [(text.len(), None)];
            let all = text.char_indices().map(|(at, c)| (at, Some(c))).chain(ends);
            for (scalar, (byte, c)) in all.enumerate() {
                assert_eq!(index.to_scalar(byte), Some(scalar), "{byte}");
                assert_eq!(index.to_byte(scalar), Some(byte), "{scalar}");
                if c.is_some_and(|c| c.len_utf8() > 1) {
                    assert_eq!(index.to_scalar(byte + 1), None, "inside a character");
                }
            }
            assert_eq!(index.to_byte(index.len() + 1), None);
            assert_eq!(index.to_scalar(text.len() + 1), None);
        }
    }

    #[test]
    fn a_slice_that_runs_backwards_is_none() {
        assert_eq!(ScalarIndex::new("abc").slice(2, 1), None);
        assert_eq!(ScalarIndex::new("añc").slice(1, 2), Some("ñ"));
    }
}
