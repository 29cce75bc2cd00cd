//! Words into tokens: split at spaces and punctuation, then the longest known piece first.

use super::{
    normalize::is_punctuation,
    vocabulary::{PieceHash, Vocabulary},
};

/// A word of more characters gets no tokens: it is a key, a link or noise, and its pieces would mean nothing.
const MAX_WORD_CHARACTERS: usize = 100;

/// Calls `sink` with each token of a text that [`super::normalize::normalize`] made, in order.
pub(super) fn for_each_token(vocabulary: &Vocabulary, normalized: &str, mut sink: impl FnMut(u32)) {
    let mut pieces = Pieces::default();
    for run in normalized.split(' ') {
        let mut start = 0;
        for (at, c) in run.char_indices().filter(|&(_, c)| is_punctuation(c)) {
            let end = at + c.len_utf8();
            for word in [&run[start..at], &run[at..end]] {
                pieces.of_word(vocabulary, word).iter().for_each(|&id| sink(id));
            }
            start = end;
        }
        pieces.of_word(vocabulary, &run[start..]).iter().for_each(|&id| sink(id));
    }
}

/// Room for one word's work, kept from word to word.
#[derive(Default)]
struct Pieces {
    ids: Vec<u32>,
    /// The end and the hash of each prefix of what is left of the word, shortest first.
    prefixes: Vec<(usize, PieceHash)>,
}

impl Pieces {
    /// The tokens of one word: none when any part of it is unknown or it is too long.
    fn of_word(&mut self, vocabulary: &Vocabulary, word: &str) -> &[u32] {
        self.ids.clear();
        // Every character has a byte at least, so the count is only needed for words of many bytes.
        if word.len() > MAX_WORD_CHARACTERS && word.chars().count() > MAX_WORD_CHARACTERS {
            return &self.ids;
        }
        let mut start = 0;
        while start < word.len() {
            match self.longest_piece(vocabulary, word, start) {
                Some((end, id)) => {
                    self.ids.push(id);
                    start = end;
                }
                None => {
                    self.ids.clear();
                    break;
                }
            }
        }
        &self.ids
    }

    fn longest_piece(&mut self, vocabulary: &Vocabulary, word: &str, start: usize) -> Option<(usize, u32)> {
        let continues = start > 0;
        let mut hash = PieceHash::new(continues);
        self.prefixes.clear();
        let limit = word.len().min(start + vocabulary.longest());
        for (at, &byte) in word.as_bytes()[..limit].iter().enumerate().skip(start) {
            hash.push(byte);
            if word.is_char_boundary(at + 1) {
                self.prefixes.push((at + 1, hash));
            }
        }
        self.prefixes
            .iter()
            .rev()
            .find_map(|&(end, hash)| vocabulary.find(continues, &word[start..end], hash).map(|id| (end, id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<u32> {
        let vocabulary = Vocabulary::new("un\n##believ\n##able\n,\na\n##a\n##é\nunbe\n##x\n".into()).unwrap();
        let mut ids = Vec::new();
        for_each_token(&vocabulary, text, |id| ids.push(id));
        ids
    }

    #[test]
    fn the_longest_piece_wins_and_is_never_taken_back() {
        assert_eq!(tokens("un"), [0]);
        // `unbe` is longer than `un`, and nothing continues it: no tokens, though un + ##believ + ##able exist.
        assert_eq!(tokens("unbelievable"), [0_u32; 0]);
        assert_eq!(tokens("unbex"), [7, 8]);
    }

    #[test]
    fn punctuation_stands_alone_and_an_unknown_word_leaves_its_neighbors() {
        assert_eq!(tokens("a,a zz  un,"), [4, 3, 4, 0, 3]);
        assert_eq!(tokens(",,"), [3, 3]);
        assert_eq!(tokens(""), [0_u32; 0]);
    }

    #[test]
    fn a_word_of_a_hundred_characters_is_the_longest() {
        assert_eq!(tokens(&"a".repeat(100)).len(), 100);
        assert_eq!(tokens(&"a".repeat(101)).len(), 0);
        // Characters count, not bytes.
        assert_eq!(tokens(&format!("a{}", "é".repeat(99))).len(), 100);
    }
}
