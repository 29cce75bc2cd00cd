//! Lets a passage begin with the end of the one before, so that an answer stands beside its question.
//!
//! What is repeated is whole turns of speakers where one fits, else whole sentences. Nothing is repeated across a break.

use super::StaticModel;
use super::chunking::{Passage, Span, sentence_ends};

/// How much is repeated at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Tokens by the model's own count.
    pub max_tokens: usize,
    /// Characters (Unicode scalar values), for text of which the model knows few or no tokens.
    pub max_chars: usize,
    /// Bytes between two turns; a longer gap is a break.
    pub max_gap: usize,
}

impl Default for Overlap {
    /// 64 tokens and 400 characters: a remark or two.
    fn default() -> Self {
        Self { max_tokens: 64, max_chars: 400, max_gap: 256 }
    }
}

/// The passages of [`super::chunking::passages`] over the same text and turns, each but the first of a stretch begun
/// earlier. No two start at the same place.
#[must_use]
pub fn overlapped(
    model: &StaticModel,
    text: &str,
    turns: &[Span],
    passages: &[Passage],
    overlap: &Overlap,
) -> Vec<Passage> {
    let before = std::iter::once(None).chain(passages.iter().map(Some));
    before
        .zip(passages)
        .map(|(before, passage)| {
            let began = before
                .filter(|before| is_joined(turns, before, passage, overlap))
                .and_then(|before| beginning(model, text, turns, before, passage, overlap));
            let Some((first_turn, start)) = began else { return passage.clone() };
            let added = &text[start..passage.bytes.start];
            Passage {
                start: passage.start - added.chars().count(),
                bytes: start..passage.bytes.end,
                first_turn,
                tokens: model.count_tokens(&text[start..passage.bytes.end]),
                ..passage.clone()
            }
        })
        .collect()
}

/// Whether nothing parts two passages.
fn is_joined(turns: &[Span], before: &Passage, passage: &Passage, overlap: &Overlap) -> bool {
    let turn = passage.first_turn;
    if before.last_turn == turn {
        return true;
    }
    let gap = turns[turn].start.saturating_sub(before.bytes.end);
    before.last_turn + 1 == turn && !turns[turn].break_before && gap <= overlap.max_gap
}

/// The earliest place within the passage before from which what is repeated fits, and its turn.
fn beginning(
    model: &StaticModel,
    text: &str,
    turns: &[Span],
    before: &Passage,
    passage: &Passage,
    overlap: &Overlap,
) -> Option<(usize, usize)> {
    let end = passage.bytes.start;
    let fits = |start: usize| {
        let added = &text[start..end];
        added.chars().count() <= overlap.max_chars && model.count_tokens(added) <= overlap.max_tokens
    };
    let within = |start: usize| start > before.bytes.start && start < end;
    let turn_starts = (before.first_turn..=before.last_turn).map(|turn| (turn, turns[turn].start));
    let mut whole_turns = turn_starts.filter(|&(_, start)| within(start));
    whole_turns.find(|&(_, start)| fits(start)).or_else(|| {
        let turn = before.last_turn;
        let from = turns[turn].start.max(before.bytes.start);
        let ends = sentence_ends(&text[from..before.bytes.end]);
        let starts = ends.map(|end| {
            let rest = &text[from + end..];
            from + end + (rest.len() - rest.trim_start().len())
        });
        starts.filter(|&start| within(start)).find(|&start| fits(start)).map(|start| (turn, start))
    })
}

#[cfg(test)]
mod tests {
    use super::super::chunking::{Limits, passages};
    use super::*;

    fn model() -> StaticModel {
        let weights = include_bytes!("../../model/static-minilm.safetensors").as_slice();
        StaticModel::new(weights, include_str!("../../model/vocab.txt")).unwrap()
    }

    fn cut<'a>(text: &'a str, turns: &[Span], max_tokens: usize, repeated: usize) -> Vec<&'a str> {
        let model = model();
        let limits = Limits { max_tokens, ..Limits::default() };
        let base = passages(&model, text, turns, &limits).unwrap();
        let overlap = Overlap { max_tokens: repeated, ..Overlap::default() };
        let passages = overlapped(&model, text, turns, &base, &overlap);
        for passage in &passages {
            let characters: Vec<char> = text.chars().collect();
            let by_characters: String = characters[passage.start..passage.end].iter().collect();
            assert_eq!(by_characters, text[passage.bytes.clone()]);
            assert!(turns[passage.first_turn].start <= passage.bytes.start);
        }
        passages.iter().map(|passage| &text[passage.bytes.clone()]).collect()
    }

    fn lines(text: &str) -> Vec<Span> {
        let mut at = 0;
        text.split('\n')
            .map(|line| {
                at += line.len() + 1;
                Span::new(at - 1 - line.len(), at - 1)
            })
            .collect()
    }

    #[test]
    fn whole_turns_are_repeated_as_far_as_they_fit() {
        let text = "Héllo there.\nHow much is it?\nAbout fifty.\nThat is fine.\nBye for now.";
        assert_eq!(
            cut(text, &lines(text), 10, 5),
            [
                "Héllo there.\nHow much is it?",
                "How much is it?\nAbout fifty.\nThat is fine.",
                "That is fine.\nBye for now."
            ]
        );
        let without = cut(text, &lines(text), 10, 0);
        assert_eq!(without[1], "About fifty.\nThat is fine.");
    }

    #[test]
    fn within_a_long_turn_whole_sentences_are_repeated() {
        let text = "The price is high. We pay ten now. You ask for twenty. That is double.";
        assert_eq!(
            cut(text, &lines(text), 10, 6),
            ["The price is high. We pay ten now.", "We pay ten now. You ask for twenty. That is double."]
        );
    }

    #[test]
    fn nothing_is_repeated_across_a_break_or_where_nothing_fits() {
        let text = "One two three.\nFour five six.\nSeven eight nine.";
        let turns = lines(text);
        let broken = [turns[0], turns[1].after_break(), turns[2]];
        assert_eq!(cut(text, &broken, 100, 9), ["One two three.", "Four five six.\nSeven eight nine."]);
        // The passage before is one turn: beginning with it would make a passage of the same start.
        assert_eq!(cut(text, &turns, 4, 9), ["One two three.", "Four five six.", "Seven eight nine."]);
    }
}
