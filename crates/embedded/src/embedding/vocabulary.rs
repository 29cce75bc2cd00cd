//! Token text to token id: an open-addressing table of ids over the vocabulary's own text.
//!
//! A map of 19,000 owned strings would cost over a megabyte and as many allocations at start. Here the text stays one
//! buffer, and the table holds 4 bytes a slot: some 340 KB in all, built in one pass. The hash runs byte by byte, so
//! the tokenizer gets the hash of every prefix of a word from a single walk. It needs no protection from chosen keys:
//! the keys are the vocabulary, fixed when the model was made.

use std::borrow::Cow;

use super::ModelError;

/// A slot that holds no id.
const EMPTY: u32 = u32::MAX;

/// What marks a token that continues a word.
const CONTINUES: &str = "##";

/// The running hash of a token's bytes (FNV-1a), begun differently for a word's first token and for those after it,
/// which stands for the `##` in the vocabulary.
#[derive(Clone, Copy, Debug)]
pub(super) struct PieceHash(u32);

impl PieceHash {
    pub(super) fn new(continues: bool) -> Self {
        Self(if continues { 0x811C_9DC5 ^ 0x5BD1_E995 } else { 0x811C_9DC5 })
    }

    pub(super) fn push(&mut self, byte: u8) {
        self.0 = (self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }

    fn of(continues: bool, piece: &str) -> Self {
        let mut hash = Self::new(continues);
        piece.bytes().for_each(|byte| hash.push(byte));
        hash
    }

    /// The first slot to look at. FNV leaves its low bits weaker than its high ones, so both are folded together.
    fn slot(self, mask: usize) -> usize {
        (self.0 ^ (self.0 >> 15)) as usize & mask
    }
}

/// The tokens of a model by text.
pub(super) struct Vocabulary {
    text: Cow<'static, str>,
    /// Where each token starts; one more at the end, so that token `i` is `starts[i]..starts[i + 1] - 1`.
    starts: Vec<u32>,
    slots: Vec<u32>,
    longest: usize,
}

impl Vocabulary {
    /// Reads tokens, one a line; the last line may or may not end in a line feed.
    pub(super) fn new(text: Cow<'static, str>) -> Result<Self, ModelError> {
        let lines = text.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let mut starts = Vec::with_capacity(lines + 1);
        let mut at = 0_usize;
        for line in text.strip_suffix('\n').unwrap_or(&text).split('\n') {
            let start = u32::try_from(at).ok().filter(|_| !line.is_empty());
            starts.push(start.ok_or(ModelError::VocabularyLine { line: starts.len() + 1 })?);
            at += line.len() + 1;
        }
        let tokens = starts.len();
        starts.push(u32::try_from(at).map_err(|_| ModelError::VocabularyLine { line: tokens })?);

        // Between a quarter and a half full: nearly every search ends in the first slot.
        let slots = vec![EMPTY; (tokens * 2).next_power_of_two()];
        let mut vocabulary = Self { text, starts, slots, longest: 0 };
        for id in 0..tokens {
            vocabulary.insert(id as u32)?;
        }
        Ok(vocabulary)
    }

    fn insert(&mut self, id: u32) -> Result<(), ModelError> {
        let (continues, piece) = split(self.token(id));
        let length = piece.len();
        let mask = self.slots.len() - 1;
        let mut slot = PieceHash::of(continues, piece).slot(mask);
        while self.slots[slot] != EMPTY {
            if split(self.token(self.slots[slot])) == (continues, piece) {
                return Err(ModelError::VocabularyLine { line: id as usize + 1 });
            }
            slot = (slot + 1) & mask;
        }
        self.longest = self.longest.max(length);
        self.slots[slot] = id;
        Ok(())
    }

    /// The id of `piece`, whose hash the caller has; as a word's continuation if `continues`.
    pub(super) fn find(&self, continues: bool, piece: &str, hash: PieceHash) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let mut slot = hash.slot(mask);
        while self.slots[slot] != EMPTY {
            let id = self.slots[slot];
            if split(self.token(id)) == (continues, piece) {
                return Some(id);
            }
            slot = (slot + 1) & mask;
        }
        None
    }

    /// How many tokens there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The length in bytes of the longest token, without its `##`; no longer piece need be looked up.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    fn token(&self, id: u32) -> &str {
        let id = id as usize;
        &self.text[self.starts[id] as usize..self.starts[id + 1] as usize - 1]
    }
}

/// Whether a token continues a word, and its text without the mark. A bare `##` is a token of its own.
fn split(token: &str) -> (bool, &str) {
    match token.strip_prefix(CONTINUES) {
        Some(piece) if !piece.is_empty() => (true, piece),
        _ => (false, token),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(vocabulary: &Vocabulary, continues: bool, piece: &str) -> Option<u32> {
        vocabulary.find(continues, piece, PieceHash::of(continues, piece))
    }

    #[test]
    fn tokens_are_found_by_text_and_place_in_the_word() {
        let vocabulary = Vocabulary::new("a\n##a\n#\n##\nword\n".into()).unwrap();
        assert_eq!(vocabulary.len(), 5);
        assert_eq!(vocabulary.longest(), 4);
        assert_eq!(find(&vocabulary, false, "a"), Some(0));
        assert_eq!(find(&vocabulary, true, "a"), Some(1));
        assert_eq!(find(&vocabulary, false, "#"), Some(2));
        assert_eq!(find(&vocabulary, false, "##"), Some(3));
        assert_eq!(find(&vocabulary, false, "word"), Some(4));
        assert_eq!(find(&vocabulary, true, "word"), None);
        assert_eq!(find(&vocabulary, false, ""), None);
    }

    #[test]
    fn the_last_line_needs_no_line_feed() {
        let vocabulary = Vocabulary::new("a\nb".into()).unwrap();
        assert_eq!(find(&vocabulary, false, "b"), Some(1));
    }

    #[test]
    fn an_empty_line_and_a_repetition_are_refused_by_line() {
        for (text, line) in [("", 1), ("a\n\nb\n", 2), ("a\nb\na\n", 3), ("a\n\n", 2)] {
            match Vocabulary::new(text.into()) {
                Err(ModelError::VocabularyLine { line: found }) => assert_eq!(found, line, "{text:?}"),
                _ => panic!("{text:?} was accepted"),
            }
        }
    }
}
