//! Which turns could matter.
//!
//! A turn is kept when one of its sentences is likely enough to carry a signal of any kind, be it only a little: the
//! second stage's threshold for this is set so that next to no labeled sentence falls below it. What a kept turn answers
//! is kept too, and so is the answer to what it asks, since either means nothing without the other. Of a call in which
//! no sentence is likelier than the least that calls with signals have, nothing is kept. Without weights a turn is
//! kept when a rule that says something matches in it, or when it asks a question whose answer would be a signal.

use std::ops::Range;

use transcript::{Document, Turn};

use super::{
    Candidate, TurnRange, Weights,
    entity::{Entities, Known},
    guard::{self, Setting},
    rules::Lexicon,
    token::tokens,
};

/// How many turns around one that matters are kept without weights.
const AROUND: usize = 1;
/// Turns of fewer words are fillers: `yeah, right`.
const FEWEST_WORDS: usize = 3;

/// From which probabilities on, of any kind, something is sent on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cut {
    /// That of a sentence, for its turn.
    pub turn: f32,
    /// That of the likeliest sentence, for the call.
    pub call: f32,
}

/// A sentence as the prefilter sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glimpse {
    /// Its turn, by index.
    pub turn: usize,
    /// Whether it ends as a question.
    pub asks: bool,
    /// How likely it is to carry anything.
    pub likely: f32,
}

/// The turns, of `count`, that are sent on: sorted and disjoint.
#[must_use]
pub fn sent(glimpses: &[Glimpse], count: usize, cut: Cut) -> Vec<TurnRange> {
    if glimpses.iter().all(|glimpse| glimpse.likely < cut.call) {
        return Vec::new();
    }
    let mut asks = vec![false; count];
    let mut matters = vec![false; count];
    for glimpse in glimpses.iter().filter(|glimpse| glimpse.turn < count) {
        asks[glimpse.turn] |= glimpse.asks;
        matters[glimpse.turn] |= glimpse.likely >= cut.turn;
    }
    let kept = (0..count).filter(|at| {
        let answers = *at > 0 && matters[at - 1] && asks[at - 1];
        let asked = at + 1 < count && matters[at + 1] && asks[*at];
        matters[*at] || answers || asked
    });
    ranges(kept.map(|at| at..at + 1))
}

/// The turns with a sentence that could hold a signal, with their context: sorted and disjoint.
pub(super) fn likely(document: &Document, candidates: &[Candidate], weights: &Weights<'_>) -> Vec<TurnRange> {
    let glimpses = candidates.iter().map(|candidate| Glimpse {
        turn: candidate.turn,
        asks: candidate.asks,
        likely: weights.probabilities(&candidate.features).into_iter().fold(0.0, f32::max),
    });
    sent(&glimpses.collect::<Vec<_>>(), document.turns.len(), weights.prefilter)
}

/// The same by the rules alone.
pub(super) fn by_rules(document: &Document, known: &Known) -> Vec<TurnRange> {
    let lexicon = Lexicon::get();
    let turns = document.turns.iter().enumerate();
    let matter = turns.filter(|(_, turn)| matters(document, turn, known, lexicon));
    let last = document.turns.len();
    ranges(matter.map(|(at, _)| at.saturating_sub(AROUND)..(at + 1 + AROUND).min(last)))
}

/// Ascending ranges as disjoint ones.
fn ranges(turns: impl Iterator<Item = Range<usize>>) -> Vec<TurnRange> {
    let mut kept: Vec<TurnRange> = Vec::new();
    for Range { start, end } in turns {
        match kept.last_mut() {
            Some(last) if last.end >= start => last.end = end,
            _ => kept.push(TurnRange { start, end }),
        }
    }
    kept
}

fn matters(document: &Document, turn: &Turn, known: &Known, lexicon: &Lexicon) -> bool {
    let text = document.turn_text(turn);
    let words = tokens(text, 0..text.len());
    if words.len() < FEWEST_WORDS || !guard::is_english(&words) {
        return false;
    }
    let entities = Entities::find(&words, known);
    // A turn may hold a question and a statement, so it is taken for the one that lets more rules count.
    let setting = Setting::plain(turn.side);
    lexicon.matches_any(&words, &entities, |rule, matched| setting.allows(rule, matched, &words))
        || (text.contains('?') && !lexicon.asked(&words, &entities).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: Cut = Cut { turn: 0.1, call: 0.5 };

    fn glimpse(turn: usize, asks: bool, likely: f32) -> Glimpse {
        Glimpse { turn, asks, likely }
    }

    #[test]
    fn a_turn_goes_with_its_question_and_with_its_answer_and_with_nothing_else() {
        for (claim, glimpses, expect) in [
            ("a statement goes alone", vec![glimpse(0, false, 0.0), glimpse(1, false, 0.9)], vec![(1, 2)]),
            (
                "an answer takes its question along",
                vec![glimpse(0, true, 0.0), glimpse(1, false, 0.9)],
                vec![(0, 2)],
            ),
            (
                "a question takes its answer along",
                vec![glimpse(1, true, 0.9), glimpse(2, false, 0.0)],
                vec![(1, 3)],
            ),
            (
                "what stands apart stays apart",
                vec![
                    glimpse(0, false, 0.9),
                    glimpse(1, true, 0.0),
                    glimpse(2, false, 0.0),
                    glimpse(3, false, 0.1),
                ],
                vec![(0, 1), (3, 4)],
            ),
            (
                "a call with nothing likely in it stays",
                vec![glimpse(0, true, 0.4), glimpse(1, false, 0.3)],
                vec![],
            ),
            ("no sentence, nothing", vec![], vec![]),
        ] {
            let sent: Vec<_> = sent(&glimpses, 4, CUT).iter().map(|range| (range.start, range.end)).collect();
            assert_eq!(sent, expect, "{claim}");
        }
    }
}
