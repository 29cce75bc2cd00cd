//! Cuts a text of many turns into passages short enough to embed.
//!
//! A passage is as many whole turns as fit. A turn that does not fit by itself is cut between sentences, a sentence
//! that does not fit between words, and a run of text without spaces where its characters allow. Nothing is lost but
//! white space at the edges of a passage. One in which the model knows no token has no vector; its words are found all
//! the same. [`super::overlap`] lets passages begin with the end of the one before.

use std::ops::Range;

use thiserror::Error;

use super::{
    StaticModel,
    normalize::{is_ideograph, is_mark, is_space},
};

/// The place of one turn in the text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it starts.
    pub start: usize,
    /// Where it ends, exclusive.
    pub end: usize,
    /// Whether a passage may not reach from the turn before into this one, as after a long silence.
    pub break_before: bool,
}

impl Span {
    /// A turn from byte `start` to before byte `end`, which may share a passage with the one before.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end, break_before: false }
    }

    /// The same turn, beginning a new passage.
    #[must_use]
    pub fn after_break(self) -> Self {
        Self { break_before: true, ..self }
    }
}

/// What a passage may not exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Tokens by the model's own count; vectors were fitted on texts of up to 256.
    pub max_tokens: usize,
    /// Characters (Unicode scalar values). This bounds text of which the model knows few or no tokens.
    pub max_chars: usize,
    /// Bytes of text between two turns, which become part of a passage that holds both; a longer gap is a break.
    pub max_gap: usize,
}

impl Default for Limits {
    /// 256 tokens, 2,000 characters, and gaps of up to 256 bytes: a speaker's name, not a page.
    fn default() -> Self {
        Self { max_tokens: 256, max_chars: 2_000, max_gap: 256 }
    }
}

/// A stretch of the text to embed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Where it starts, in characters (Unicode scalar values) of the text.
    pub start: usize,
    /// Where it ends, exclusive, in characters.
    pub end: usize,
    /// The same place in bytes: `&text[passage.bytes.clone()]` is what to embed.
    pub bytes: Range<usize>,
    /// The turn it starts in, counted from 0.
    pub first_turn: usize,
    /// The turn it ends in.
    pub last_turn: usize,
    /// How many tokens it has; 0 where the model knows none.
    pub tokens: usize,
}

/// Cuts `text`, whose turns are `turns` in order, into passages within `limits`.
///
/// A single character of more tokens than the limit, which only a limit below 4 can meet, becomes a passage alone.
///
/// # Errors
/// [`ChunkError`] when a limit is 0, or a turn does not lie in the text, tears a character or overlaps the one before.
pub fn passages(
    model: &StaticModel,
    text: &str,
    turns: &[Span],
    limits: &Limits,
) -> Result<Vec<Passage>, ChunkError> {
    if limits.max_tokens == 0 || limits.max_chars == 0 {
        return Err(ChunkError::Limits);
    }
    check(text, turns)?;
    let mut packer = Packer { model, text, limits, open: None, packed: Vec::new() };
    let mut previous_end = None;
    for (index, turn) in turns.iter().enumerate() {
        let gap = previous_end.map_or(0, |end| turn.start - end);
        if turn.break_before || gap > limits.max_gap {
            packer.close();
        }
        packer.add(turn.start..turn.end, index, Cut::Sentences);
        previous_end = Some(turn.end);
    }
    packer.close();
    Ok(in_characters(text, packer.packed))
}

fn check(text: &str, turns: &[Span]) -> Result<(), ChunkError> {
    let mut end = 0;
    for (turn, span) in turns.iter().enumerate() {
        if span.start > span.end || text.get(span.start..span.end).is_none() {
            return Err(ChunkError::NotInText { turn });
        }
        if span.start < end {
            return Err(ChunkError::OutOfOrder { turn });
        }
        end = span.end;
    }
    Ok(())
}

/// Between what a piece of text that does not fit is cut; each is tried when the one before did not do.
#[derive(Clone, Copy)]
enum Cut {
    Sentences,
    Words,
    Characters,
}

/// A passage as it is filled.
struct Packed {
    bytes: Range<usize>,
    first_turn: usize,
    last_turn: usize,
    tokens: usize,
    characters: usize,
    /// A byte of the passage at which a cut changes no token, and the number of tokens before it. What is added later
    /// is counted from here, since a word can go on across the seam of two pieces.
    settled: (usize, usize),
}

/// Puts pieces of text into passages, one after another.
struct Packer<'a> {
    model: &'a StaticModel,
    text: &'a str,
    limits: &'a Limits,
    open: Option<Packed>,
    packed: Vec<Packed>,
}

impl Packer<'_> {
    fn close(&mut self) {
        self.packed.extend(self.open.take());
    }

    /// Adds a piece of a turn, whole if a passage can hold it, cut if not.
    fn add(&mut self, piece: Range<usize>, turn: usize, cut: Cut) {
        let piece = trimmed(self.text, piece);
        let text = &self.text[piece.clone()];
        if text.is_empty() {
            return;
        }
        let characters = text.chars().count();
        if characters <= self.limits.max_chars {
            let tokens = self.model.count_tokens(text);
            if tokens <= self.limits.max_tokens {
                return self.append(piece, turn, tokens, characters);
            }
        }
        let (start, mut from) = (piece.start, piece.start);
        let mut part_to = |end: usize| std::mem::replace(&mut from, end)..end;
        match cut {
            Cut::Sentences => {
                // A turn that must be cut begins a passage, so that its own sentences stay together.
                self.close();
                for end in sentence_ends(text) {
                    self.add(part_to(start + end), turn, Cut::Words);
                }
            }
            Cut::Words => {
                let ends = text.char_indices().filter(|&(_, c)| is_space(c)).map(|(at, _)| at);
                for end in ends.chain([text.len()]) {
                    self.add(part_to(start + end), turn, Cut::Characters);
                }
            }
            Cut::Characters => {
                let mut rest = text;
                while !rest.is_empty() {
                    let (head, tail) = rest.split_at(self.fitting_prefix(rest));
                    let bytes = part_to(piece.end - tail.len());
                    self.append(bytes, turn, self.model.count_tokens(head), head.chars().count());
                    rest = tail;
                }
            }
        }
    }

    /// Adds a piece that fits to the open passage, or to a new one when both together do not fit.
    fn append(&mut self, piece: Range<usize>, turn: usize, tokens: usize, characters: usize) {
        if let Some(open) = &mut self.open {
            let between = self.text[open.bytes.end..piece.start].chars().count();
            let characters = open.characters + between + characters;
            if characters <= self.limits.max_chars {
                let (settled, before) = open.settled;
                let count = |range: Range<usize>| before + self.model.count_tokens(&self.text[range]);
                let seam =
                    is_seam(self.text, piece.start).then(|| (piece.start, count(settled..piece.start)));
                let tokens = seam.map_or_else(|| count(settled..piece.end), |(_, before)| before + tokens);
                if tokens <= self.limits.max_tokens {
                    open.bytes.end = piece.end;
                    open.last_turn = turn;
                    (open.tokens, open.characters) = (tokens, characters);
                    open.settled = seam.unwrap_or(open.settled);
                    return;
                }
            }
            self.close();
        }
        let settled = (piece.start, 0);
        self.open =
            Some(Packed { bytes: piece, first_turn: turn, last_turn: turn, tokens, characters, settled });
    }

    /// The length in bytes of a beginning of `text` that fits a passage, as long as can be and one character at least;
    /// it ends after a word or an ideograph if the second half of it has a place for that.
    fn fitting_prefix(&self, text: &str) -> usize {
        let ends: Vec<usize> =
            text.char_indices().map(|(at, c)| at + c.len_utf8()).take(self.limits.max_chars).collect();
        let fits = |end: &usize| self.model.count_tokens(&text[..*end]) <= self.limits.max_tokens;
        // The count can fall as a word grows out of the vocabulary, so this finds a longest prefix, if not the longest.
        // The whole is tried first: text that the model does not know fits, however long.
        let count =
            if ends.last().is_some_and(fits) { ends.len() } else { ends.partition_point(fits).max(1) };
        if ends[..count].last() == Some(&text.len()) {
            return text.len();
        }
        let half = &ends[count / 2..count];
        let fitting = |cut: fn(&str, usize) -> bool| {
            half.iter().rev().find(|&end| cut(text, *end) && !is_torn(text, *end) && fits(end))
        };
        let choice = fitting(is_seam).or_else(|| fitting(|_, _| true)).or(half.last());
        choice.copied().unwrap_or(text.len())
    }
}

/// Whether a cut here splits no word, so that the tokens of both sides are those of the whole.
///
/// Of punctuation, only marks that a capital sigma cannot look past are listed: whether it becomes a final one depends
/// on the letters beyond full stops, colons and apostrophes.
fn is_seam(text: &str, at: usize) -> bool {
    let stands_alone = |c: char| {
        is_space(c)
            || is_ideograph(c)
            || matches!(c, ',' | ';' | '!' | '?' | '"' | '(' | ')' | '[' | ']' | '/' | '-' | '–' | '—' | '…')
            || matches!(c, '。' | '、' | '！' | '？' | '，' | '；' | '「' | '」' | '『' | '』' | '《' | '》')
    };
    let (before, after) = text.split_at(at);
    before.chars().next_back().is_none_or(stands_alone) || after.chars().next().is_none_or(stands_alone)
}

/// Whether a cut here would take a mark, a modifier or a joiner from its character.
fn is_torn(text: &str, at: usize) -> bool {
    const JOINER: char = '\u{200D}';
    let (before, after) = text.split_at(at);
    before.ends_with(JOINER)
        || after.starts_with(|c| is_mark(c) || c == JOINER || matches!(c, '\u{1F3FB}'..='\u{1F3FF}'))
}

/// The ends of the sentences of a text, in bytes; the last is its length.
///
/// A plain rule: a terminator ends a sentence at the next white space, the full-width ones at once, and closing quotes
/// and brackets go with it. It cuts after `Mr.` too, which costs a passage boundary at worst.
pub(super) fn sentence_ends(text: &str) -> impl Iterator<Item = usize> {
    let mut ended = false;
    let inner = text.char_indices().zip(text.chars().skip(1)).filter_map(move |((at, c), next)| {
        let closes = |c| matches!(c, '"' | '\'' | ')' | ']' | '”' | '’' | '»' | '」' | '』' | '）');
        let full_width = matches!(c, '。' | '！' | '？');
        ended = full_width || matches!(c, '.' | '!' | '?' | '…' | '\n') || (ended && closes(c));
        let cut = ended && (is_space(next) || c == '\n' || (!c.is_ascii() && c != '…' && !closes(next)));
        cut.then_some(at + c.len_utf8())
    });
    inner.chain([text.len()])
}

/// The range without white space at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let kept = text[range.clone()].trim_start_matches(is_space);
    let start = range.end - kept.len();
    start..start + kept.trim_end_matches(is_space).len()
}

/// Adds the places in characters, in one walk over the text.
fn in_characters(text: &str, packed: Vec<Packed>) -> Vec<Passage> {
    let (mut byte, mut character) = (0, 0);
    let mut place = |to: usize| {
        character += text[byte..to].chars().count();
        byte = to;
        character
    };
    let passage = |Packed { bytes, first_turn, last_turn, tokens, .. }: Packed| Passage {
        start: place(bytes.start),
        end: place(bytes.end),
        bytes,
        first_turn,
        last_turn,
        tokens,
    };
    packed.into_iter().map(passage).collect()
}

/// Why a text was not cut. Each variant is a mistake of the caller.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChunkError {
    /// A turn ends before it starts, lies outside the text, or begins or ends within a character.
    #[error(
        "turn {turn} is not a stretch of the text; give its start and end in bytes, on character boundaries"
    )]
    NotInText {
        /// The turn, counted from 0.
        turn: usize,
    },
    /// A turn starts before the end of the one before it.
    #[error("turn {turn} starts before the one before it ends; give the turns in order, without overlap")]
    OutOfOrder {
        /// The later of the two turns, counted from 0.
        turn: usize,
    },
    /// A limit of 0, under which no passage is possible.
    #[error("a passage needs room; set `max_tokens` and `max_chars` to 1 at least")]
    Limits,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str) -> Vec<&str> {
        let mut start = 0;
        sentence_ends(text).map(|end| &text[std::mem::replace(&mut start, end)..end]).collect()
    }

    #[test]
    fn sentences_end_with_their_quotes_and_not_within_numbers() {
        assert_eq!(
            sentences("It costs 3.14. \"Really?\" (Yes.) Well… ok!!\nNext"),
            ["It costs 3.14.", " \"Really?\"", " (Yes.)", " Well…", " ok!!", "\n", "Next"]
        );
        assert_eq!(sentences("東京。「はい。」次！"), ["東京。", "「はい。」", "次！"]);
        assert_eq!(sentences("v1.2,a.b"), ["v1.2,a.b"]);
    }

    #[test]
    fn marks_modifiers_and_joiners_hold_on_to_their_character() {
        for (text, at) in
            [("e\u{301}x", 1), ("👍🏽", 4), ("👩\u{200D}🚀", 4), ("👩\u{200D}🚀", 7), ("❤\u{FE0F}", 3)]
        {
            assert!(is_torn(text, at), "{text:?} at {at}");
        }
        assert!(!is_torn("e\u{301}x", 3) && !is_torn("👍👍", 4));
    }

    #[test]
    fn a_seam_is_where_no_word_goes_on() {
        for (text, at) in
            [("a b", 1), ("a b", 2), ("a,b", 1), ("a,b", 2), ("a東b", 1), ("a東b", 4), ("ab", 0), ("ab", 2)]
        {
            assert!(is_seam(text, at), "{text:?} at {at}");
        }
        // A capital sigma looks past full stops, apostrophes and colons.
        for (text, at) in [("ab", 1), ("Σ.Α", 2), ("Σ.Α", 3), ("Σ'Α", 2), ("Σ:Α", 3)] {
            assert!(!is_seam(text, at), "{text:?} at {at}");
        }
    }
}
